import { randomUUID } from 'node:crypto';
import type { Instant, Key, Revocation, TokenOf } from '@gatehouse/core';
import { integer, text } from './cells.ts';
import { readToken } from './find-token.ts';
import { inTurns } from './in-turns.ts';
import { ttlOf } from './lives.ts';
import { readRegister } from './read-register.ts';
import type { Call } from './room.ts';
import { registerParams } from './rows.ts';
import type { Row } from './session/session.ts';
import { untilKnown } from './until-known.ts';

/** Milliseconds that the end of a token outlives its row, whose TTL may have begun a second later. */
const OUTLIVES_MS = 5_000;

/** Whatever the version; one way. @returns how many were ended by this call */
export async function revoke(call: Call, what: Revocation, at: Instant, reason: string): Promise<number> {
  if ('token' in what) return (await endToken(call, what.token, what.of, at)) ? 1 : 0;
  let ended = 0;
  await inTurns([...new Set<Key>(what.grants)], async (key) => {
    if (await endGrant(call, key, at, reason)) ended++;
  });
  return ended;
}

/** One lightweight transaction, whatever hangs on the grant. */
function endGrant(call: Call, key: Key, at: Instant, reason: string): Promise<boolean> {
  const { session, tenant, plan, toleranceMs, clock, kept, deadline } = call;
  // Of several who end it at once one counts: this says who.
  const by = randomUUID();
  return untilKnown<boolean>(call, {
    async attempt() {
      const row = await readRegister(call, 'grant', key);
      if (row === undefined) return false;
      if (row.revoked !== null) return row.revoked.by === by;
      // The attempt stays: whoever asks what became of theirs is still told.
      const params = {
        ...registerParams(tenant, { ...row, version: row.version + 1 }),
        revoked_at: at,
        revoked_by: by,
        reason,
        from_version: row.version,
        from_attempt: row.attempt,
        ttl: ttlOf(row.purgeAt, clock.now(), toleranceMs),
      };
      const decision = await session.decide('revoke_grant', params, plan, deadline);
      kept.forget('grant', key);
      // Overtaken by a change or another end: what there is now is ended, or looked at.
      return decision.applied ? true : undefined;
    },
    async look() {
      const row = await readRegister(call, 'grant', key, plan.serial);
      return row?.revoked == null ? undefined : row.revoked.by === by;
    },
  });
}

/**
 * A row of its own, in a table that only lightweight transactions write to: as binding as the end of a grant. Who ends a
 * token unseen may take its life for too short: of several ends the longest stays, in the name of the first.
 */
async function endToken(call: Call, key: Key, of: TokenOf | undefined, at: Instant): Promise<boolean> {
  const { session, tenant, plan, toleranceMs, clock, deadline } = call;
  // Of one whose owner is known nothing need be seen.
  const token = of ?? (await readToken(call, key));
  if (token === undefined) return false;
  const by = randomUUID();
  const where = { tenant_id: tenant, token_hash: key, client_id: token.clientId };
  const purge_at = token.purgeAt + OUTLIVES_MS;
  return untilKnown<boolean>(call, {
    async attempt() {
      const life = { ...where, purge_at, ttl: ttlOf(purge_at, clock.now(), toleranceMs) };
      const added = await session.decide('add_token_end', { ...life, revoked_at: at, revoked_by: by }, plan, deadline);
      if (added.applied) return true;
      const there = endIn(added.row ?? {});
      const isOurs = there.revoked_by === by;
      if (there.purge_at >= purge_at) return isOurs;
      const longer = { ...there, ...life, from_purge_at: there.purge_at };
      const lengthened = await session.decide('lengthen_token_end', longer, plan, deadline);
      return lengthened.applied ? isOurs : undefined;
    },
    async look() {
      const [row] = await session.run('find_token_end', where, plan.serial, deadline);
      const there = row && endIn(row);
      return there && there.purge_at >= purge_at ? there.revoked_by === by : undefined;
    },
  });
}

function endIn(row: Row) {
  return {
    revoked_at: integer(row, 'revoked_at'),
    revoked_by: text(row, 'revoked_by'),
    purge_at: integer(row, 'purge_at'),
  };
}
