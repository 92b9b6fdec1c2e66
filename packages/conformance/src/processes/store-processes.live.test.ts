import { type Key, type Log, type Store, silentLog } from '@gatehouse/core';
import { afterAll, expect, it } from 'vitest';
import { REFERENCE_CAPABILITIES } from '../reference/reference-store.ts';
import { StoreProcesses } from './store-processes.ts';

const processes = new StoreProcesses<{ readonly word: string }>({
  module: new URL('reference-in-a-process.test-support.ts', import.meta.url),
  capabilities: REFERENCE_CAPABILITIES,
  processes: 1,
});
afterAll(() => processes.close());

const room = { tokens: 1, registers: 1 };
const clock = { now: () => Date.now() + 60_000 };

it('opens stores that live in another process, with its log here and their own namespaces', async () => {
  const lines: unknown[] = [];
  const log: Log = { ...silentLog, info: (fields, message) => void lines.push([fields, message]) };
  const one = await processes.open({ word: 'hello' }, { namespace: 'one', clock, log, room });
  const again = await processes.open({ word: 'again' }, { namespace: 'one', clock, log: silentLog, room });
  const two = await processes.open({ word: 'two' }, { namespace: 'two', clock, log: silentLog, room });
  for (const store of [one, again, two]) await store.open();
  expect(lines).toEqual([[{ word: 'hello', ahead: true }, 'Made.']]);

  const at = Date.now();
  const use = (store: Store, attempt: string): Promise<boolean> =>
    store.once('space', 'n'.repeat(43) as Key, at, at + 60_000, attempt);
  expect([await use(one, 'a'), await use(again, 'b'), await use(two, 'c')]).toEqual([true, false, true]);
});

it('gives a refusal of that store as a refusal of this one', async () => {
  const store = await processes.open({ word: 'refused' }, { namespace: 'one', clock, log: silentLog, room });
  await store.open();
  await expect(store.find('grant', 'too short' as Key)).rejects.toMatchObject({ name: 'StoreError', kind: 'invalid' });
});

it('lets a process be killed, whose calls then fail, and starts another for the next store', async () => {
  const store = await processes.open({ word: 'killed' }, { namespace: 'one', clock, log: silentLog, room });
  await store.open();
  await processes.kill(store);
  await expect(store.ping()).rejects.toMatchObject({ kind: 'unavailable' });
  const next = await processes.open({ word: 'next' }, { namespace: 'one', clock, log: silentLog, room });
  await expect(next.open()).resolves.toBeUndefined();
});
