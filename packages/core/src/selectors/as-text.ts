import type { Instant } from '../store/brands.ts';

/** Texts in the forms the reference system's selectors give, which are those of its platform's `toString`. */

/** `Fri Oct 05 16:16:54 GMT 2012` */
export function dateText(instant: Instant | undefined): string {
  if (instant === undefined) return '';
  const [weekday = '', day, month, year, time] = new Date(instant).toUTCString().split(' ');
  return `${weekday.slice(0, 3)} ${month} ${day} ${time} GMT ${year}`;
}

/** Whole seconds left, never below zero. */
export function secondsText(end: Instant | undefined, now: Instant): string {
  return end === undefined ? '' : String(Math.max(0, Math.floor((end - now) / 1000)));
}

/** `[a, b]` */
export function listText(list: readonly string[] | undefined): string {
  return list === undefined ? '' : `[${list.join(', ')}]`;
}

/** `{a=1, b=2}` */
export function mapText(map: Readonly<Record<string, string>> | undefined): string {
  if (map === undefined) return '';
  return `{${Object.entries(map)
    .map(([name, value]) => `${name}=${value}`)
    .join(', ')}}`;
}

/** A member by a name from outside: own ones only. */
export function memberText(map: Readonly<Record<string, string>> | undefined, name: string): string {
  return map !== undefined && Object.hasOwn(map, name) ? (map[name] ?? '') : '';
}
