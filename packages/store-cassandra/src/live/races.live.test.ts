import { silentLog, systemClock } from '@gatehouse/core';
import { cassandraCluster } from '@gatehouse/testkit';
import { afterAll, describe, expect, test } from 'vitest';
import { CassandraStore } from '../index.ts';
import { freshKeyspace, patient, promised, siblingsOf, TOLERANCE } from './conformance-target.test-support.ts';
import { known } from './known.test-support.ts';
import { newGrant } from './records.test-support.ts';

const CODES = 200;
const RACERS = 50;
/** The round in which a node crashes, and the one before which it is back. */
const [CRASH, BACK] = [60, 120];
const pair = { read: 'ONE', write: 'ANY' } as const;

const cluster = await cassandraCluster({ nodes: 3 });

if (!cluster.available) test('races on Cassandra', (context) => context.skip(cluster.reason));
else {
  const { value } = cluster;
  const siblings = siblingsOf(promised(pair, 3));
  afterAll(async () => {
    await siblings.close();
    await value.close();
  });

  describe(`${RACERS} at a time, over two processes and three nodes`, { timeout: 1_800_000 }, () => {
    test(`[SEC-2] of ${CODES} codes each has one winner, while a node crashes and comes back too`, async () => {
      const connection = patient(value, await freshKeyspace(value), pair);
      const here = new CassandraStore({ connection, namespace: 'races', clockToleranceMs: TOLERANCE });
      const opening = { namespace: 'races', clock: systemClock, log: silentLog, room: { tokens: 1, registers: 1 } };
      const there = await siblings.open({ connection, clockToleranceMs: TOLERANCE }, opening);
      for (const store of [here, there]) await store.open();
      try {
        for (let round = 0; round < CODES; round++) {
          if (round === CRASH) await value.end(2, 'SIGKILL');
          if (round === BACK) await value.restart(2);
          const grant = newGrant();
          const { key } = grant;
          await known(() => here.write({ attempt: `add-${round}`, add: [grant] }));
          const attempts = Array.from({ length: RACERS }, (_, index) => `race-${round}-${index}`);
          const answers = await Promise.all(
            attempts.map((attempt, index) =>
              known(() =>
                (index % 2 === 0 ? here : there).write({
                  attempt,
                  change: { kind: 'grant', key, from: 1, state: JSON.stringify({ by: attempt }) },
                }),
              ),
            ),
          );
          const winners = attempts.filter((_, index) => answers[index] === 'written');
          expect(winners, `round ${round}`).toHaveLength(1);
          const found = await known(() => there.find('grant', key));
          expect([found?.version, found?.attempt], `round ${round}`).toEqual([2, winners[0]]);
        }
      } finally {
        for (const store of [here, there]) await store.close();
      }
    });
  });
}
