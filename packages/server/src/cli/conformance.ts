import type { StoreTarget } from '@gatehouse/conformance';
import type { CacheStore } from '@gatehouse/store-cache';
import { type Command, CommandError, EXIT, textFlag, UsageError } from './command.ts';

/** How a scheme's store is opened for the suite: an instance per case, with the case's own clock and room. */
const TARGETS: ReadonlyMap<string, () => Promise<StoreTarget>> = new Map([
  [
    'cache',
    async () => {
      const { CACHE_CAPABILITIES, createCacheStore } = await import('@gatehouse/store-cache');
      return {
        name: 'cache',
        capabilities: CACHE_CAPABILITIES,
        open: ({ namespace, clock, log, room }) =>
          createCacheStore({ namespace, clock, log, maxElements: room.tokens, maxRegisters: room.registers }),
        sibling: ({ namespace, log }, first) => (first as CacheStore).sibling({ namespace, log }),
      };
    },
  ],
]);

export const conformanceCommand: Command = {
  usage: 'conformance <store-url> [--scale <share>] [--only <id>]',
  summary:
    'Runs every promise of the store contract against a store and prints the table. It writes to the store: give it an empty one.',
  flags: {
    scale: { value: '<share>', meaning: 'Share of the contract’s numbers to run with, such as 0.1; default 1' },
    only: { value: '<id>', meaning: 'Only the promises whose id begins with this' },
  },
  async run({ words: [url, ...more], flags, out }) {
    if (url === undefined || more.length > 0) throw new UsageError('Name one store: `gatehouse conformance cache:`.');
    const scheme = url.slice(0, Math.max(0, url.indexOf(':')));
    const target = await TARGETS.get(scheme)?.();
    if (!target)
      throw new CommandError(
        `No store has the scheme ${JSON.stringify(`${scheme}:`)}; known: ${[...TARGETS.keys()].map((known) => `${known}:`).join(', ')}.`,
      );
    const scale = Number(textFlag(flags, 'scale') ?? 1);
    if (!(scale > 0 && scale <= 1)) throw new UsageError('--scale is a number above 0 and up to 1.');
    const only = textFlag(flags, 'only') ?? '';
    const { formatTable, isFailure, runConformance, CASES } = await import('@gatehouse/conformance');
    const cases = CASES.filter(({ id }) => id.startsWith(only));
    if (cases.length === 0) throw new CommandError(`No promise has an id that begins with ${JSON.stringify(only)}.`);
    const results = [];
    for await (const result of runConformance(cases, { ...target, scale })) {
      results.push(result);
      if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${results.length}/${cases.length} ${result.id}`);
    }
    if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
    out.text(formatTable(results).trimEnd());
    out.data({ store: url, capabilities: target.capabilities, results });
    return results.some(isFailure) ? EXIT.failed : EXIT.done;
  },
};
