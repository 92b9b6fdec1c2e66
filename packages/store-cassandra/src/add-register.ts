import { type NewRegister, StoreError } from '@gatehouse/core';
import { conflict } from './conflict.ts';
import { ttlOf } from './lives.ts';
import { readRegister } from './read-register.ts';
import type { Call } from './room.ts';
import { addedRow, isSame, registerParams } from './rows.ts';
import { untilKnown } from './until-known.ts';

/**
 * Adds a register, with every column and in a lightweight transaction from its first write on. One that is there
 * already and equal is an earlier try.
 * @throws StoreError `conflict`
 */
export async function addRegister(call: Call, attempt: string, added: NewRegister, clientEpoch: number): Promise<void> {
  const { session, tenant, plan, toleranceMs, clock, kept, deadline } = call;
  const row = addedRow(added, attempt, clientEpoch);
  await untilKnown<true>(call, {
    async attempt(unknown) {
      const ttl = ttlOf(row.purgeAt, clock.now(), toleranceMs);
      const decision = await session.decide(`add_${row.kind}`, { ...registerParams(tenant, row), ttl }, plan, deadline);
      if (decision.applied) {
        kept.keep(row);
        return true;
      }
      const there = await readRegister(call, row.kind, row.key);
      // Gone while it was in the way: the second of its end.
      if (there === undefined) return undefined;
      if (isSame(there, added)) return true;
      // What an earlier try of this call put there may have been changed since.
      if (unknown && there.version > 1)
        throw new StoreError('unknown_outcome', 'A record was changed after its addition, whose outcome is not known.');
      throw conflict();
    },
    async look() {
      const there = await readRegister(call, row.kind, row.key, plan.serial);
      return there !== undefined && isSame(there, added) ? true : undefined;
    },
  });
}
