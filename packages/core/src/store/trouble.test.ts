import { expect, it } from 'vitest';
import { createEmitter, type ServerEvents } from '../runtime/events.ts';
import type { Key } from './brands.ts';
import { guardStore } from './guarded-store.ts';
import { createMemoryStore } from './memory-store.test-support.ts';
import type { Store } from './store.ts';
import { StoreError, type StoreErrorKind } from './store-error.ts';
import { isTold } from './trouble.ts';

const KEY = 'k'.repeat(43) as Key;
const FULL = 'The database has no room left to write.';

/** A store whose disk fills up when it is told to, on a clock that is moved by hand. */
function aStore() {
  const memory = createMemoryStore();
  const told: ServerEvents['store.trouble'][] = [];
  const events = createEmitter();
  events.on('store.trouble', (event) => told.push(event));
  let now = 0;
  let failing: StoreErrorKind | null = null;
  const unlessFailing = async (): Promise<void> => {
    if (failing) throw new StoreError(failing, FULL, { cause: new Error('53100') });
  };
  const over: Partial<Store> = {
    clear: unlessFailing,
    find: async (kind, key) => memory.find(kind, key),
  };
  const store = guardStore({ ...memory, ...over }, { events, callMs: 1_000, now: () => now });
  return {
    store,
    told,
    fail: (kind: StoreErrorKind | null) => {
      failing = kind;
    },
    after: (ms: number) => {
      now += ms;
    },
    write: () =>
      store.clear('counter', KEY).then(
        () => null,
        (error: unknown) => error,
      ),
  };
}

it('an hour of refused writes is told once, then each minute with a count, then as over', async () => {
  const { told, fail, after, write } = aStore();
  await write();
  fail('unavailable');
  for (let second = 0; second < 3_600; second++) {
    await write();
    after(1_000);
  }
  expect(told).toHaveLength(60);
  expect(told[0]).toEqual({
    store: 'memory',
    calls: 'writes',
    state: 'begins',
    failed: 1,
    forMs: 0,
    cause: [`StoreError: ${FULL}`, 'Error: 53100'],
  });
  expect(told[1]).toMatchObject({ state: 'lasts', failed: 60, forMs: 60_000 });
  fail(null);
  after(5_000);
  await write();
  expect(told.at(-1)).toMatchObject({ state: 'ends', failed: 3_600, cause: null });
  await write();
  expect(told).toHaveLength(61);
});

it('what fails and succeeds in turn is one trouble', async () => {
  const { told, fail, after, write } = aStore();
  for (let turn = 0; turn < 100; turn++) {
    fail(turn % 2 === 0 ? 'timeout' : null);
    await write();
    after(100);
  }
  expect(told.map(({ state }) => state)).toEqual(['begins']);
});

it('a store that is read well is no less in trouble with its writes', async () => {
  const { store, told, fail, after, write } = aStore();
  fail('unavailable');
  await write();
  after(61_000);
  await store.find('grant', KEY);
  await store.ping();
  expect(store.trouble).toEqual({ reads: null, writes: { forMs: 61_000, sentence: FULL } });
  fail(null);
  await write();
  expect(store.trouble).toEqual({ reads: null, writes: null });
  expect(told.map(({ calls, state }) => `${calls} ${state}`)).toEqual(['writes begins', 'writes ends']);
});

it('what is a request’s own fault is nobody’s trouble, and stays to be told by who meets it', async () => {
  const { store, told, fail, write } = aStore();
  for (const kind of ['invalid', 'conflict', 'corrupt'] as const) {
    fail(kind);
    expect(isTold(await write())).toBe(false);
  }
  expect([told, store.trouble.writes]).toEqual([[], null]);
  fail('unavailable');
  expect(isTold(await write())).toBe(true);
});
