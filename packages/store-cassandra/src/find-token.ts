import { Deadline, type Key, StoreError, type Token } from '@gatehouse/core';
import type { Level } from './levels/levels.ts';
import { epochOf, readRegister } from './read-register.ts';
import type { Call } from './room.ts';
import { asToken, rowUnder, type TokenRow, tokenOf } from './rows.ts';

/** A token, and whatever has ended it: its own end, its grant's, its client's. */
export async function findToken(call: Call, key: Key): Promise<Token | undefined> {
  const row = await readToken(call, key);
  return row && asToken(row, await endOf(call, row));
}

/**
 * The row of a token. Where the chosen levels do not overlap, one that is not found is asked for once more, by a level
 * that does, before it counts as absent.
 */
export async function readToken(call: Call, key: Key): Promise<TokenRow | undefined> {
  const { plan, confirmMs, deadline } = call;
  const found = await lookUp(call, key, plan.find);
  if (found !== undefined || plan.confirm === null) return found;
  if (plan.confirm === plan.register) return lookUp(call, key, plan.confirm);
  const brief = { ...call, deadline: new Deadline(Math.min(confirmMs, deadline.left)) };
  try {
    return await lookUp(brief, key, plan.confirm);
  } catch (error) {
    // A copy that is down or late: what those have without whom nothing is decided is the last word.
    if (!(error instanceof StoreError && error.retryable)) throw error;
    return lookUp(call, key, plan.register);
  }
}

/** Without looking twice: for an addition, whose key is there already only if it was added before. */
export async function lookUp(call: Call, key: Key, level: Level): Promise<TokenRow | undefined> {
  const { session, tenant, deadline } = call;
  const rows = await session.run('find_token', { tenant_id: tenant, token_hash: key }, level, deadline);
  const row = rowUnder(rows, 'token_hash', key);
  return row && tokenOf(row);
}

/** A missing grant is a revoked one; an epoch counts where it is higher than at the addition. */
async function endOf(call: Call, token: TokenRow): Promise<Token['revoked']> {
  const { grantId, clientId } = token;
  const [ended, epoch, grant] = await Promise.all([
    isEnded(call, token),
    epochOf(call, clientId),
    grantId === null ? undefined : readRegister(call, 'grant', grantId),
  ]);
  if (ended) return 'token';
  if (grantId === null) return epoch > token.clientEpoch ? 'client' : null;
  if (grant === undefined) return 'orphan';
  if (grant.revoked !== null) return 'grant';
  const ofGrant = grant.clientId === clientId ? epoch : await epochOf(call, grant.clientId);
  return ofGrant > grant.clientEpoch ? 'client' : null;
}

async function isEnded(call: Call, { key, clientId }: TokenRow): Promise<boolean> {
  const { session, tenant, plan, deadline } = call;
  const end = { tenant_id: tenant, token_hash: key, client_id: clientId };
  return (await session.run('find_token_end', end, plan.register, deadline)).length > 0;
}
