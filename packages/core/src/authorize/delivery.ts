import type { EndpointRequest, EndpointResponse } from '../endpoints/endpoint.ts';
import type { ResponseMode } from './response-type.ts';

type Parameters = Readonly<Record<string, string | undefined>>;

/** An answer on its way to the client. RFC 9700 4.12: 303 after a POST, so that no browser repeats a body elsewhere. */
export function deliver(
  request: Pick<EndpointRequest, 'method'>,
  redirectUri: string,
  mode: ResponseMode,
  parameters: Parameters,
): EndpointResponse {
  const sent = Object.entries(parameters).filter((pair): pair is [string, string] => pair[1] !== undefined);
  if (mode === 'form_post') return { kind: 'form_post', action: redirectUri, fields: Object.fromEntries(sent) };
  const location = mode === 'fragment' ? `${redirectUri}#${encoded(sent)}` : withQuery(redirectUri, sent);
  return { kind: 'redirect', status: request.method === 'POST' ? 303 : 302, location };
}

/** A registered URI with more in its query. */
export function withQuery(uri: string, pairs: readonly (readonly [name: string, value: string])[]): string {
  return uri + separator(uri) + encoded(pairs);
}

function encoded(pairs: readonly (readonly [name: string, value: string])[]): string {
  return pairs.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&');
}

/** RFC 6749 3.1.2: a query that the registered URI has must be retained (SEC-75). */
function separator(uri: string): '?' | '&' | '' {
  if (!uri.includes('?')) return '?';
  return uri.endsWith('?') || uri.endsWith('&') ? '' : '&';
}

/** Percent-encoded throughout, spaces too: read right by form decoders and by those that know no `+`. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
