import type { ClientId, Instant, Key } from '../store/brands.ts';
import type { Grant, RefreshState } from './grant.ts';

/**
 * What a code or a refresh token is worth: pure functions of the register and the request. They read nothing and
 * change nothing, so that every sequence of events and every order of store calls can be run against them.
 */

/** What a grant's other supports say at this moment, read when the verdict asks for them. */
export interface Standing {
  /** False once the session that the owner decided in was ended; one that ran out still counts. */
  readonly session: boolean;
  /** The scopes of the consent on record; null where it is gone. */
  readonly consent: readonly string[] | null;
  /** False where the owner was removed, disabled, or locked by an administrator. */
  readonly owner: boolean;
}

export interface CodePresented {
  readonly hash: Key;
  readonly clientId: ClientId;
  /** As the token request sent it; null where it was left out. */
  readonly redirectUri: string | null;
  /** Absent: none was sent. */
  readonly verifier: 'absent' | 'right' | 'wrong' | 'unexpected';
  readonly now: Instant;
  readonly standing: Standing | 'unread';
}

/** `check` names the failed rule for the operator; the client hears `invalid_grant` for all of them. */
export type Verdict =
  | { readonly kind: 'give' }
  | { readonly kind: 'refuse'; readonly check: string }
  | { readonly kind: 'burn'; readonly check: string }
  | { readonly kind: 'revoke'; readonly check: string; readonly reason: string }
  | { readonly kind: 'read-standing' };

const refuse = (check: string): { kind: 'refuse'; check: string } => ({ kind: 'refuse', check });

/** RFC 6749 4.1.3 and 10.5, RFC 7636 4.6, RFC 9700 4.5 and 4.8. */
export function codeVerdict({ data, state, register }: Grant, presented: CodePresented): Verdict {
  const code = state.code;
  if (code === null || code.hash !== presented.hash) return refuse('code-known');
  if (register.clientId !== presented.clientId) return refuse('code-of-this-client');
  if (data.redirectUri !== presented.redirectUri) return refuse('redirect-uri-of-authorization');
  // RFC 9700 4.8.2: a verifier without a challenge is a downgrade; a challenge without a verifier proves nothing.
  if (data.challenge !== null && presented.verifier === 'absent') return refuse('code-verifier-present');
  if (data.challenge === null && presented.verifier !== 'absent') return refuse('code-verifier-expected');

  const proven = data.challenge === null || presented.verifier === 'right';
  if (code.spentAt !== null) {
    // RFC 6749 4.1.2: a code used twice ends what came of it. Without the verifier anybody who saw a log could do that.
    return proven ? { kind: 'revoke', check: 'code-unspent', reason: 'code replayed' } : refuse('code-unspent');
  }
  if (register.revoked !== null) return refuse('grant-not-revoked');
  if (presented.now >= code.expiresAt) return refuse('code-unexpired');
  if (presented.standing === 'unread') return { kind: 'read-standing' };
  const fallen = standingRefusal(data.scope, data.consent, presented.standing);
  if (fallen) return refuse(fallen);
  return proven ? { kind: 'give' } : { kind: 'burn', check: 'code-verifier-right' };
}

function standingRefusal(scope: readonly string[], consentNeeded: boolean, standing: Standing): string | null {
  if (!standing.session) return 'session-not-ended';
  if (!standing.owner) return 'owner-enabled';
  if (!consentNeeded) return null;
  const consent = standing.consent;
  if (consent === null) return 'consent-not-removed';
  return scope.every((s) => consent.includes(s)) ? null : 'consent-covers-scope';
}

export interface RefreshPresented {
  readonly generation: number;
  readonly hash: Key;
  readonly clientId: ClientId;
  /** Hash of what is asked for besides the token: scope, resource, key. */
  readonly request: Key;
  readonly now: Instant;
  /** Milliseconds: how far two callers' clocks may differ, twice the store's tolerance. */
  readonly tolerance: number;
  /** The last generation a handle can name. */
  readonly lastGeneration: number;
  /** This request read its token as the current one before: overtaken, it is never theft. */
  readonly wasCurrent: boolean;
}

export type RefreshVerdict =
  | { readonly kind: 'rotate' }
  | { readonly kind: 'answer-again'; readonly sealed: string }
  | { readonly kind: 'refuse'; readonly check: string }
  | { readonly kind: 'revoke'; readonly check: string; readonly reason: string }
  /** Its own register moved on under it: try later, accuse nobody. */
  | { readonly kind: 'overtaken' }
  /** The token is newer than the store knows: the store is behind. */
  | { readonly kind: 'behind' };

/** RFC 6749 6 and 10.4, RFC 9700 4.14.2, with the lossless retry of the store contract. */
export function refreshVerdict({ state, register }: Grant, presented: RefreshPresented): RefreshVerdict {
  const refresh = state.refresh;
  if (register.clientId !== presented.clientId) return refuse('refresh-token-of-this-client');
  if (refresh === null) return refuse('refresh-token-known');
  if (register.revoked !== null) return refuse('grant-not-revoked');
  if (presented.generation > refresh.generation)
    // A failover lost the rotation, or a replica lags. Once what is known has ended there is nothing to protect.
    return presented.now < refresh.expiresAt ? { kind: 'behind' } : refuse('refresh-token-unexpired');
  if (presented.generation === refresh.generation) return currentVerdict(refresh, presented);
  if (presented.generation === refresh.generation - 1) return previousVerdict(refresh, presented);
  return reuse(refresh, presented);
}

function currentVerdict(refresh: RefreshState, presented: RefreshPresented): RefreshVerdict {
  if (refresh.current === null || refresh.current !== presented.hash) return refuse('refresh-token-known');
  if (presented.now >= refresh.expiresAt) return refuse('refresh-token-unexpired');
  if (presented.generation >= presented.lastGeneration) return refuse('refresh-token-generations-left');
  return { kind: 'rotate' };
}

function previousVerdict(refresh: RefreshState, presented: RefreshPresented): RefreshVerdict {
  if (refresh.previous === null || refresh.previous !== presented.hash) return refuse('refresh-token-known');
  if (presented.now < refresh.until && refresh.sealed !== null)
    return refresh.sealed.request === presented.request
      ? { kind: 'answer-again', sealed: refresh.sealed.answer }
      : refuse('retry-asks-the-same');
  // Two honest clocks may disagree about the end of the grace: nobody is accused in between.
  if (presented.now < refresh.until + presented.tolerance) return refuse('refresh-token-inside-grace');
  return reuse(refresh, presented);
}

function reuse(refresh: RefreshState, presented: RefreshPresented): RefreshVerdict {
  // Mode none: nothing is left of the chain that a thief could hold.
  if (refresh.current === null) return refuse('refresh-token-known');
  if (presented.wasCurrent) return { kind: 'overtaken' };
  return { kind: 'revoke', check: 'refresh-token-unused', reason: 'refresh token reused' };
}
