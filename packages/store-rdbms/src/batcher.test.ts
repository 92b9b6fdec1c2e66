import { type Addition, type Key, type NewToken, StoreError } from '@gatehouse/core';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Batcher } from './batcher.ts';
import type { Database } from './database/database.ts';
import { Duplicate, Refused } from './database/fault.ts';
import type { Params, Row } from './statement.ts';

/** No call of these tests takes as long, but for those that say so. */
const CALL_MS = 60_000;

let keys = 0;
const token = (members: Partial<NewToken> = {}): NewToken => ({
  kind: 'access_token',
  key: String(++keys).padEnd(43, '_') as Key,
  grantId: null,
  clientId: 'app',
  subject: null,
  scope: [],
  audience: [],
  issuedAt: 0,
  expiresAt: 1,
  purgeAt: 1,
  data: '{}',
  ...members,
});

/** Keeps what it is given by key; each answer waits for `turn`. */
function databaseWith(options: { refuse?: (rows: readonly Params[]) => Error | undefined } = {}) {
  const rows = new Map<string, Params>();
  const batches: number[] = [];
  let turn: Promise<void> = Promise.resolve();
  const database = {
    async runMany(_: string, __: Params, given: readonly Params[]) {
      batches.push(given.length);
      await turn;
      const refusal = options.refuse?.(given);
      if (refusal) throw refusal;
      if (given.some((row) => rows.has(String(row['token_hash'])))) throw new Duplicate('there already');
      for (const row of given) rows.set(String(row['token_hash']), row);
      return { rows: [], count: given.length };
    },
    async run(_: string, { key }: Params) {
      const row = rows.get(String(key));
      return { rows: row ? [{ ...row, revoked_at: null, client_epoch: 0, epoch: null } as Row] : [], count: 0 };
    },
  } as unknown as Database;
  return {
    batcher: new Batcher(database, 't', CALL_MS),
    rows,
    batches,
    hold() {
      const { promise, resolve } = Promise.withResolvers<void>();
      turn = promise;
      return () => {
        turn = Promise.resolve();
        resolve();
      };
    },
  };
}

const soon = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const add = (batcher: Batcher, ...additions: Addition[]): Promise<string> =>
  batcher.add('attempt', additions).catch((error: StoreError) => error.kind);

describe('additions', () => {
  it('go at once where nothing is under way, and gather while something is', async () => {
    const { batcher, batches, hold } = databaseWith();
    const release = hold();
    const first = add(batcher, token());
    await soon();
    const others = Array.from({ length: 30 }, () => add(batcher, token()));
    await soon();
    expect([batches, batcher.waiting]).toEqual([[1], 30]);
    release();
    expect(new Set(await Promise.all([first, ...others]))).toEqual(new Set(['written']));
    expect(batches).toEqual([1, 30]);
  });

  it('of one call stay together, 500 rows or a million letters at most', async () => {
    const { batcher, batches, hold } = databaseWith();
    const release = hold();
    const calls = [add(batcher, token())];
    await soon();
    calls.push(...Array.from({ length: 3 }, () => add(batcher, ...Array.from({ length: 200 }, () => token()))));
    calls.push(...Array.from({ length: 3 }, () => add(batcher, token({ data: 'x'.repeat(450_000) }))));
    calls.push(add(batcher, ...Array.from({ length: 600 }, () => token())));
    release();
    await Promise.all(calls);
    expect(batches).toEqual([1, 400, 202, 1, 600]);
  });

  it('of a call that conflicts cost nobody else anything', async () => {
    const { batcher, rows } = databaseWith();
    const taken = token();
    await add(batcher, taken);
    const good = Array.from({ length: 20 }, () => token());
    const bad = { ...taken, data: '{"other":1}' };
    const answers = await Promise.all([...good, bad, taken].map((one) => add(batcher, one)));
    expect(answers).toEqual([...good.map(() => 'written'), 'conflict', 'written']);
    expect(rows.size).toBe(21);
  });

  it('that the database refuses are found by halves, not one by one', async () => {
    const poison = token();
    const refuse = (rows: readonly Params[]): Error | undefined =>
      rows.some((row) => row['token_hash'] === poison.key) ? new Refused('unavailable', 'no') : undefined;
    const { batcher, batches } = databaseWith({ refuse });
    const answers = await Promise.all(
      [...Array.from({ length: 255 }, () => token()), poison].map((one) => add(batcher, one)),
    );
    expect(answers.filter((answer) => answer === 'written')).toHaveLength(255);
    expect(answers.at(-1)).toBe('unavailable');
    expect(batches.length).toBeLessThan(20);
  });

  it('that a full disk keeps out are not tried in parts', async () => {
    const { batcher, batches } = databaseWith({ refuse: () => new StoreError('unavailable', 'no room') });
    const answers = await Promise.all(Array.from({ length: 5 }, () => add(batcher, token())));
    expect([answers, batches]).toEqual([Array(5).fill('unavailable'), [5]]);
  });

  it('that waited longer than a call may take are not sent', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    onTestFinished(() => void vi.useRealTimers());
    const { batcher, batches, hold, rows } = databaseWith();
    const release = hold();
    const first = add(batcher, token());
    await soon();
    const late = [add(batcher, token()), add(batcher, token())];
    vi.advanceTimersByTime(CALL_MS);
    const inTime = add(batcher, token());
    release();
    expect(await Promise.all([first, ...late, inTime])).toEqual(['written', 'timeout', 'timeout', 'written']);
    expect([batches, rows.size, batcher.waiting]).toEqual([[1, 1], 2, 0]);
  });

  it('whose outcome is unknown are unknown to each caller, and not tried again', async () => {
    const { batcher, batches } = databaseWith({ refuse: () => new StoreError('unknown_outcome', 'lost') });
    const answers = await Promise.all(Array.from({ length: 5 }, () => add(batcher, token())));
    expect([answers, batches]).toEqual([Array(5).fill('unknown_outcome'), [5]]);
  });

  it('beyond 5000 waiting calls are refused', async () => {
    const { batcher, hold } = databaseWith();
    const release = hold();
    const calls = [add(batcher, token())];
    await soon();
    calls.push(...Array.from({ length: 5_000 }, () => add(batcher, token())));
    expect(await add(batcher, token())).toBe('unavailable');
    release();
    expect(new Set(await Promise.all(calls))).toEqual(new Set(['written']));
  });
});
