/**
 * Milliseconds that this thread computed while `work` was done, whatever else the machine was doing meanwhile: time spent
 * waiting, for the processor too, does not count. No turn of the event loop can have held it for longer than all of them
 * computed, so this is a bound of that as well.
 */
export async function cpuTime(work: () => unknown): Promise<number> {
  const before = process.threadCpuUsage();
  await work();
  const { system, user } = process.threadCpuUsage(before);
  return (user + system) / 1000;
}
