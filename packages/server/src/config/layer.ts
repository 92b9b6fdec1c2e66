/** Settings from one place. */
export interface Layer {
  /** A tree of plain data. */
  readonly values: unknown;
  /** Where the value at a path came from. */
  origin(path: readonly string[]): string;
  /** The folder that relative paths start from. */
  readonly folder: string;
}

/** Puts a value where a path leads, making the objects on the way. */
export function putAt(root: Record<string, unknown>, path: readonly string[], value: unknown): void {
  let at = root;
  for (const step of path.slice(0, -1)) {
    const next = Object.hasOwn(at, step) ? at[step] : undefined;
    if (typeof next === 'object' && next !== null) at = next as Record<string, unknown>;
    else {
      const made = Object.create(null) as Record<string, unknown>;
      at[step] = made;
      at = made;
    }
  }
  const last = path.at(-1);
  if (last !== undefined) at[last] = value;
}

/** What is where a path leads; undefined where nothing is. */
export function valueAt(root: unknown, path: readonly string[]): unknown {
  let at = root;
  for (const step of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return undefined;
    at = (at as Record<string, unknown>)[step];
  }
  return at;
}
