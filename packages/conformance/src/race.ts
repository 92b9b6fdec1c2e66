/** Where racers wait for each other: it opens when the last one has come. */
export interface Gate {
  pass(): Promise<void>;
}

export type Racer<T> = (gate: Gate) => Promise<T>;

export interface Finish<T> {
  /** In the order of the racers, whatever their outcome. */
  readonly results: readonly PromiseSettledResult<T>[];
  /** Whether there was a moment at which all of them were between gate and finish. */
  readonly overlapped: boolean;
}

/** Lets all racers through one gate at once. A racer that fails before the gate is counted as come. */
export async function race<T>(racers: readonly Racer<T>[]): Promise<Finish<T>> {
  let step = 0;
  let waiting = racers.length;
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const arrive = (): void => {
    waiting--;
    if (waiting === 0) open();
  };
  const laps = racers.map(() => ({ started: Number.POSITIVE_INFINITY, ended: 0 }));
  const results = await Promise.allSettled(
    racers.map(async (racer, index) => {
      const lap = laps[index] as { started: number; ended: number };
      let passed = false;
      const gate: Gate = {
        async pass() {
          passed = true;
          arrive();
          await opened;
          lap.started = step++;
        },
      };
      try {
        return await racer(gate);
      } finally {
        lap.ended = step++;
        if (!passed) arrive();
      }
    }),
  );
  const lastStart = Math.max(...laps.map((lap) => lap.started));
  const firstEnd = Math.min(...laps.map((lap) => lap.ended));
  return { results, overlapped: lastStart < firstEnd };
}
