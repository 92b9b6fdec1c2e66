import { describe, expect, it } from 'vitest';
import { createEmitter, type ServerEvents } from '../runtime/events.ts';
import type { Key } from './brands.ts';
import { guardStore } from './guarded-store.ts';
import { createMemoryStore } from './memory-store.test-support.ts';
import type { NewRegister } from './records.ts';
import type { Store, Write } from './store.ts';
import { StoreError, type StoreErrorKind } from './store-error.ts';

const grant: NewRegister = {
  kind: 'grant',
  key: 'g'.repeat(43) as Key,
  clientId: 'app',
  subject: 'ann',
  sessionId: null,
  createdAt: 0,
  expiresAt: 1,
  purgeAt: 1,
  data: '{}',
  state: '{}',
};
const unknown = (): never => {
  throw new StoreError('unknown_outcome', 'injected');
};

function guarded(over: (memory: Store) => Partial<Store>, callMs = 60_000) {
  const memory = createMemoryStore();
  const events: ServerEvents['store.unknown_outcome'][] = [];
  const emitter = createEmitter();
  emitter.on('store.unknown_outcome', (event) => events.push(event));
  const store = guardStore({ ...memory, ...over(memory) }, { events: emitter, callMs, sleep: async () => undefined });
  return { store, memory, events };
}

const change = (attempt: string, from: number): Write => ({
  attempt,
  change: { kind: 'grant', key: grant.key, from, state: `"${attempt}"` },
});

describe('an unknown outcome', () => {
  it('is answered by the identical write, attempt and all', async () => {
    const writes: Write[] = [];
    const { store, events } = guarded((memory) => ({
      async write(write) {
        writes.push(write);
        const result = await memory.write(write);
        return writes.length < 3 ? unknown() : result;
      },
    }));
    expect(await store.write({ attempt: 'a', add: [grant] })).toBe('written');
    expect(writes).toHaveLength(3);
    expect(new Set(writes).size).toBe(1);
    expect(events).toEqual([{ store: 'memory', repeated: 2, resolved: true }]);
  });

  it('that was overtaken is unavailable, never outdated', async () => {
    let first = true;
    const { store, memory } = guarded((m) => ({
      async write(write) {
        if (!first) return m.write(write);
        first = false;
        await m.write(write);
        await m.write(change('other', 2));
        return unknown();
      },
    }));
    await memory.write({ attempt: 'a', add: [grant] });
    await expect(store.write(change('mine', 1))).rejects.toMatchObject({ kind: 'unavailable' });
    expect((await memory.find('grant', grant.key))?.state).toBe('"other"');
  });

  it('followed by a conflict is unavailable', async () => {
    const kinds: StoreErrorKind[] = ['unknown_outcome', 'conflict'];
    const { store } = guarded(() => ({
      write: async () => {
        throw new StoreError(kinds.shift() ?? 'conflict', 'injected');
      },
    }));
    await expect(store.write({ attempt: 'a', add: [grant] })).rejects.toMatchObject({ kind: 'unavailable' });
  });

  it('that stays unknown ends at the deadline', async () => {
    const { store, events } = guarded(() => ({ write: async () => unknown() }), 20);
    await expect(store.write({ attempt: 'a', add: [grant] })).rejects.toMatchObject({ kind: 'unavailable' });
    expect(events.at(-1)).toMatchObject({ resolved: false });
  });

  it('of a revocation is repeated to its end', async () => {
    let calls = 0;
    const { store, memory } = guarded((m) => ({
      async revoke(what, at, reason) {
        const count = await m.revoke(what, at, reason);
        return ++calls < 2 ? unknown() : count;
      },
    }));
    await memory.write({ attempt: 'a', add: [grant] });
    expect(await store.revoke({ grants: [grant.key] }, 1, 'test')).toBe(0);
    expect((await memory.find('grant', grant.key))?.revoked).toEqual({ at: 1, reason: 'test' });
  });
});

describe('a known outcome', () => {
  it.each(['conflict', 'unavailable', 'timeout', 'invalid', 'corrupt'] as const)(
    'is passed on as it is: %s',
    async (kind) => {
      let calls = 0;
      const { store } = guarded(() => ({
        write: async () => {
          calls++;
          throw new StoreError(kind, 'injected');
        },
      }));
      await expect(store.write({ attempt: 'a', add: [grant] })).rejects.toMatchObject({ kind });
      expect(calls).toBe(1);
    },
  );

  it('of a count is never repeated', async () => {
    let calls = 0;
    const { store } = guarded(() => ({
      count: async () => {
        calls++;
        return unknown();
      },
    }));
    await expect(store.count('login', grant.key, 0, 1, 1)).rejects.toMatchObject({ kind: 'unknown_outcome' });
    expect(calls).toBe(1);
  });
});

it('a store elsewhere that does not answer is unavailable within the deadline', async () => {
  const never = new Promise<never>(() => undefined);
  const { store } = guarded(
    (m) => ({
      capabilities: { ...m.capabilities, visibility: { registers: 'cluster', tokens: 'cluster', boundMs: 0 } },
      find: () => never,
      write: () => never,
    }),
    20,
  );
  await expect(store.find('grant', grant.key)).rejects.toMatchObject({ kind: 'unavailable' });
  await expect(store.write({ attempt: 'a', add: [grant] })).rejects.toMatchObject({ kind: 'unavailable' });
});
