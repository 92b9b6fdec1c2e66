import type { Log, Runtime, Store } from '@gatehouse/core';

/** What is swept, and how often. */
export interface SweepLoopOptions {
  readonly store: Store;
  readonly runtime: Pick<Runtime, 'clock'>;
  readonly log: Log;
  /** Seconds from the end of one sweep to the begin of the next; 0: none at all. */
  readonly intervalSeconds: number;
  /** Records one step removes. */
  readonly batchSize: number;
}

/** What became of a sweep. */
export interface LastSweep {
  /** When it ended; ISO 8601. */
  readonly at: string;
  /** Whether everything expired is gone; false too where another server was at it. */
  readonly complete: boolean;
  /** Who was at it instead. */
  readonly elsewhere?: string;
  /** Why it failed, or failed in part. */
  readonly problem?: string;
}

/** A loop that runs. */
export interface SweepLoop {
  /** Null before the first has ended. */
  last(): LastSweep | null;
  /** Ends the running sweep after its step, and no other begins. */
  stop(): Promise<void>;
}

/** A sweep leaves the store to others for at least half of the interval. */
const SHARE = 0.5;

/** Removes what has expired, again and again; never two at once, and a failure is only logged. */
export function startSweepLoop({ store, runtime, log, intervalSeconds, batchSize }: SweepLoopOptions): SweepLoop {
  if (intervalSeconds === 0) return { last: () => null, stop: () => Promise.resolve() };
  const interval = intervalSeconds * 1000;
  const abort = new AbortController();
  let timer: NodeJS.Timeout;
  let running = Promise.resolve();
  let last: LastSweep | null = null;
  const ended = (more: Omit<LastSweep, 'at'>): void => {
    last = { at: new Date(runtime.clock.now()).toISOString(), ...more };
  };

  const sweep = async (): Promise<void> => {
    try {
      const report = await store.sweep({
        at: runtime.clock.now(),
        batch: batchSize,
        budgetMs: interval * SHARE,
        signal: abort.signal,
      });
      const failed = Object.keys(report.errors).length > 0;
      const problem = Object.entries(report.errors).map(([kind, error]) => `${kind}: ${error}`);
      ended({
        complete: report.complete,
        ...(report.holder ? { elsewhere: report.holder.owner } : {}),
        ...(failed ? { problem: problem.join(' ') } : {}),
      });
      if (failed) log.warn({ ...report }, 'A removal of expired records failed in part.');
      else if (Object.values(report.removed).some((count) => count > 0))
        log.debug({ ...report }, 'Expired records were removed.');
    } catch (error) {
      ended({ complete: false, problem: error instanceof Error ? error.message : String(error) });
      log.warn({ error }, 'A removal of expired records failed.');
    }
  };

  const schedule = (): void => {
    timer = setTimeout(() => {
      running = sweep().then(() => {
        if (!abort.signal.aborted) schedule();
      });
    }, interval);
    // Nothing but requests keeps the process alive.
    timer.unref();
  };
  schedule();

  return {
    last: () => last,
    async stop() {
      abort.abort();
      clearTimeout(timer);
      await running;
    },
  };
}
