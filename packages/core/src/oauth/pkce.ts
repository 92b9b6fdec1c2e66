import { hash } from 'node:crypto';
import type { Client } from '../client/client.ts';
import type { Settings } from '../server/config.ts';
import { OAuthError } from './errors.ts';
import { sameText } from './same-text.ts';

/** A code challenge (RFC 7636 4.2), as the grant keeps it. */
export interface Challenge {
  readonly method: 'S256' | 'plain';
  readonly value: string;
}

export interface ChallengeParameters {
  readonly code_challenge?: string | undefined;
  readonly code_challenge_method?: string | undefined;
}

/** RFC 7636 4.1; the challenge of `plain` is the verifier itself. */
const VERIFIER = /^[A-Za-z0-9\-._~]{43,128}$/;

const GRAMMAR: ReadonlyMap<string, { readonly method: Challenge['method']; readonly grammar: RegExp }> = new Map([
  // A SHA-256 in base64url is 43 characters, no more and no less.
  ['S256', { method: 'S256', grammar: /^[A-Za-z0-9_-]{43}$/ }],
  ['plain', { method: 'plain', grammar: VERIFIER }],
]);

const REQUIRED: Record<Settings['authorize']['requirePkce'], (client: Client) => boolean> = {
  all: () => true,
  public: (client) => client.type === 'public',
  perClient: (client) => client.requirePkce,
};

/**
 * What an authorization request says of PKCE; null where it says nothing and need not.
 * @throws OAuthError `invalid_request` (RFC 7636 4.4.1)
 */
export function parseChallenge(
  parameters: ChallengeParameters,
  client: Client,
  requirePkce: Settings['authorize']['requirePkce'],
): Challenge | null {
  const value = parameters.code_challenge;
  if (value === undefined) {
    if (parameters.code_challenge_method !== undefined)
      throw refusal('pkce-challenge', 'a code_challenge beside code_challenge_method');
    if (REQUIRED[requirePkce](client)) throw refusal('pkce-required', 'a code_challenge');
    return null;
  }
  // RFC 7636 4.3: no method means `plain`.
  const known = GRAMMAR.get(parameters.code_challenge_method ?? 'plain');
  if (!known || (known.method === 'plain' && !client.allowPlainPkce))
    throw refusal('pkce-method', client.allowPlainPkce ? 'S256 or plain' : 'S256');
  if (!known.grammar.test(value)) throw refusal('pkce-grammar', `a ${known.method} code_challenge`);
  return { method: known.method, value };
}

/** RFC 7636 4.6, compared on digests. A verifier outside the grammar is a wrong one. */
export function verifierMatches(challenge: Challenge, verifier: string): boolean {
  if (!VERIFIER.test(verifier)) return false;
  return sameText(challenge.method === 'S256' ? hash('sha256', verifier, 'base64url') : verifier, challenge.value);
}

function refusal(check: string, expected: string): OAuthError {
  return new OAuthError('invalid_request', 'The code challenge (PKCE, RFC 7636) is missing or not acceptable.', {
    check,
    expected,
  });
}
