import { setTimeout as sleep } from 'node:timers/promises';
import { formatFailure, isFailure, type Opening, runCase, STORE_CASES } from '@gatehouse/conformance';
import { cassandraContainer } from '@gatehouse/testkit';
import { afterAll, describe, expect, it, test } from 'vitest';
import { CassandraStore, migrate } from '../index.ts';
import { promised, TOLERANCE } from './conformance-target.test-support.ts';

const pair = { read: 'ONE', write: 'ANY' } as const;
const node = await cassandraContainer();

if (!node.available) test('Cassandra in a container', (context) => context.skip(node.reason));
else {
  const { value } = node;
  afterAll(() => value.close());
  await migrate({ connection: value.url('gatehouse'), createKeyspace: true });
  const limits = 'timeouts.callMs=20000&timeouts.statementMs=7000';
  const connection = `${value.url('gatehouse')}&consistency.read=${pair.read}&consistency.write=${pair.write}&${limits}`;
  const open = ({ namespace, clock, log }: Opening): CassandraStore =>
    new CassandraStore({ connection, namespace, clock, log, clockToleranceMs: TOLERANCE });

  // The whole suite runs on nodes that can be ended and stopped one by one; here, that an image makes no difference.
  describe(`store conformance: ${value.what}`, () => {
    for (const each of STORE_CASES.filter(({ id }) => /^store-(?:0[0-9]|14|15|19|2[1679]|3[1-6])/.test(id)))
      it(`[${each.id}] ${each.promise}`, { timeout: 120_000 }, async (context) => {
        const target = { name: value.what, capabilities: promised(pair, 1), open, sibling: open, scale: 0.02 };
        const result = await runCase(each, { ...target, advance: (ms) => sleep(ms) });
        if (result.outcome === 'skipped') context.skip(result.reason ?? '');
        if (isFailure(result)) expect.fail(formatFailure(result));
      });
  });
}
