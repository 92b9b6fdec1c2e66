import { type Store, type SweepReport, systemClock } from '@gatehouse/core';
import { type Command, CommandError, EXIT, type Output } from './command.ts';
import { configuredStore, withStore } from './open-store.ts';
import { CONFIG_FLAGS, readConfiguration } from './read-configuration.ts';

const ROUND_MS = 5_000;

function add(totals: Map<string, number>, { removed }: SweepReport): void {
  for (const [kind, count] of Object.entries(removed)) totals.set(kind, (totals.get(kind) ?? 0) + count);
}

/** A store that can say what it would remove. */
interface Countable {
  expired(at: number): Promise<{ readonly backlog: Readonly<Record<string, number>>; readonly lagMs: number }>;
}

async function count(store: Store, out: Output): Promise<number> {
  if (!('expired' in store)) throw new CommandError(`The store ${store.name} cannot count without removing.`);
  const { backlog, lagMs } = await (store as unknown as Countable).expired(systemClock.now());
  const words = Object.entries(backlog).map(([kind, n]) => `${n} ${kind}`);
  const since = `the oldest since ${Math.ceil(lagMs / 1000)} s`;
  out.text(words.length === 0 ? 'Nothing has expired.' : `Would remove ${words.join(', ')}; ${since}.`);
  out.data({ expired: backlog, lagMs });
  return EXIT.done;
}

export const purgeCommand: Command = {
  usage: 'purge [--config <path>] [--dry-run]',
  summary:
    'Removes expired records until none is left. A running server does this by itself, every purge.intervalSeconds.',
  flags: { ...CONFIG_FLAGS, 'dry-run': { meaning: 'Only count what would be removed; relational stores only' } },
  async run({ flags, out }) {
    const { loaded } = await readConfiguration(flags);
    return withStore(await configuredStore(loaded), async (store) => {
      if (flags['dry-run']) return count(store, out);
      const totals = new Map<string, number>();
      let report: SweepReport;
      do {
        report = await store.sweep({
          at: systemClock.now(),
          batch: loaded.config.purge.batchSize,
          budgetMs: ROUND_MS,
        });
        add(totals, report);
        if (!report.complete && !out.json)
          out.note(`gatehouse: ${[...totals.values()].reduce((sum, n) => sum + n, 0)} records removed so far …`);
      } while (!report.complete && Object.keys(report.errors).length === 0);
      for (const [kind, error] of Object.entries(report.errors)) out.note(`gatehouse: ${kind}: ${error}`);
      const removed = Object.fromEntries(totals);
      const words = [...totals].filter(([, n]) => n > 0).map(([kind, n]) => `${n} ${kind}`);
      out.text(words.length === 0 ? 'Nothing had expired.' : `Removed ${words.join(', ')}.`);
      out.data({ removed, errors: report.errors });
      return Object.keys(report.errors).length === 0 ? EXIT.done : EXIT.failed;
    });
  },
};
