import type { EndpointRequest } from '../endpoints/endpoint.ts';
import { isUtf8, parseMediaType } from '../oauth/media-type.ts';
import { compileSelector } from '../selectors/selector.ts';
import type { RequestSource } from '../selectors/sources.ts';
import type { Limits, ResourceSettings } from '../server/config.ts';
import { parameterValues } from './parameters.ts';

/** A request for a protected resource; the body only where it is a form. */
export type ResourceRequest = Pick<
  EndpointRequest,
  'method' | 'url' | 'headers' | 'body' | 'traceId' | 'clientCertificate'
>;

/** Where the token stood, to be taken away before the request goes on to the resource. */
export type TokenPlace =
  | { readonly in: 'header'; readonly name: 'authorization' }
  | { readonly in: 'body' | 'query'; readonly name: string };

export type FoundToken =
  | { readonly kind: 'found'; readonly handle: string; readonly place: TokenPlace | null }
  /** `malformed`: something is there that is no token, or more than one. */
  | { readonly kind: 'absent' | 'malformed' };

/** A request with the texts that may hold parameters. */
export interface ReadRequest {
  readonly request: ResourceRequest;
  readonly query: string;
  /** Empty where it is no form, or larger than any form with a token. */
  readonly body: string;
  readonly source: RequestSource;
}

export function readRequest(request: ResourceRequest, limits: Limits): ReadRequest {
  const query = request.url.search.slice(1);
  const body = isForm(request) && request.body.length <= limits.body ? request.body : '';
  const parameter = (name: string): string | undefined =>
    parameterValues(body, name)[0] ?? parameterValues(query, name)[0];
  return {
    request,
    query,
    body,
    source: {
      method: request.method,
      path: request.url.pathname,
      header: (name) => request.headers.get(name),
      parameter,
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
    ...(hasScheme(authorization, settings.headerPrefix) ? [{ in: 'header', value: authorization ?? '' } as const] : []),
    ...parameterValues(read.body, parameter).map((value) => ({ in: 'body', value }) as const),
    ...parameterValues(read.query, parameter).map((value) => ({ in: 'query', value }) as const),
  ];
  const [place, second] = offered;
  if (place === undefined) return { kind: 'absent' };
  // RFC 6750 2: not more than one in a request, whichever of them is the right one (SEC-47).
  if (second || !placesOf(settings).includes(place.in)) return { kind: 'malformed' };
  if (place.in === 'header') {
    const handle = bearerToken(place.value, settings.headerPrefix);
    return handle === null
      ? { kind: 'malformed' }
      : { kind: 'found', handle, place: { in: 'header', name: 'authorization' } };
  }
  return place.value === ''
    ? { kind: 'absent' }
    : { kind: 'found', handle: place.value, place: { in: place.in, name: parameter } };
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
