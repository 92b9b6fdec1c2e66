import { type Key, type Store, StoreError } from '@gatehouse/core';
import { createCacheStore } from '@gatehouse/store-cache';
import { expect, test } from 'vitest';
import { createApp } from '../app.ts';
import type { LastSweep } from '../maintenance/sweep-loop.ts';
import { openWorld, SAMPLE_BASIC } from '../world.test-support.ts';

const FULL = 'The database has no room left to write: give its disk, tablespace or log more.';
const KEY = 'k'.repeat(43) as Key;

/** A store on a disk that can be full, with what was written while health was asked. */
async function aFullDisk() {
  const store = createCacheStore();
  let full = false;
  const counted: string[] = [];
  const refusing =
    <A extends readonly unknown[], T>(call: (...args: A) => Promise<T>) =>
    async (...args: A): Promise<T> => {
      if (full) throw new StoreError('unavailable', FULL);
      return call(...args);
    };
  const over: Partial<Store> = {
    write: refusing((write) => store.write(write)),
    count: refusing(async (counter, key, at, window, add) => {
      counted.push(counter);
      return store.count(counter, key, at, window, add);
    }),
  };
  const disk = new Proxy(store, { get: (target, name) => Reflect.get(over, name) ?? bound(target, name) });
  const world = await openWorld({ store: () => disk, secrets: 's'.repeat(43) });
  return {
    world,
    counted,
    fill: (is: boolean) => {
      full = is;
    },
    issue: () => world.post('/api/oauth/token', { grant_type: 'client_credentials' }, { Authorization: SAMPLE_BASIC }),
    health: async (app = world.app) => {
      const response = await app.request('/health');
      return { code: response.status, body: (await response.json()) as Record<string, unknown> };
    },
  };
}

function bound(target: object, name: string | symbol): unknown {
  const value: unknown = Reflect.get(target, name);
  return typeof value === 'function' ? value.bind(target) : value;
}

test('a store that can be read and not written is told by health until it is written again, and stays ready', async () => {
  const { world, fill, issue, health } = await aFullDisk();
  expect(await health()).toMatchObject({ code: 200, body: { status: 'ok', problems: [], store: { writes: true } } });
  fill(true);
  expect((await issue()).status).toBe(503);
  const told = await health();
  expect(told).toMatchObject({ code: 503, body: { status: 'degraded', store: { answers: true, writes: false } } });
  expect(told.body['problems']).toEqual([expect.stringMatching(/^The store could not be written for \d+ s\. /)]);
  expect(String(told.body['problems'])).toContain(FULL);
  expect((await world.app.request('/health/ready')).status).toBe(200);
  fill(false);
  expect((await issue()).status).toBe(200);
  expect(await health()).toMatchObject({ code: 200, body: { status: 'ok', problems: [] } });
});

test('health writes nothing, but where a write has failed: one then, whoever asks how often', async () => {
  const { fill, issue, health, counted } = await aFullDisk();
  for (let asked = 0; asked < 5; asked++) await health();
  expect(counted).toEqual([]);
  fill(true);
  await issue();
  fill(false);
  // Nobody asks for a token any more: it is health itself that finds the room.
  expect(await health()).toMatchObject({ code: 200, body: { status: 'ok' } });
  for (let asked = 0; asked < 5; asked++) await health();
  expect(counted).toEqual(['health']);
});

test('a sweep that failed is in it, and has a write tried', async () => {
  const { world, fill, health } = await aFullDisk();
  const failed: LastSweep = { at: '2026-01-02T03:04:05.000Z', complete: false, problem: FULL };
  const app = createApp(world.assembly.server, { ...world.assembly.app, lastSweep: () => failed });
  fill(true);
  expect(await health(app)).toMatchObject({ code: 503, body: { status: 'degraded', store: { lastSweep: failed } } });
});

test('a request that meets the trouble has no line of error of its own', async () => {
  const { world, fill, issue } = await aFullDisk();
  fill(true);
  for (let request = 0; request < 10; request++) await issue();
  const errors = world.records().filter(({ level }) => level === 'error');
  expect(errors).toMatchObject([{ calls: 'writes', msg: expect.stringMatching(/^The store could not be written/) }]);
  expect(JSON.stringify(errors)).toContain(FULL);
  expect(await world.assembly.server.context.store.find('grant', KEY)).toBeUndefined();
});
