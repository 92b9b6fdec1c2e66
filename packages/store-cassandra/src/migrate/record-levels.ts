import { Deadline, silentLog } from '@gatehouse/core';
import type { ConnectionSettings } from '../connection/settings.ts';
import { decidingLevels, numberOf, replacement } from '../levels/deciding.ts';
import { planLevels } from '../levels/plan.ts';
import { type Keeping, record, recordAt } from '../levels/record.ts';
import { readReplication } from '../self-check/read-replication.ts';

/** Milliseconds; several may record at once. */
const RECORD_MS = 30_000;

/**
 * Records at what levels servers of these settings decide, for every server to come.
 * @returns what they replace, in a sentence; null: nothing
 * @throws StoreError `config` for what no server would start with
 */
export async function recordLevels(keeping: Keeping, settings: ConnectionSettings): Promise<string | null> {
  // What it warns of, a server says at its start.
  const replication = await readReplication(keeping.client, settings, silentLog);
  const levels = decidingLevels(planLevels(settings.consistency, replication, settings.localDataCenter), replication);
  const deadline = new Deadline(RECORD_MS);
  const before = await recordAt(keeping, 'SERIAL', deadline);
  for (let now = before; now !== numberOf(levels); ) now = await record(keeping, levels, now, replication, deadline);
  return before === null || before === numberOf(levels) ? null : replacement(levels, before);
}
