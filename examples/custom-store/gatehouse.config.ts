// A store of one's own is a function that gives an object of the contract. This one counts what another one is asked.
// One that keeps records by itself proves its promises with @gatehouse/conformance.
import type { Store } from '@gatehouse/core';
import { defineConfig } from '@gatehouse/server';
import { createCacheStore } from '@gatehouse/store-cache';

function counting(store: Store, report: (calls: ReadonlyMap<string, number>) => void): Store {
  const calls = new Map<string, number>();
  return new Proxy(store, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      return (...given: unknown[]): unknown => {
        calls.set(String(name), (calls.get(String(name)) ?? 0) + 1);
        if (name === 'close') report(calls);
        return member.apply(target, given) as unknown;
      };
    },
  });
}

const report = (calls: ReadonlyMap<string, number>): void =>
  console.error(`store calls: ${[...calls].map(([name, count]) => `${name} ${count}`).join(', ')}`);

export default defineConfig({
  // `gatehouse secret` makes one.
  secrets: 'only-for-this-example-0123456789abcdef',
  store: () => counting(createCacheStore(), report),
});
