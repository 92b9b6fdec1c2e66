import type { Register, Token } from './records.ts';
import type { Store } from './store.ts';
import { StoreError } from './store-error.ts';

/**
 * Runs requests against a store in every order of their store calls, with every fault of a write, by replaying a
 * growing script of choices (stateless model checking). A run is a function of its script alone.
 */

export type WriteFault = 'none' | 'unknown-applied' | 'unknown-lost' | 'unknown-late';
const FAULTS: readonly WriteFault[] = ['none', 'unknown-applied', 'unknown-lost', 'unknown-late'];

export interface Script {
  /** Answers one of `options`; the script decides which. */
  choose(options: number): number;
}

/** The store as one request sees it. */
export interface View {
  readonly store: Store;
  /** The operations of this request that were given an unknown outcome. */
  readonly faulted: ('write' | 'revoke')[];
  /** What its first look-up found. */
  first: Token | Register | undefined;
}

export interface ScheduledStore {
  view(): View;
  /** Runs all requests to their end, one store call at a time. */
  run<T>(requests: readonly (() => Promise<T>)[]): Promise<PromiseSettledResult<T>[]>;
  /** Applies what a fault kept back: the first try that arrives after all is over. */
  late(): Promise<void>;
  readonly faults: readonly WriteFault[];
}

interface Waiting {
  readonly resume: () => void;
}

export function scheduleStore(store: Store, script: Script, maxFaults: number): ScheduledStore {
  const waiting: Waiting[] = [];
  const kept: (() => Promise<unknown>)[] = [];
  const faults: WriteFault[] = [];
  const turn = (): Promise<void> => new Promise((resume) => waiting.push({ resume }));

  async function faulty<T>(apply: () => Promise<T>, report: () => void): Promise<T> {
    const fault = faults.length < maxFaults ? (FAULTS[script.choose(FAULTS.length)] ?? 'none') : 'none';
    if (fault === 'none') return apply();
    faults.push(fault);
    report();
    if (fault === 'unknown-applied') await apply().catch(() => undefined);
    if (fault === 'unknown-late') kept.push(apply);
    throw new StoreError('unknown_outcome', 'injected');
  }

  return {
    faults,
    view() {
      const view: View = {
        faulted: [],
        first: undefined,
        store: {
          ...store,
          async find(kind, key) {
            await turn();
            const found = await store.find(kind, key);
            view.first ??= found;
            return found;
          },
          async write(write) {
            await turn();
            return faulty(
              () => store.write(write),
              () => view.faulted.push('write'),
            );
          },
          async revoke(what, at, reason) {
            await turn();
            return faulty(
              () => store.revoke(what, at, reason),
              () => view.faulted.push('revoke'),
            );
          },
        },
      };
      return view;
    },
    async run(requests) {
      let running = requests.length;
      const settled = requests.map((request) =>
        request().finally(() => {
          running--;
        }),
      );
      const all = Promise.allSettled(settled);
      while (running > 0) {
        await new Promise(setImmediate);
        const next = waiting.splice(script.choose(Math.max(waiting.length, 1)), 1)[0];
        next?.resume();
      }
      return all;
    },
    async late() {
      for (const apply of kept.splice(0)) await apply().catch(() => undefined);
    },
  };
}

/** Calls `once` with every script there is. @returns how many there were */
export async function everyScript(once: (script: Script) => Promise<void>, most = 200_000): Promise<number> {
  const path: { taken: number; options: number }[] = [];
  for (let runs = 1; ; runs++) {
    if (runs > most) throw new Error(`More than ${most} scripts.`);
    let at = 0;
    await once({
      choose(options) {
        const step = path[at] ?? { taken: 0, options };
        path[at++] = step;
        return step.taken;
      },
    });
    path.length = at;
    while (path.length > 0) {
      const last = path[path.length - 1];
      if (last && last.taken + 1 < last.options) {
        last.taken++;
        break;
      }
      path.pop();
    }
    if (path.length === 0) return runs;
  }
}
