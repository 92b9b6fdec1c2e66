import { setTimeout as sleep } from 'node:timers/promises';
import { type Store, type SweepHolder, type SweepReport, systemClock } from '@gatehouse/core';
import { type Command, CommandError, EXIT, type FlagValues, type Output, textFlag, UsageError } from './command.ts';
import { configuredStore, withStore } from './open-store.ts';
import { CONFIG_FLAGS, readConfiguration } from './read-configuration.ts';

/** Milliseconds of one sweep, after which there is a word of progress. */
const ROUND_MS = 5_000;
/** Rounds that fail and remove nothing, one after the other, before it is given up. */
const MOST_FRUITLESS = 3;
/** Milliseconds until another is asked again, or a store that failed. */
const PAUSE_MS = 1_000;

/** What of the expired is there, of a store that can tell without removing. */
interface Expired {
  readonly backlog: Readonly<Record<string, number>>;
  /** The kinds of which there are more than their number says. */
  readonly uncounted: readonly string[];
  readonly lagMs: number;
}

interface Countable {
  expired(at: number): Promise<Expired>;
}

const number = (n: number): string => n.toLocaleString('en-US');
const instant = (ms: number): string => new Date(ms).toISOString();

async function count(store: Store, out: Output): Promise<number> {
  if (!('expired' in store)) throw new CommandError(`The store ${store.name} cannot count without removing.`);
  const at = systemClock.now();
  const { backlog, uncounted, lagMs } = await (store as unknown as Countable).expired(at);
  const words = Object.entries(backlog).map(
    ([kind, n]) => `${uncounted.includes(kind) ? 'more than ' : ''}${number(n)} ${kind}`,
  );
  const oldest = words.length === 0 ? null : instant(at - lagMs);
  out.text(
    oldest === null
      ? 'Nothing has expired.'
      : `Would remove ${words.join(', ')}; the oldest could have gone at ${oldest}.`,
  );
  out.data({ expired: backlog, uncounted, lagMs, oldest });
  return EXIT.done;
}

/** Milliseconds it may take. @throws UsageError */
function limitOf(flags: FlagValues): number {
  const given = textFlag(flags, 'seconds');
  if (given === undefined) return Number.POSITIVE_INFINITY;
  if (!/^[1-9]\d{0,6}$/.test(given)) throw new UsageError('--seconds takes a whole number from 1 on.');
  return Number(given) * 1000;
}

const sum = (counts: Iterable<number>): number => [...counts].reduce((total, n) => total + n, 0);

function add(totals: Map<string, number>, { removed }: SweepReport): void {
  for (const [kind, n] of Object.entries(removed)) totals.set(kind, (totals.get(kind) ?? 0) + n);
}

function tellHolder({ owner, until }: SweepHolder, out: Output): void {
  out.note(
    `gatehouse: ${owner} removes expired records just now, and has the lease for it until ${instant(until)} or longer. Waiting for it; Ctrl-C ends this, and nothing is missed then: it removes the same.`,
  );
}

interface Ended {
  readonly complete: boolean;
  readonly removed: ReadonlyMap<string, number>;
  readonly errors: Readonly<Record<string, string>>;
}

/** Round by round, until nothing expired is left, the time is over, or nothing goes any more. */
async function purge(store: Store, batch: number, limit: number, out: Output): Promise<Ended> {
  const end = performance.now() + limit;
  const removed = new Map<string, number>();
  let told: string | null = null;
  for (let fruitless = 0; ; ) {
    const left = Math.max(0, end - performance.now());
    const report = await store.sweep({ at: systemClock.now(), batch, budgetMs: Math.min(ROUND_MS, left) });
    add(removed, report);
    const failed = Object.keys(report.errors).length > 0;
    fruitless = failed && sum(Object.values(report.removed)) === 0 ? fruitless + 1 : 0;
    if (report.holder && told !== report.holder.owner) tellHolder(report.holder, out);
    told = report.holder?.owner ?? told;
    const over = performance.now() >= end || fruitless === MOST_FRUITLESS;
    if (report.complete || over) return { complete: report.complete, removed, errors: report.errors };
    if (!report.holder) out.note(`gatehouse: ${number(sum(removed.values()))} records removed so far …`);
    if (report.holder || fruitless > 0) await sleep(Math.min(PAUSE_MS, Math.max(0, end - performance.now())));
  }
}

export const purgeCommand: Command = {
  usage: 'purge [--config <path>] [--dry-run] [--seconds <number>]',
  summary:
    'Removes expired records until none is left. A running server does this by itself, every purge.intervalSeconds.',
  flags: {
    ...CONFIG_FLAGS,
    'dry-run': { meaning: 'Only count what would be removed; relational stores only' },
    seconds: { value: '<number>', meaning: 'End after so many seconds, with whatever is left' },
  },
  async run({ flags, out }) {
    const limit = limitOf(flags);
    const { loaded } = await readConfiguration(flags);
    return withStore(await configuredStore(loaded), async (store) => {
      if (flags['dry-run']) return count(store, out);
      const { complete, removed, errors } = await purge(store, loaded.config.purge.batchSize, limit, out);
      for (const [kind, error] of Object.entries(errors)) out.note(`gatehouse: ${kind}: ${error}`);
      const failed = Object.keys(errors).length > 0;
      const words = [...removed].filter(([, n]) => n > 0).map(([kind, n]) => `${number(n)} ${kind}`);
      const did = words.length === 0 ? 'Removed nothing' : `Removed ${words.join(', ')}`;
      if (complete) out.text(words.length === 0 ? 'Nothing had expired.' : `${did}.`);
      else out.text(`${did}; ${failed ? 'the rest could not be removed' : 'the time is over, and more may be left'}.`);
      out.data({ removed: Object.fromEntries(removed), complete, errors });
      return failed ? EXIT.failed : EXIT.done;
    });
  },
};
