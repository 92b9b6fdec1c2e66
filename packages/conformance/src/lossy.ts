import { type Store, StoreError } from '@gatehouse/core';
import type { ArmedFault, Fault, FaultPort } from './ports.ts';

/** A store that can be made to lose contact once, at one point. */
export interface Lossy {
  readonly store: Store;
  readonly point: string;
  arm(firstTry: Fault['firstTry']): Promise<ArmedFault>;
}

const NOTHING_LATE: ArmedFault = { arrive: async () => undefined };

/** Contact lost in front of a store, whatever it is: the caller hears nothing, the call goes its way or does not. */
export function lossyInFront(store: Store): Lossy {
  let armed: ((call: () => Promise<unknown>) => Promise<void>) | undefined;
  const through = async <T>(call: () => Promise<T>): Promise<T> => {
    const fault = armed;
    armed = undefined;
    if (!fault) return call();
    await fault(call);
    throw new StoreError('unknown_outcome', 'Contact was lost, as the case asked.');
  };
  return {
    point: 'in front of the store',
    store: {
      name: store.name,
      capabilities: store.capabilities,
      write: (write) => through(() => store.write(write)),
      revoke: (what, at, reason) => through(() => store.revoke(what, at, reason)),
      once: (space, nonce, at, until, attempt) => through(() => store.once(space, nonce, at, until, attempt)),
      find: (kind, key) => store.find(kind, key),
      list: (kind, by, page) => store.list(kind, by, page),
      count: (counter, key, at, window, add) => store.count(counter, key, at, window, add),
      clear: (counter, key) => store.clear(counter, key),
      open: () => store.open(),
      ping: () => store.ping(),
      sweep: (options) => store.sweep(options),
      close: () => store.close(),
    },
    async arm(firstTry) {
      if (firstTry === 'lost') {
        armed = async () => undefined;
        return NOTHING_LATE;
      }
      if (firstTry === 'applied') {
        armed = async (call) => void (await call());
        return NOTHING_LATE;
      }
      let waiting: (() => Promise<unknown>) | undefined;
      armed = async (call) => {
        waiting = call;
      };
      return {
        async arrive() {
          // What a late first try is answered reaches nobody, a conflict or an "outdated" included.
          await waiting?.().catch(() => undefined);
        },
      };
    },
  };
}

/** Contact lost inside the store, at each point that its author offers. */
export function lossyInside(store: Store, port: FaultPort): readonly Lossy[] {
  return port.points.map((point) => ({ store, point, arm: (firstTry) => port.arm(store, { point, firstTry }) }));
}
