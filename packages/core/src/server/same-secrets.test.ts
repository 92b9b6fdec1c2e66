import { describe, expect, it } from 'vitest';
import { aWorld } from '../grants/world.test-support.ts';
import { createMemoryStore } from '../store/memory-store.test-support.ts';
import type { Store } from '../store/store.ts';
import { MARK_MS, secretsAreShared } from './same-secrets.ts';

const [OLD, NEW, OTHER] = ['o'.repeat(43), 'n'.repeat(43), 'x'.repeat(43)];

/** A store, servers on it, and what they left there. */
function aStore(issuer = 'https://issuer.example') {
  const marks: string[] = [];
  const memory = createMemoryStore();
  const once: Store['once'] = (space, nonce, at, until, attempt) => {
    marks.push(attempt);
    return memory.once(space, nonce, at, until, attempt);
  };
  const server = (...secrets: readonly string[]) => {
    const { context, time } = aWorld({ store: { ...memory, once }, secrets, settings: { issuer } });
    return Object.assign(secretsAreShared(context), { time });
  };
  return { server, marks };
}

describe('servers on one store', () => {
  it('that share their secret say nothing', async () => {
    const { server } = aStore();
    expect([await server(OLD)(), await server(OLD)()]).toEqual([true, true]);
  });

  it('that do not are noticed by the one that comes second', async () => {
    const { server } = aStore();
    expect([await server(OLD)(), await server(OTHER)()]).toEqual([true, false]);
  });

  it('are noticed by the other, too, in the next turn', async () => {
    const { server } = aStore();
    const [one, two] = [server(OLD), server(OTHER)];
    await one();
    for (const each of [one, two]) each.time.now += MARK_MS;
    expect([await two(), await one(), await one()]).toEqual([false, false, false]);
  });

  it('in the middle of an exchange of the secret say nothing, in whichever order they come', async () => {
    for (const order of [
      [
        [OLD, NEW],
        [NEW, OLD],
        [OLD, NEW],
      ],
      [
        [NEW, OLD],
        [OLD, NEW],
        [NEW, OLD],
      ],
      [[OLD], [NEW, OLD], [OLD, NEW]],
    ]) {
      const { server } = aStore();
      for (const secrets of order) expect(await server(...secrets)(), JSON.stringify(order)).toBe(true);
    }
  });

  it('notice one that seals with the new secret before they know it', async () => {
    const { server } = aStore();
    expect([await server(NEW, OLD)(), await server(OLD)()]).toEqual([true, false]);
  });
});

describe('what is left in the store', () => {
  it('is sixteen bits of a secret and an issuer, and no more with time', async () => {
    const { server, marks } = aStore();
    const one = server(OLD);
    for (let turn = 0; turn < 3; turn++) {
      await one();
      one.time.now += MARK_MS;
    }
    expect(new Set(marks).size).toBe(1);
    expect(Buffer.from(marks[0] ?? '', 'base64url')).toHaveLength(2);
    const elsewhere = aStore('https://other.example');
    await elsewhere.server(OLD)();
    expect(elsewhere.marks).not.toEqual(marks.slice(0, 1));
  });
});
