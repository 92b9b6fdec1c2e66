import { clockAhead } from '@gatehouse/connection';
import { StoreError } from '@gatehouse/core';
import { integer } from '../rows.ts';
import type { Checked } from './checked.ts';

/** The part of the tolerance above which a difference is worth a word. */
const WARNED = 0.2;

/** This clock against the database's: lifetimes, the sweep and the refresh grace trust both. */
export async function checkClock({ database, tolerance, clock, log }: Checked): Promise<void> {
  if (tolerance === 0) return;
  const before = clock.now();
  const [row] = (await database.run('clock', {})).rows;
  const after = clock.now();
  const ahead = clockAhead(row === undefined ? before : integer(row, 'now_ms'), before, after);
  const apart = Math.abs(ahead);
  if (apart > tolerance)
    throw new StoreError(
      'config',
      `This machine's clock is ${duration(apart)} ${ahead > 0 ? 'ahead of' : 'behind'} the database's, more than ${duration(tolerance)}: set both clocks by NTP.`,
    );
  if (apart > tolerance * WARNED)
    log.warn({ aheadMs: ahead }, 'The clocks of this machine and of the database have drifted apart: set both by NTP.');
}

const UNITS: readonly (readonly [string, number])[] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
];

/** `3 days 2 hours`: the two largest units that say something; `800 ms` under a second. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${ms} ms`;
  const parts: string[] = [];
  let left = ms;
  for (const [name, size] of UNITS) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count > 0) parts.push(`${count} ${name}${count === 1 ? '' : 's'}`);
    else if (parts.length > 0) break;
    if (parts.length === 2) break;
  }
  return parts.join(' ');
}
