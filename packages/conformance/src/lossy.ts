import { inFrontOf, type Store, StoreError } from '@gatehouse/core';
import type { ArmedFault, Fault, FaultPort } from './ports.ts';

/** A store that can be made to lose contact once, at one point. */
export interface Lossy {
  readonly store: Store;
  readonly point: string;
  arm(firstTry: Fault['firstTry']): Promise<ArmedFault>;
}

/** What a caller hears of a call whose outcome nobody knows. */
export function contactLost(): StoreError {
  return new StoreError('unknown_outcome', 'Contact was lost, as the case asked.');
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
    throw contactLost();
  };
  return {
    point: 'in front of the store',
    store: inFrontOf(store, {
      write: (write) => through(() => store.write(write)),
      revoke: (what, at, reason) => through(() => store.revoke(what, at, reason)),
      once: (space, nonce, at, until, attempt) => through(() => store.once(space, nonce, at, until, attempt)),
    }),
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
