import type { ClientId, Key, Register, RegisterKind } from '@gatehouse/core';
import { epochKey } from './columns.ts';
import type { Level } from './levels/levels.ts';
import type { Call } from './room.ts';
import { asRegister, type RegisterRow, registerOf, rowUnder } from './rows.ts';
import { REGISTERS } from './schema/tables.ts';

/**
 * A register as it was committed last; at the register's level, whatever is configured for tokens.
 * @param level SERIAL: what was begun and not finished is finished first, and seen
 */
export async function readRegister(
  call: Call,
  kind: RegisterKind,
  key: Key,
  level: Level = call.plan.register,
): Promise<RegisterRow | undefined> {
  const { session, tenant, deadline, kept } = call;
  const { key: column } = REGISTERS[kind];
  const rows = await session.run(`find_${kind}`, { tenant_id: tenant, [column]: key }, level, deadline);
  const found = rowUnder(rows, column, key);
  if (found === undefined) {
    kept.forget(kind, key);
    return undefined;
  }
  const row = registerOf(kind, found);
  kept.keep(row);
  return row;
}

/** How often everything of a client was ended; 0 where it never was. */
export async function epochOf(call: Call, clientId: ClientId | null): Promise<number> {
  if (clientId === null) return 0;
  return (await readRegister(call, 'client_epoch', epochKey(clientId)))?.version ?? 0;
}

export async function findRegister(call: Call, kind: RegisterKind, key: Key): Promise<Register | undefined> {
  const row = await readRegister(call, kind, key);
  return row && asRegister(row, kind === 'grant' ? await epochOf(call, row.clientId) : 0);
}
