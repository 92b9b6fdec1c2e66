import type { EndpointRequest } from '../endpoints/endpoint.ts';
import { type Form, parseForm, parseQuery } from '../oauth/form.ts';
import { isUtf8, parseMediaType } from '../oauth/media-type.ts';
import { compileSelector } from '../selectors/selector.ts';
import type { RequestSource } from '../selectors/sources.ts';
import type { Limits, ResourceSettings } from '../server/config.ts';

/** A request for a protected resource; the body only where it is a form. */
export type ResourceRequest = Pick<EndpointRequest, 'method' | 'url' | 'headers' | 'body' | 'traceId'>;

/** Where the token stood, to be taken away before the request goes on to the resource. */
export type TokenPlace =
  | { readonly in: 'header'; readonly name: 'authorization' }
  | { readonly in: 'body' | 'query'; readonly name: string };

export type FoundToken =
  | { readonly kind: 'found'; readonly handle: string; readonly place: TokenPlace | null }
  /** `malformed`: something is there that is no token, or more than one. */
  | { readonly kind: 'absent' | 'malformed' };

/** A request with its parameters read. */
export interface ReadRequest {
  readonly request: ResourceRequest;
  readonly query: Form;
  readonly body: Form;
  readonly source: RequestSource;
}

/** @throws OAuthError `invalid_request`: malformed, repeated or too many parameters */
export function readRequest(request: ResourceRequest, limits: Limits): ReadRequest {
  const query = parseQuery(request.url.search, limits);
  const body = parseForm(isForm(request) ? request.body : '', limits);
  return {
    request,
    query,
    body,
    source: {
      method: request.method,
      path: request.url.pathname,
      header: (name) => request.headers.get(name),
      parameter: (name) => body.get(name) ?? query.get(name),
    },
  };
}

/** RFC 6750 2.2: a form's parameters count where the media type says so, and never of a GET. */
function isForm({ headers, method }: ResourceRequest): boolean {
  const media = parseMediaType(headers.get('content-type') ?? '');
  return method !== 'GET' && media?.type === 'application/x-www-form-urlencoded' && isUtf8(media);
}

/** The one token, from a place the resource takes it from. */
export function findToken(read: ReadRequest, settings: ResourceSettings): FoundToken {
  if (settings.location === 'attribute') {
    const handle = compileSelector(settings.attribute).resolve({ now: 0, request: read.source });
    return handle === '' ? { kind: 'absent' } : { kind: 'found', handle, place: null };
  }
  const { parameter } = settings;
  const authorization = read.request.headers.get('authorization');
  const offered = [
    ...(hasScheme(authorization, settings.headerPrefix) ? (['header'] as const) : []),
    ...(read.body.sent(parameter) ? (['body'] as const) : []),
    ...(read.query.sent(parameter) ? (['query'] as const) : []),
  ];
  const [place, second] = offered;
  if (place === undefined) return { kind: 'absent' };
  // RFC 6750 2: not more than one way in a request, whichever of them is the right one (SEC-47).
  if (second || !placesOf(settings).includes(place)) return { kind: 'malformed' };
  if (place === 'header') {
    const handle = bearerToken(authorization ?? '', settings.headerPrefix);
    return handle === null
      ? { kind: 'malformed' }
      : { kind: 'found', handle, place: { in: 'header', name: 'authorization' } };
  }
  const handle = read[place].get(parameter);
  return handle === undefined ? { kind: 'absent' } : { kind: 'found', handle, place: { in: place, name: parameter } };
}

/** A URL only where the resource says so (RFC 9700 4.3.2); the reference system's one location is body and query. */
function placesOf({ acceptQueryToken, location }: ResourceSettings): readonly string[] {
  const query = acceptQueryToken ? ['query'] : [];
  return location === 'body' ? ['body', ...query] : location === 'query' ? query : ['header'];
}

/** RFC 9110 11.1: schemes compare without regard to case. */
function hasScheme(header: string | null, scheme: string): boolean {
  if (header === null) return false;
  const [first = ''] = header.split(/[ \t,]/, 1);
  return first.toLowerCase() === scheme.toLowerCase();
}

/** RFC 6750 2.1, with exactly one space: null for anything that two parsers could read differently. */
function bearerToken(header: string, scheme: string): string | null {
  const rest = header.slice(scheme.length);
  return /^ [A-Za-z0-9\-._~+/]+=*$/.test(rest) ? rest.slice(1) : null;
}
