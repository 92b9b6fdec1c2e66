import type { StoreError } from '@gatehouse/core';
import { describe, expect, it } from 'vitest';
import { mysql } from '../dialects/mysql.ts';
import type { Compiled } from '../statement.ts';
import { CompiledCatalogue } from './compiled-catalogue.ts';
import type { SentStatement } from './database.ts';
import type { Engine } from './engine.ts';
import { PooledDatabase } from './pooled-database.ts';
import { Rollback, run } from './work.ts';

const failing = (members: object): Error => Object.assign(new Error('driver'), members);
const DEADLOCK = failing({ errno: 1213 });
const LOST = failing({ code: 'PROTOCOL_CONNECTION_LOST' });
const DUPLICATE = failing({ errno: 1062 });
const never = new Promise<never>(() => undefined);

/** No call of these tests takes as long, pauses and a busy machine included, but for those that say so. */
const CALL_MS = 60_000;

/** What the driver is to answer, by what it is asked; a list is used up, its last member stays. */
type Script = Readonly<Record<string, readonly unknown[]>>;

interface Connection {
  readonly number: number;
}

function databaseOn(script: Script, callMs = CALL_MS, more: Partial<Engine<Connection>> = {}) {
  const log: string[] = [];
  const discarded: number[] = [];
  const sent: SentStatement[] = [];
  const used = new Map<string, number>();
  let made = 0;
  const idle: Connection[] = [];
  const answer = async (what: string, { number }: Connection): Promise<never> => {
    log.push(`${number} ${what}`);
    const answers = script[what] ?? [];
    const index = Math.min(used.get(what) ?? 0, answers.length - 1);
    used.set(what, index + 1);
    const next = answers[index];
    if (next instanceof Error) throw next;
    return (next instanceof Promise ? await next : (next ?? { rows: [], count: 1 })) as never;
  };
  const engine: Engine<Connection> = {
    acquire: async () => idle.pop() ?? { number: ++made },
    release: (connection) => void idle.push(connection),
    discard: ({ number }) => void discarded.push(number),
    execute: (connection, { id }: Compiled) => answer(id, connection),
    begin: (connection) => answer('begin', connection),
    commit: (connection) => answer('commit', connection),
    rollback: (connection) => answer('rollback', connection),
    query: (connection, text) => answer(text, connection),
    pool: () => ({ used: 0, free: 0, waiting: 0, max: 1 }),
    destroy: async () => undefined,
    ...more,
  };
  const database = new PooledDatabase({
    engine: engine as Engine,
    dialect: mysql,
    catalogue: new CompiledCatalogue(mysql, undefined),
    callMs,
    observe: (statement) => sent.push(statement),
  });
  return { database, log, discarded, sent, idle };
}

const KEY = { tenant_id: 't', key: 'k' };
const REVOKE = { ...KEY, at: 1 };
const work = function* () {
  yield* run('seen_grant', KEY);
  const { count } = yield* run('revoke_token', REVOKE);
  return count;
};

const kindOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'answered',
    (error: StoreError) => error.kind ?? error.name,
  );

describe('a statement by itself', () => {
  it('is told to who observes, without its values', async () => {
    const { database, sent, idle } = databaseOn({});
    await database.run('revoke_token', REVOKE);
    expect(sent).toMatchObject([{ id: 'revoke_token', rows: 1 }]);
    expect(JSON.stringify(sent)).not.toContain('"k"');
    expect(idle).toHaveLength(1);
  });

  it('is sent again after a deadlock, three times at most', async () => {
    const twice = databaseOn({ revoke_token: [DEADLOCK, DEADLOCK, { rows: [], count: 1 }] });
    expect((await twice.database.run('revoke_token', REVOKE)).count).toBe(1);
    expect(twice.log).toHaveLength(3);
    const always = databaseOn({ revoke_token: [DEADLOCK] });
    expect(await kindOf(always.database.run('revoke_token', REVOKE))).toBe('unavailable');
    expect(always.log).toHaveLength(3);
    expect(always.discarded).toEqual([]);
  });

  it('that was lost is an unknown outcome and not sent again, its connection thrown away', async () => {
    const { database, log, discarded } = databaseOn({ revoke_token: [LOST] });
    expect(await kindOf(database.run('revoke_token', REVOKE))).toBe('unknown_outcome');
    expect([log.length, discarded]).toEqual([1, [1]]);
  });

  it('that only reads is asked again on another connection', async () => {
    const { database, log, discarded } = databaseOn({ seen_grant: [LOST, { rows: [], count: 0 }] });
    await database.run('seen_grant', KEY);
    expect([log, discarded]).toEqual([['1 seen_grant', '2 seen_grant'], [1]]);
  });

  it('without an answer ends at the deadline, as unknown where it may have been applied', async () => {
    const { database, discarded } = databaseOn({ revoke_token: [never], seen_grant: [never] }, 20);
    expect(await kindOf(database.run('revoke_token', REVOKE))).toBe('unknown_outcome');
    expect(await kindOf(database.run('seen_grant', KEY))).toBe('timeout');
    expect(discarded).toHaveLength(2);
  });
});

it('a row by its key is asked for beside the pool where the driver can, and nothing else is', async () => {
  const beside: string[] = [];
  const read = async ({ id }: Compiled) => {
    beside.push(id);
    return { rows: [], count: 0 };
  };
  const { database, log } = databaseOn({}, CALL_MS, { read });
  await database.run('find_access_token', KEY);
  await database.run('find_grant', KEY);
  await database.run('seen_grant', KEY);
  await database.run('list_client', { tenant_id: 't', after_key: '-', page: 2 });
  await database.run('revoke_token', REVOKE);
  await database.run('clock', {});
  expect(beside).toEqual(['find_access_token', 'find_grant', 'seen_grant']);
  expect(log).toEqual(['1 list_client', '1 revoke_token', '1 clock']);
});

describe('several rows', () => {
  const TOKEN = {
    token_hash: 'k',
    grant_key: null,
    client_id: 'c',
    issued_at: 0,
    expires_at: 0,
    purge_at: 0,
    data: 'd',
  };
  const rows = [{ ...TOKEN, tenant_id: 't' }];

  it('that are one statement are committed by themselves', async () => {
    const { database, log } = databaseOn({});
    await database.runMany('add_access_token', {}, rows);
    expect(log).toEqual(['1 add_access_token_1']);
  });

  it('that a driver sends one by one are a transaction, whose first error stands and whose rest is undone', async () => {
    const { database, log, discarded } = databaseOn({ add_access_token_1: [DUPLICATE], rollback: [LOST] }, CALL_MS, {
      rowsOneByOne: true,
    });
    await expect(database.runMany('add_access_token', {}, rows)).rejects.toMatchObject({ name: 'Duplicate' });
    expect(log).toEqual(['1 begin', '1 add_access_token_1', '1 rollback']);
    expect(discarded).toEqual([1]);
  });

  it('that a driver sends one by one are an unknown outcome where their commit fails', async () => {
    const { database } = databaseOn({ commit: [failing({ errno: 9999 })] }, CALL_MS, { rowsOneByOne: true });
    expect(await kindOf(database.runMany('add_access_token', {}, rows))).toBe('unknown_outcome');
  });
});

describe('a transaction', () => {
  it('is begun, sent statement by statement, and committed', async () => {
    const { database, log } = databaseOn({});
    expect(await database.transaction(work)).toBe(1);
    expect(log).toEqual(['1 begin', '1 seen_grant', '1 revoke_token', '1 commit']);
  });

  it('is begun again as a whole after a deadlock', async () => {
    const { database, log } = databaseOn({ revoke_token: [DEADLOCK, { rows: [], count: 7 }] });
    expect(await database.transaction(work)).toBe(7);
    expect(log.map((line) => line.slice(2))).toEqual([
      ...['begin', 'seen_grant', 'revoke_token', 'rollback'],
      ...['begin', 'seen_grant', 'revoke_token', 'commit'],
    ]);
  });

  it('[store-48] fails with its first error, whatever becomes of the rollback', async () => {
    const { database, discarded } = databaseOn({ revoke_token: [DUPLICATE], rollback: [LOST] });
    await expect(database.transaction(work)).rejects.toMatchObject({ name: 'Duplicate', cause: { errno: 1062 } });
    expect(discarded).toEqual([1]);
  });

  it('is not retried on a connection whose rollback failed', async () => {
    const { database, log, discarded } = databaseOn({
      revoke_token: [DEADLOCK, { rows: [], count: 1 }],
      rollback: [LOST],
    });
    expect(await database.transaction(work)).toBe(1);
    expect(discarded).toEqual([1]);
    expect(log.at(-1)).toBe('2 commit');
  });

  it('that was lost before its commit is known not to have happened', async () => {
    const { database, log, discarded } = databaseOn({ revoke_token: [LOST] });
    expect(await kindOf(database.transaction(work))).toBe('unavailable');
    expect(log).not.toContain('1 rollback');
    expect(discarded).toEqual([1]);
  });

  it.each([
    [LOST, 'unknown_outcome'],
    [failing({ errno: 1969 }), 'unknown_outcome'],
    [failing({ errno: 9999 }), 'unknown_outcome'],
  ])('whose commit fails may have happened', async (error, kind) => {
    const { database, discarded } = databaseOn({ commit: [error] });
    expect(await kindOf(database.transaction(work))).toBe(kind);
    expect(discarded).toEqual([1]);
  });

  it('whose commit was a deadlock is begun again, on another connection', async () => {
    const { database, log, discarded } = databaseOn({ commit: [DEADLOCK, { rows: [], count: 0 }] });
    expect(await database.transaction(work)).toBe(1);
    expect([log.at(-1), discarded]).toEqual(['2 commit', [1]]);
  });

  it('can ask for nothing of it to stay', async () => {
    const { database, log, idle } = databaseOn({});
    const answer = await database.transaction(function* () {
      yield* run('revoke_token', REVOKE);
      throw new Rollback('seen enough');
    });
    expect(answer).toBe('seen enough');
    expect(log.at(-1)).toBe('1 rollback');
    expect(idle).toHaveLength(1);
  });

  it('that asks for nothing to stay says that it was lost where its rollback fails', async () => {
    const { database, discarded } = databaseOn({ rollback: [LOST] });
    const asked = database.transaction(function* () {
      yield* run('revoke_token', REVOKE);
      throw new Rollback('seen enough');
    });
    await expect(asked).rejects.toMatchObject({ name: 'StoreError', kind: 'unavailable' });
    expect(discarded).toEqual([1]);
  });

  it('whose own code fails leaves no connection with a transaction on it', async () => {
    const { database, idle } = databaseOn({ rollback: [LOST] });
    const broken = database.transaction(function* () {
      yield* run('seen_grant', KEY);
      throw new TypeError('a defect');
    });
    await expect(broken).rejects.toThrow('a defect');
    expect(idle).toHaveLength(0);
  });
});

describe('a question of the start', () => {
  it('[store-46] without an answer ends at the deadline, its connection thrown away', async () => {
    const { database, discarded } = databaseOn({ 'SELECT 1': [never] }, 20);
    expect(await kindOf(database.raw.query('SELECT 1'))).toBe('timeout');
    expect(discarded).toEqual([1]);
  });

  it('that the driver refuses fails with the driver’s own error', async () => {
    const { database } = databaseOn({ 'SELECT 1': [DUPLICATE] });
    await expect(database.raw.query('SELECT 1')).rejects.toBe(DUPLICATE);
  });

  it('[store-50] is ended by who closes', async () => {
    const { database, discarded } = databaseOn({ 'SELECT 1': [never] }, 60_000);
    database.raw.query('SELECT 1').catch(() => undefined);
    await new Promise(setImmediate);
    await database.close(0);
    expect(discarded).toEqual([1]);
  });

  it('is a script’s, which takes as long as it takes', async () => {
    const { promise, resolve } = Promise.withResolvers<unknown>();
    const { database } = databaseOn({ 'CREATE INDEX': [promise] }, 1);
    setTimeout(() => resolve({ rows: [{ N: 1 }], count: 1 }), 30);
    const { rows } = await database.raw.session((query) => query('CREATE INDEX'));
    expect(rows).toEqual([{ n: 1 }]);
  });
});

it('a closed database refuses what comes', async () => {
  const { database } = databaseOn({});
  await database.close(10);
  expect(await kindOf(database.run('seen_grant', KEY))).toBe('unavailable');
  expect(await kindOf(database.raw.query('SELECT 1'))).toBe('unavailable');
});
