import type { Connection } from 'oracledb';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Compiled } from '../statement.ts';
import { OracleExecutor, type OracleTypes } from './oracle-executor.ts';

const TYPES = { STRING: 'STRING', NUMBER: 'NUMBER', CLOB: 'CLOB', OUT_FORMAT_OBJECT: 4002 } as unknown as OracleTypes;

interface Told {
  readonly call: string;
  readonly text?: string;
  readonly values?: unknown;
  readonly options?: Record<string, unknown>;
}

/** A connection that notes what it is told. */
class Fake {
  readonly told: Told[] = [];
  result: unknown = { rowsAffected: 1 };
  failure: Error | null = null;

  async execute(text: string, values: unknown, options: Record<string, unknown>): Promise<unknown> {
    this.told.push({ call: 'execute', text, values, options });
    return this.#answer();
  }

  async executeMany(text: string, values: unknown, options: Record<string, unknown>): Promise<unknown> {
    this.told.push({ call: 'executeMany', text, values, options });
    return this.#answer();
  }

  async commit(): Promise<void> {
    this.told.push({ call: 'commit' });
  }

  async rollback(): Promise<void> {
    this.told.push({ call: 'rollback' });
  }

  #answer(): unknown {
    if (this.failure) throw this.failure;
    return this.result;
  }
}

let fake: Fake;
let connection: Connection;
let executor: OracleExecutor;
beforeEach(() => {
  fake = new Fake();
  connection = fake as unknown as Connection;
  executor = new OracleExecutor(TYPES);
});

const statement = (order: readonly string[], reads = false): Compiled => ({ id: 'x', text: 'TEXT', reads, order });
const calls = (): readonly string[] => fake.told.map(({ call }) => call);

describe('outside of a transaction', () => {
  it('a change is committed with the statement itself, and a read commits nothing', async () => {
    await executor.execute(connection, statement(['key']), ['k']);
    await executor.execute(connection, statement(['key'], true), ['k']);
    expect(fake.told.map(({ options }) => options?.['autoCommit'])).toEqual([true, false]);
  });

  it('several rows are not sent, since those before one that is refused would stay', async () => {
    await expect(executor.execute(connection, statement(['key']), [['a', 'b']])).rejects.toThrow(TypeError);
    expect(calls()).toEqual([]);
  });
});

describe('inside of a transaction', () => {
  it('nothing is committed before its end', async () => {
    executor.begin(connection);
    await executor.execute(connection, statement(['key']), ['k']);
    await executor.execute(connection, statement(['key']), [['a', 'b']]);
    expect(fake.told.map(({ options }) => options?.['autoCommit'])).toEqual([false, false]);
    await executor.commit(connection);
    await executor.execute(connection, statement(['key']), ['k']);
    expect(calls()).toEqual(['execute', 'executeMany', 'commit', 'execute']);
    expect(fake.told.at(-1)?.options?.['autoCommit']).toBe(true);
  });

  it('many rows are sent at once, what is the same for all with each', async () => {
    executor.begin(connection);
    await executor.execute(connection, statement(['grant_key', 'at']), [['a', 'b'], 7]);
    expect(fake.told).toMatchObject([
      {
        call: 'executeMany',
        values: [
          ['a', 7],
          ['b', 7],
        ],
        options: { autoCommit: false },
      },
    ]);
  });

  it('a refused row ends nothing by itself: whoever began decides', async () => {
    executor.begin(connection);
    fake.failure = new Error('ORA-00001');
    await expect(executor.execute(connection, statement(['key']), [['a']])).rejects.toBe(fake.failure);
    expect(calls()).toEqual(['executeMany']);
    await executor.rollback(connection);
    fake.failure = null;
    await executor.execute(connection, statement(['key']), ['k']);
    expect(fake.told.at(-1)?.options?.['autoCommit']).toBe(true);
  });
});

describe('values', () => {
  it('are bound with the type of their column, a null too', async () => {
    await executor.execute(connection, statement(['key', 'state', 'expires_at', 'version', 'grant_key']), [
      'k',
      's',
      null,
      7,
      null,
    ]);
    expect(fake.told[0]?.values).toEqual([
      { val: 'k', type: 'STRING' },
      { val: 's', type: 'STRING' },
      { val: null, type: 'NUMBER' },
      { val: 7, type: 'NUMBER' },
      { val: null, type: 'STRING' },
    ]);
  });

  it('that are longer than a string may be go as a CLOB', async () => {
    const long = 'é'.repeat(16_384);
    await executor.execute(connection, statement(['data']), [long]);
    await executor.execute(connection, statement(['data']), [long.slice(1)]);
    expect(fake.told.map(({ values }) => (values as [{ type: string }])[0].type)).toEqual(['CLOB', 'STRING']);
  });

  it('of many rows are as long as the longest of their column', async () => {
    executor.begin(connection);
    await executor.execute(connection, statement(['token_hash', 'data', 'expires_at', 'revoked_at']), [
      ['a', 'b'],
      ['é', 'long'],
      [1, 2],
      [null, null],
    ]);
    expect(fake.told[0]?.options?.['bindDefs']).toEqual([
      { type: 'STRING', maxSize: 255 },
      { type: 'STRING', maxSize: 4 },
      { type: 'NUMBER' },
      { type: 'NUMBER' },
    ]);
  });

  it('of many rows are sent one by one where one of them has to go as a CLOB', async () => {
    executor.begin(connection);
    const long = 'x'.repeat(32_768);
    const { count } = await executor.execute(connection, statement(['key', 'data']), [
      ['a', 'b'],
      [long, 'short'],
    ]);
    expect([count, calls()]).toEqual([2, ['execute', 'execute']]);
    const types = fake.told.slice(0, 2).map(({ values }) => (values as { type: string }[]).map(({ type }) => type));
    expect(types).toEqual([
      ['STRING', 'CLOB'],
      ['STRING', 'STRING'],
    ]);
  });
});

describe('rows', () => {
  it('have names in lower case, and their CLOBs are texts for this statement alone', async () => {
    fake.result = { rows: [{ VERSION: 7, DATA: '{}' }] };
    const { rows, count } = await executor.execute(connection, statement(['key'], true), ['k']);
    expect([rows, count]).toEqual([[{ version: 7, data: '{}' }], 1]);
    const { outFormat, fetchTypeHandler } = fake.told[0]?.options ?? {};
    expect(outFormat).toBe(4002);
    const typeOf = fetchTypeHandler as (column: { dbTypeName: string }) => unknown;
    expect([typeOf({ dbTypeName: 'CLOB' }), typeOf({ dbTypeName: 'NUMBER' })]).toEqual([{ type: 'STRING' }, undefined]);
  });
});
