/** Something that keeps the server from starting, in sentences that name the setting. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

/** Does a part of starting, and says which setting it was for when it fails. */
export async function starting<T>(setting: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw new StartError(`${setting}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}
