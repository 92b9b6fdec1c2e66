import { StoreError } from '@gatehouse/core';
import { optionalInteger } from '../cells.ts';
import { type DecidingLevels, decidingLevels, disagreement } from '../levels/deciding.ts';
import { record, recordAt } from '../levels/record.ts';
import type { Replication } from '../levels/replication.ts';
import type { Call } from '../room.ts';
import { causeOf } from '../session/fault.ts';
import { whileContended } from '../session/while-contended.ts';
import type { Checked } from './checked.ts';

/**
 * That all servers of the keyspace decide alike. The first one records how, if `migrate` has not.
 * @returns at what levels they do
 * @throws StoreError `config`, naming both
 */
export async function checkAgreement(checked: Checked, replication: Replication): Promise<DecidingLevels> {
  const { session, plan, deadline } = checked;
  const own = decidingLevels(plan, replication);
  const recorded =
    (await readRecorded({ session, plan, deadline: deadline() })) ?? (await firstRecorded(checked, own, replication));
  const amiss = disagreement(own, recorded);
  if (amiss === null) return own;
  throw new StoreError(
    'config',
    `${amiss} Stop every server of the keyspace, then run \`gatehouse migrate\` with the settings of the new ones, which records theirs.`,
  );
}

/** That they decide alike still; else why this one may not go on. */
export async function outvoted(call: Call): Promise<string | null> {
  const recorded = await readRecorded(call);
  const amiss = recorded === null ? null : disagreement(call.deciding, recorded);
  return amiss === null ? null : `${amiss} It answers nothing until it is started again.`;
}

async function readRecorded({
  session,
  plan,
  deadline,
}: Pick<Call, 'session' | 'plan' | 'deadline'>): Promise<number | null> {
  const read = () => session.run('deciding_levels', {}, plan.register, deadline);
  const [row] = await whileContended(deadline, read);
  return row === undefined ? null : optionalInteger(row, 'version');
}

/** Every copy is asked before: those that a keyspace has just been given may be empty, and make a majority. */
async function firstRecorded(
  { driver, client, settings, deadline }: Checked,
  own: DecidingLevels,
  replication: Replication,
): Promise<number> {
  const keeping = { driver, client, keyspace: settings.keyspace };
  const found = await recordAt(keeping, 'ALL', deadline()).catch((error: unknown) => {
    throw new StoreError(
      'config',
      'Nothing says yet at what levels the servers of the keyspace decide, and not every copy of that can be asked: run `gatehouse migrate` with the settings of this server, or start it once all nodes are up.',
      { cause: causeOf(error) },
    );
  });
  return found ?? record(keeping, own, null, replication, deadline());
}
