import type { Deadline } from '@gatehouse/core';
import type { Client } from 'cassandra-driver';
import { optionalInteger } from '../cells.ts';
import type { Driver } from '../session/driver.ts';
import { consistencyOf, type Row } from '../session/session.ts';
import { whileContended } from '../session/while-contended.ts';
import { type DecidingLevels, numberOf } from './deciding.ts';
import type { Level } from './levels.ts';
import type { Replication } from './replication.ts';

/** Where a keyspace keeps at what levels its servers decide: one row, of which each change is a lightweight transaction. */
export interface Keeping {
  readonly driver: Driver;
  readonly client: Client;
  readonly keyspace: string;
}

/** What is recorded; null: nothing yet. */
export async function recordAt(
  { driver, client, keyspace }: Keeping,
  level: Level,
  deadline: Deadline,
): Promise<number | null> {
  const text = `SELECT version FROM ${keyspace}.oauth_schema WHERE id = 'levels'`;
  const consistency = consistencyOf(level, driver.types.consistencies);
  const { rows } = await whileContended(deadline, () => client.execute(text, [], { prepare: true, consistency }));
  return versionIn(rows[0] as Row | undefined);
}

/** Records these levels where nothing is recorded, or what the caller has seen. @returns what is recorded then, by whomever */
export async function record(
  { driver, client, keyspace }: Keeping,
  levels: DecidingLevels,
  seen: number | null,
  replication: Replication,
  deadline: Deadline,
): Promise<number> {
  const { types, policies } = driver;
  const wanted = numberOf(levels);
  const several = replication.copies.size > 1;
  for (let expected = seen; ; ) {
    const answer = await whileContended(deadline, () =>
      client.execute(
        `UPDATE ${keyspace}.oauth_schema SET version = ? WHERE id = 'levels' IF version = ?`,
        [wanted, expected],
        {
          prepare: true,
          // Across all data centres, whoever may think that there is but one; and then to be read in each alone.
          serialConsistency: types.consistencies.serial,
          consistency: types.consistencies[several ? 'eachQuorum' : 'quorum'],
          isIdempotent: false,
          retry: new policies.retry.FallthroughRetryPolicy(),
        },
      ),
    );
    if (answer.wasApplied()) return wanted;
    const found = versionIn(answer.rows[0] as Row | undefined);
    if (found !== null) return found;
    expected = null;
  }
}

function versionIn(row: Row | undefined): number | null {
  return row === undefined ? null : optionalInteger(row, 'version');
}
