import { type Store, type SweepOptions, type SweepReport, silentLog } from '@gatehouse/core';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { startSweepLoop } from './sweep-loop.ts';

const clean: SweepReport = { removed: {}, complete: true, errors: {} };

interface Sweeps {
  readonly calls: SweepOptions[];
  readonly store: Store;
}

function sweeps(answer: () => Promise<SweepReport>): Sweeps {
  const calls: SweepOptions[] = [];
  const sweep = (options: SweepOptions): Promise<SweepReport> => {
    calls.push(options);
    return answer();
  };
  return { calls, store: { sweep } as unknown as Store };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const start = (store: Store, intervalSeconds = 60): ReturnType<typeof startSweepLoop> =>
  startSweepLoop({ store, runtime: { clock: { now: () => 42 } }, log: silentLog, intervalSeconds, batchSize: 1000 });

describe('the sweep loop', () => {
  test('[AX-185] [AX-186] sweeps at every interval, in batches', async () => {
    const { calls, store } = sweeps(() => Promise.resolve(clean));
    const loop = start(store);
    await vi.advanceTimersByTimeAsync(59_999);
    expect(calls).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(60_002);
    expect(calls).toHaveLength(2);
    expect(calls[0]).toMatchObject({ at: 42, batch: 1000, budgetMs: 30_000 });
    await loop.stop();
    await vi.advanceTimersByTimeAsync(180_001);
    expect(calls).toHaveLength(2);
  });

  test('never runs two at once', async () => {
    const slow = Promise.withResolvers<SweepReport>();
    const { calls, store } = sweeps(() => slow.promise);
    const loop = start(store);
    await vi.advanceTimersByTimeAsync(180_001);
    expect(calls).toHaveLength(1);
    slow.resolve(clean);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(calls).toHaveLength(2);
    await loop.stop();
  });

  test('goes on after a failure', async () => {
    const { calls, store } = sweeps(() => Promise.reject(new Error('away')));
    const loop = start(store);
    await vi.advanceTimersByTimeAsync(120_001);
    expect(calls).toHaveLength(2);
    await loop.stop();
  });

  test('[AX-185] is off with 0', async () => {
    const { calls, store } = sweeps(() => Promise.resolve(clean));
    await start(store, 0).stop();
    await vi.advanceTimersByTimeAsync(180_001);
    expect(calls).toHaveLength(0);
  });

  test('tells the running sweep to stop, and waits for it', async () => {
    const { calls, store } = sweeps(
      () => new Promise((resolve) => calls[0]?.signal?.addEventListener('abort', () => resolve(clean))),
    );
    const loop = start(store);
    await vi.advanceTimersByTimeAsync(60_000);
    await loop.stop();
    expect(calls[0]?.signal?.aborted).toBe(true);
  });
});
