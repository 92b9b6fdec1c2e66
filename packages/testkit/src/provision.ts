/** What a test needs from outside: there, or not and why. */
export type Provision<T> =
  | { readonly available: true; readonly value: T }
  | { readonly available: false; readonly reason: string };

/** What the `REQUIRE_BACKENDS` of a run names: `cache,browser,python`. */
export function requiredBackends(
  variables: Readonly<Record<string, string | undefined>> = process.env,
): ReadonlySet<string> {
  const names = (variables['REQUIRE_BACKENDS'] ?? '').split(',').map((name) => name.trim());
  return new Set(names.filter((name) => name !== ''));
}

/**
 * Looks for a back end by its name.
 * @returns the reason where it is missing, for a printed skip: `ctx.skip(provision.reason)`
 * @throws Error where it is missing and this run requires it
 */
export async function provide<T>(
  name: string,
  find: () => Promise<T> | T,
  required: ReadonlySet<string> = requiredBackends(),
): Promise<Provision<T>> {
  try {
    return { available: true, value: await find() };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    if (required.has(name)) throw new Error(`REQUIRE_BACKENDS names ${name}: ${reason}`, { cause });
    return { available: false, reason };
  }
}
