import { Deadline, type Key, type NewToken, StoreError } from '@gatehouse/core';
import { lookUp } from './find-token.ts';
import { ttlOf, writtenAt } from './lives.ts';
import type { Call } from './room.ts';
import { isSame, type TokenRow, tokenParams } from './rows.ts';

/** What was there under a token's key: another record, or an earlier try of this one. */
export type TokenGuard = 'taken' | { readonly there: TokenRow };

/**
 * A token is written plainly, which would overwrite; so its key is looked up first. Beside a change, what is there is
 * an earlier try only if it was this very attempt's.
 */
export async function tokenGuard(
  call: Call,
  attempt: string,
  token: NewToken,
  besideChange: boolean,
): Promise<TokenGuard | undefined> {
  const there = await thereAlready(call, token.key);
  if (there === undefined) return undefined;
  if (!isSame(there, token) || (besideChange && there.attempt !== attempt)) return 'taken';
  return { there };
}

/** Where no copy can be asked, a key is taken for new, as all of them are: what is issued then is issued at its own level. */
async function thereAlready(call: Call, key: Key): Promise<TokenRow | undefined> {
  const brief = { ...call, deadline: new Deadline(Math.min(call.confirmMs, call.deadline.left)) };
  try {
    return await lookUp(brief, key, call.plan.find);
  } catch (error) {
    if (error instanceof StoreError && error.retryable) return undefined;
    throw error;
  }
}

/** Once and never changed. A repetition writes the same again, as what is there has it, so that it reaches its level. */
export async function addToken(
  call: Call,
  attempt: string,
  token: NewToken,
  guard: TokenGuard | undefined,
  clientEpoch: number,
): Promise<void> {
  const { session, tenant, plan, toleranceMs, clock, deadline } = call;
  const row: TokenRow = guard === undefined || guard === 'taken' ? { ...token, attempt, clientEpoch } : guard.there;
  await session.run(
    'add_token',
    {
      ...tokenParams(tenant, row),
      ttl: ttlOf(row.purgeAt, clock.now(), toleranceMs),
      written_at: writtenAt(row.issuedAt),
    },
    plan.issue,
    deadline,
  );
}
