import type { Client } from '../client/client.ts';
import type { Limits } from '../server/config.ts';
import { OAuthError } from './errors.ts';

const SPACE = 0x20;
const COMMA = 0x2c;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Valid for every client without registration (AX-82); `openid` has a switch. */
const OPENID_SCOPES: ReadonlySet<string> = new Set(['openid', 'profile', 'email', 'address', 'phone']);

/** OpenID Connect Core 11: that refresh tokens outlive the owner's sign-out; for whoever may have refresh tokens. */
export const OFFLINE_ACCESS = 'offline_access';

/** RFC 6749 3.3, less the comma: here it separates, as in the reference system. */
export function isScopeToken(text: string): boolean {
  if (text === '') return false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code <= SPACE || code > 0x7e || code === QUOTE || code === BACKSLASH || code === COMMA) return false;
  }
  return true;
}

/**
 * A `scope` parameter: separated by one space, one comma, or a comma and a space; doubles dropped, order kept.
 * @throws OAuthError `invalid_scope` over a limit or outside the grammar
 */
export function parseScope(text: string | undefined, limits: Limits): string[] {
  if (text === undefined || text === '') return [];
  if (text.length > limits.scope) throw refusal('scope-size', `at most ${limits.scope} characters`);
  const tokens = new Set<string>();
  for (let start = 0; start <= text.length; ) {
    const end = endOfToken(text, start);
    const token = text.slice(start, end);
    if (!isScopeToken(token)) throw refusal('scope-syntax', 'tokens of RFC 6749 3.3 with single separators');
    if (token.length > limits.scopeToken)
      throw refusal('scope-token-size', `at most ${limits.scopeToken} characters each`);
    tokens.add(token);
    if (tokens.size > limits.scopeTokens) throw refusal('scope-count', `at most ${limits.scopeTokens} tokens`);
    start = end + (text.charCodeAt(end) === COMMA && text.charCodeAt(end + 1) === SPACE ? 2 : 1);
  }
  return [...tokens];
}

function endOfToken(text: string, start: number): number {
  let end = start;
  while (end < text.length && text.charCodeAt(end) !== SPACE && text.charCodeAt(end) !== COMMA) end++;
  return end;
}

export interface ScopeRequest {
  /** What was asked for, parsed; empty: the client's defaults. */
  readonly requested: readonly string[];
  readonly client: Pick<Client, 'scopes' | 'defaultScopes' | 'grantTypes'>;
  /** `any`: what is both asked for and registered. `all`: everything asked for must be registered. */
  readonly match: 'any' | 'all';
  /** Whether `openid` is valid for every client. */
  readonly openidScope: boolean;
}

/** The scopes a client may have of those it asks for (parity.md 2.2). @throws OAuthError `invalid_scope` where none is left */
export function grantScope({ requested, client, match, openidScope }: ScopeRequest): string[] {
  // AX-80: nothing asked for means the defaults, never everything that is registered.
  if (requested.length === 0) {
    if (client.defaultScopes.length === 0) throw refusal('scope-default', 'a scope, or default scopes of the client');
    return [...client.defaultScopes];
  }
  const isValid = validFor(client, openidScope);
  const valid = requested.filter(isValid);
  const unknown = (): string => requested.filter((scope) => !isValid(scope)).join(' ');
  if (match === 'all' && valid.length < requested.length)
    throw refusal('scope-registered', 'only scopes registered for the client', unknown());
  if (valid.length === 0) throw refusal('scope-registered', 'at least one scope registered for the client', unknown());
  return valid;
}

/** Whether a client may still have every scope it was once granted (R9). */
export function scopeStillRegistered(
  granted: readonly string[],
  client: Pick<Client, 'scopes' | 'grantTypes'>,
  openidScope: boolean,
): boolean {
  return granted.every(validFor(client, openidScope));
}

function validFor(client: Pick<Client, 'scopes' | 'grantTypes'>, openidScope: boolean): (scope: string) => boolean {
  const registered = new Set(client.scopes);
  const refreshes = client.grantTypes.includes('refresh_token');
  return (scope) =>
    registered.has(scope) ||
    (OPENID_SCOPES.has(scope) && (scope !== 'openid' || openidScope)) ||
    (scope === OFFLINE_ACCESS && openidScope && refreshes);
}

function refusal(check: string, expected: string, got?: string): OAuthError {
  return new OAuthError('invalid_scope', 'The requested scope is invalid, unknown or malformed.', {
    check,
    expected,
    ...(got === undefined ? {} : { got }),
  });
}
