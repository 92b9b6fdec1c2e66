/** The first count may compile, or collect what was left before it, and any may share its core with another's work. */
const TRIES = 12;

/**
 * Milliseconds that this thread computed while `work` was done, whatever else the machine was doing meanwhile: time spent
 * waiting, for the processor too, does not count. No turn of the event loop can have held it for longer than all of them
 * computed, so this is a bound of that as well. It is the first count below `bound`, or the least of several.
 */
export async function cpuTime(bound: number, work: () => unknown): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let tried = 0; tried < TRIES && least >= bound; tried++) {
    const before = process.threadCpuUsage();
    await work();
    const { system, user } = process.threadCpuUsage(before);
    least = Math.min(least, (user + system) / 1000);
  }
  return least;
}
