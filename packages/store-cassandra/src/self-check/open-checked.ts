import { Deadline, StoreError } from '@gatehouse/core';
import type { DecidingLevels } from '../levels/deciding.ts';
import { type LevelPlan, planLevels } from '../levels/plan.ts';
import { type Promises, promisesOf } from '../levels/promises.ts';
import { importDriver } from '../session/driver.ts';
import { errorOf } from '../session/fault.ts';
import { Session } from '../session/session.ts';
import { awaitCluster } from './await-cluster.ts';
import { checkAgreement } from './check-agreement.ts';
import { checkClocks } from './check-clocks.ts';
import { checkProduct } from './check-product.ts';
import { checkSchema } from './check-schema.ts';
import type { Checked, Opening } from './checked.ts';
import { probeLevels } from './probe-levels.ts';
import { readReplication } from './read-replication.ts';

export interface Opened {
  readonly session: Session;
  readonly plan: LevelPlan;
  /** What every server of the keyspace has in common. */
  readonly deciding: DecidingLevels;
  readonly promises: Promises;
}

/** Milliseconds of one question at the start. */
const QUESTION_MS = 10_000;

/**
 * Connects, and finds out whether the store can keep its promises on this cluster.
 * @throws StoreError `config`, naming the fix
 */
export async function openChecked(opening: Opening): Promise<Opened> {
  const { settings, log } = opening;
  const driver = opening.driver ?? (await importDriver());
  const client = await awaitCluster({ driver, settings, log });
  try {
    const replication = await readReplication(client, settings, log);
    await client.execute(`USE ${settings.keyspace}`);
    const plan = planLevels(settings.consistency, replication, settings.localDataCenter);
    const { statementMs } = settings.timeouts;
    const session = new Session({ driver, client, statementMs, observe: undefined, log });
    const checked: Checked = {
      ...opening,
      ...{ driver, client, session, plan, deadline: () => new Deadline(QUESTION_MS) },
    };
    await checkSchema(checked, await checkProduct(checked));
    const deciding = await checkAgreement(checked, replication);
    await probeLevels(checked);
    await checkClocks(checked);
    const promises = promisesOf(plan, replication, settings.timeouts.confirmMs);
    for (const sentence of promises.sentences) log.info({ store: 'cassandra' }, sentence);
    // What was asked until now was nobody's request.
    const { observe } = opening;
    return { session: new Session({ driver, client, statementMs, observe, log }), plan, deciding, promises };
  } catch (error) {
    await client.shutdown().catch(() => undefined);
    throw error instanceof StoreError ? error : errorOf(error, 'read');
  }
}
