/** Letters to insert, drop or replace to come from one word to the other. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(
        Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)),
      );
    row = next;
  }
  return row.at(-1) ?? 0;
}

/** The name that was probably meant, if one is near. */
export function nearest(name: string, names: Iterable<string>): string | undefined {
  const word = name.slice(0, 80).toLowerCase();
  let best: string | undefined;
  let least = Math.max(2, Math.floor(word.length / 3)) + 1;
  for (const candidate of names) {
    const far = distance(word, candidate.toLowerCase());
    if (far < least) {
      least = far;
      best = candidate;
    }
  }
  return best;
}

/** What to do about a name that is none of these. */
export function fixOfUnknown(name: string, names: readonly string[]): string {
  const near = nearest(name, names);
  return near === undefined ? 'remove it' : `did you mean "${near}"? Else remove it`;
}
