import type { Client } from '../client/client.ts';
import { OAuthError } from './errors.ts';

/** A client that registers exactly this is shown its code on a page (RFC 6749's out-of-band drafts, parity.md 1.3). */
export const OUT_OF_BAND = 'urn:ietf:wg:oauth:2.0:oob';

/** RFC 3986 2: nothing but these is in a URI; above all no space, control character, backslash or `#`. */
const URI_CHARACTERS = /^(?:[A-Za-z0-9\-._~:/?[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})+$/;

const LOOPBACK_LITERALS: readonly string[] = ['http://127.0.0.1', 'http://[::1]'];
const LOOPBACK_HOSTS: ReadonlySet<string> = new Set(['127.0.0.1', '[::1]', 'localhost']);

/** Whether a URI is one a client registered: the same text, or the same but for the port of a loopback literal (R11). */
export function matchRedirectUri(registered: readonly string[], requested: string): boolean {
  // RFC 6749 3.1.2.3, RFC 9700 2.1: simple string comparison.
  if (requested === '') return false;
  if (registered.includes(requested)) return true;
  // RFC 8252 7.3: a native client takes whatever port is free when it asks.
  const loopback = withoutPort(requested);
  return loopback !== null && registered.some((uri) => withoutPort(uri) === loopback);
}

/** A loopback redirect with its port left out; null for any other URI, and for what is no port. */
function withoutPort(uri: string): string | null {
  const origin = LOOPBACK_LITERALS.find((literal) => uri.startsWith(literal));
  if (origin === undefined) return null;
  const rest = uri.slice(origin.length);
  const [port = ''] = /^:[1-9][0-9]{0,4}(?![0-9])/.exec(rest) ?? [];
  if (Number(port.slice(1)) > 65_535) return null;
  const path = rest.slice(port.length);
  // Anything but a path or query here would be a longer host, a user or a broken port.
  return path === '' || path.startsWith('/') || path.startsWith('?') ? origin + path : null;
}

/** Why a URI may not be registered (R12); null where it may. */
export function redirectUriFault(uri: string): string | null {
  if (uri === OUT_OF_BAND) return null;
  if (uri.includes('#')) return 'has a fragment';
  if (!URI_CHARACTERS.test(uri)) return 'has a character that a URI does not have unless percent-encoded';
  if (!URL.canParse(uri)) return 'is not an absolute URI';
  const url = new URL(uri);
  const authority = /^[^:]*:\/\/([^/?]*)/.exec(uri)?.[1];
  if (authority?.includes('@')) return 'has a user or password';
  if (url.protocol === 'https:' || url.protocol === 'http:') {
    // `https:host` and `https:///host` are read differently by different parsers.
    if (!authority) return 'has no host';
    if (url.protocol === 'http:' && !LOOPBACK_HOSTS.has(url.hostname)) return 'is http and not on a loopback address';
    return null;
  }
  // RFC 8252 7.1: a private scheme is a reversed domain name; `javascript:` and its like have no dot.
  if (!url.protocol.includes('.'))
    return 'has a scheme that is neither https, loopback http nor a private one with a dot';
  return null;
}

/** Whether another program on the owner's machine could claim this URI (R37). */
export function isNativeRedirectUri(uri: string): boolean {
  return uri !== OUT_OF_BAND && !uri.toLowerCase().startsWith('https:');
}

/**
 * Where the answer goes: the URI asked for if it is registered, or the only registered one where none was asked for.
 * @throws OAuthError `invalid_request`, to be shown on a page and never sent by redirect (RFC 6749 4.1.2.1)
 */
export function resolveRedirectUri(client: Client, requested: string | undefined): string {
  if (requested === undefined) {
    const [only] = client.redirectUris;
    if (only !== undefined && client.redirectUris.length === 1) return only;
    // RFC 6749 3.1.2.3: with several, or none, the request must name one.
    throw new OAuthError('invalid_request', 'The request must name a redirect_uri.', {
      check: 'redirect-uri-present',
      expected: 'a redirect_uri, or a client with exactly one registered',
      got: `none, of ${client.redirectUris.length} registered`,
    });
  }
  if (matchRedirectUri(client.redirectUris, requested)) return requested;
  throw new OAuthError('invalid_request', 'The redirect_uri is not registered for this client.', {
    check: 'redirect-uri-registered',
    expected: `one of ${client.redirectUris.length} registered`,
    got: agreement(client.redirectUris, requested),
  });
}

/** How far a URI is like a registered one: an operator sees the slash too many, and nothing that a stranger wrote. */
function agreement(registered: readonly string[], requested: string): string {
  const longest = Math.max(0, ...registered.map((uri) => sameLength(uri, requested)));
  const rest = requested.length - longest;
  return `${JSON.stringify(requested.slice(0, longest))}, then ${rest === 0 ? 'its end' : `something else (length ${rest})`}`;
}

function sameLength(one: string, other: string): number {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at++;
  return at;
}
