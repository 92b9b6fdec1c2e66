import { Deadline, silentLog } from '@gatehouse/core';
import { describe, expect, it } from 'vitest';
import type { Level } from '../levels/levels.ts';
import { STATEMENTS, type Statement, type StatementId } from '../schema/statements.ts';
import { type Driver, importDriver } from './driver.ts';
import { Session } from './session.ts';

const driver = await importDriver();
const { consistencies, unset } = driver.types;
const plan = { commit: 'LOCAL_QUORUM', serial: 'LOCAL_SERIAL' } as const;

interface Sent {
  readonly text: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly options: Readonly<Record<string, unknown>>;
}

/** What the driver is given for a statement. */
async function sent(id: string, params = {}, level: Level = 'QUORUM', callMs = 60_000): Promise<Sent> {
  const all: Sent[] = [];
  const client = {
    execute: async (text: string, values: Sent['params'], options: Sent['options']) => {
      all.push({ text, params: values, options });
      return { rows: [], wasApplied: () => true };
    },
  };
  const session = new Session({
    ...{ driver: driver as Driver, client: client as never, statementMs: 2_000, log: silentLog, observe: undefined },
  });
  const deadline = new Deadline(callMs);
  if (STATEMENTS.get(id)?.stage === 'decide') await session.decide(id as StatementId, params, plan, deadline);
  else await session.run(id as StatementId, params, level, deadline);
  expect(all).toHaveLength(1);
  return all[0] as Sent;
}

const of = (which: (statement: Statement) => boolean): readonly string[] =>
  [...STATEMENTS.values()].filter(which).map(({ id }) => id);
const ALL = of(() => true);
const DECIDING = of(({ stage }) => stage === 'decide');
const OTHERS = of(({ stage }) => stage !== 'decide');

describe('every statement', () => {
  it.each(ALL)('%s is prepared, by which the driver knows the nodes that keep the row', async (id) => {
    expect((await sent(id)).options).toMatchObject({ prepare: true, fetchSize: 0 });
  });

  it.each(ALL)('%s is given up within the time of a statement, and within what is left of its call', async (id) => {
    expect((await sent(id)).options['readTimeout']).toBe(2_000);
    expect((await sent(id, {}, 'QUORUM', 1_900)).options['readTimeout']).toBeLessThanOrEqual(1_900);
  });

  it('leaves a column out that has no value: a null would be a tombstone', async () => {
    expect((await sent('add_token', { subject: undefined, data: '' })).params).toEqual({ subject: unset, data: '' });
  });
});

describe('what decides', () => {
  it.each(DECIDING)('%s has both of its levels, and is never sent twice by the driver', async (id) => {
    const { options } = await sent(id);
    expect(options).toMatchObject({
      consistency: consistencies.localQuorum,
      serialConsistency: consistencies.localSerial,
      isIdempotent: false,
    });
    const policy = options['retry'] as InstanceType<Driver['policies']['retry']['RetryPolicy']>;
    const info = { executionOptions: { isIdempotent: () => true }, nbRetry: 0, query: '' } as never;
    const level = consistencies.localQuorum;
    for (const decision of [
      policy.onUnavailable(info, level, 2, 1 as never),
      policy.onReadTimeout(info, level, 1, 2, false),
      policy.onWriteTimeout(info, level, 1, 2, 'CAS'),
      policy.onRequestError(info, level, new Error('lost')),
    ])
      expect(decision).toEqual(policy.rethrowResult());
  });
});

describe('what decides nothing', () => {
  it.each(OTHERS)('%s has its level, may be sent twice, and leaves it to the policy of all', async (id) => {
    const { options } = await sent(id, {}, 'EACH_QUORUM');
    expect(options).toMatchObject({ consistency: consistencies.eachQuorum, isIdempotent: true });
    expect(options).not.toHaveProperty('retry');
    expect(options).not.toHaveProperty('serialConsistency');
  });
});
