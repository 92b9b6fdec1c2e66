import type { ServerContext } from '../server/context.ts';
import type { Key } from '../store/brands.ts';
import { keyOf, randomLetters } from '../tokens/handle.ts';
import { AssertionFault } from './assertion-fault.ts';
import { requireNotOver } from './assertion-times.ts';
import type { VerifiedAssertion } from './verified-assertion.ts';

/** One for grants and client authentication, JWT and SAML alike; a pair is written so that no two pairs read alike. */
function replayKey({ issuer, replay }: Pick<VerifiedAssertion, 'issuer' | 'replay'>): Key {
  const name = 'id' in replay ? ['assertion', issuer, replay.id] : ['assertion content', issuer, replay.content];
  return keyOf('replay', JSON.stringify(name));
}

/** Milliseconds: longer than a call of a store may take. */
const CALL_MS = 60_000;

/**
 * Uses the assertion up, durably, in the store that keeps the tokens: after every other check, just before issuing.
 * Kept until its last acceptable instant, however far the clocks of issuer, servers and store are apart. It must not be
 * over by now: keys to fetch, a hook or a queue may have taken long since its times were judged, and what is over is
 * remembered by nobody.
 * @param skew milliseconds that its times were judged with
 * @throws AssertionFault where it was used before, or is over; StoreError `unavailable` where it cannot be known, or
 *   where the store bounds the entries of one issuer (SEC-27; a database need not) and has no room for one more
 */
export async function spendAssertion(
  { runtime, store }: Pick<ServerContext, 'runtime' | 'store'>,
  assertion: Pick<VerifiedAssertion, 'issuer' | 'replay' | 'expiresAt'>,
  { skew }: { readonly skew: number },
): Promise<void> {
  const now = runtime.clock.now();
  requireNotOver(assertion.expiresAt, now, skew);
  const until = Math.ceil(assertion.expiresAt) + skew + 2 * store.capabilities.clockTolerance + CALL_MS;
  const attempt = randomLetters(runtime.entropy, 22);
  if (!(await store.once(`assertion:${assertion.issuer}`, replayKey(assertion), now, until, attempt)))
    throw new AssertionFault('assertion-unused', 'an assertion that was not used before');
}
