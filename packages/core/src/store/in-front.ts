import type { Store } from './store.ts';

/** A store that passes everything on, but for what stands in front of it. */
export function inFrontOf(store: Store, own: Partial<Store>): Store {
  return {
    name: store.name,
    // Some stores know them exactly only once they are open.
    get capabilities() {
      return store.capabilities;
    },
    explain: () => store.explain?.() ?? [],
    write: (write) => store.write(write),
    revoke: (what, at, reason) => store.revoke(what, at, reason),
    once: (space, nonce, at, until, attempt) => store.once(space, nonce, at, until, attempt),
    find: (kind, key) => store.find(kind, key),
    list: (kind, by, page) => store.list(kind, by, page),
    count: (counter, key, at, window, add) => store.count(counter, key, at, window, add),
    clear: (counter, key) => store.clear(counter, key),
    open: () => store.open(),
    ping: () => store.ping(),
    sweep: (options) => store.sweep(options),
    close: () => store.close(),
    ...own,
  };
}
