import { setTimeout as sleep } from 'node:timers/promises';
import type { Opening, Result, StoreTarget } from '@gatehouse/conformance';
import type { Store } from '@gatehouse/core';
import type { CacheStore } from '@gatehouse/store-cache';
import { shownUrl } from '../config/shown-url.ts';
import { schemeOf } from '../config/store-scheme.ts';
import { CASSANDRA, RELATIONAL } from '../stores.ts';
import { type Command, CommandError, EXIT, textFlag, UsageError } from './command.ts';
import { EndedBySignal } from './ended-by-signal.ts';

/** A store to prove, and how to take away what that leaves behind. */
interface Proving {
  readonly target: StoreTarget;
  /** Ends what still runs, under which its case fails, and takes away what all have written. */
  cleanUp(): Promise<void>;
}

async function cache(): Promise<Proving> {
  const { CACHE_CAPABILITIES, createCacheStore } = await import('@gatehouse/store-cache');
  return {
    target: {
      name: 'cache',
      capabilities: CACHE_CAPABILITIES,
      open: ({ namespace, clock, log, room }) =>
        createCacheStore({ namespace, clock, log, maxElements: room.tokens, maxRegisters: room.registers }),
      sibling: ({ namespace, log }, first) => (first as CacheStore).sibling({ namespace, log }),
    },
    cleanUp: async () => undefined,
  };
}

/** Milliseconds: the suite waits for it again and again, and clocks that are set by NTP differ by less. */
const TOLERANCE_MS = 500;

/** A store that can take away all that its namespace holds. */
type Forgetting = Store & { forgetNamespace(): Promise<void> };

type StoreOf = (opening: Pick<Opening, 'namespace'> & Partial<Pick<Opening, 'clock' | 'log'>>) => Forgetting;

/** Every case has a namespace of its own in the database that is there, in which others may live. */
function inNamespaces(storeOf: StoreOf, { name, capabilities }: Pick<Store, 'name' | 'capabilities'>): Proving {
  const namespaces = new Set<string>();
  const opened: Store[] = [];
  let over = false;
  const open = ({ namespace, clock, log }: Opening): Store => {
    if (over) throw new CommandError('The run is over.');
    const store = storeOf({ namespace, clock, log });
    namespaces.add(namespace);
    opened.push(store);
    return store;
  };
  // A file's time can be set; a server's passes by itself.
  const waits = capabilities.clockTolerance > 0 ? { advance: async (ms: number) => void (await sleep(ms)) } : {};
  return {
    target: { name, capabilities, open, sibling: open, ...waits },
    async cleanUp() {
      over = true;
      await Promise.all(opened.map((store) => store.close()));
      for (const namespace of namespaces) {
        const store = storeOf({ namespace });
        await store.open();
        await store.forgetNamespace().finally(() => store.close());
      }
    },
  };
}

/** What lives there has a real clock and a tolerance of its own: a sweep of these cases looks at nothing of it. */
async function relational(connection: string): Promise<Proving> {
  const { RdbmsStore } = await import('@gatehouse/store-rdbms');
  const storeOf: StoreOf = (opening) =>
    new RdbmsStore({ connection, ...opening, clockToleranceMs: TOLERANCE_MS, sweeps: 'namespace' });
  return inNamespaces(storeOf, storeOf({ namespace: 'conformance' }));
}

async function cassandra(connection: string): Promise<Proving> {
  const { CassandraStore } = await import('@gatehouse/store-cassandra');
  const storeOf: StoreOf = (opening) => new CassandraStore({ connection, ...opening, clockToleranceMs: TOLERANCE_MS });
  // What it promises depends on how many copies the keyspace keeps.
  const asked = storeOf({ namespace: 'conformance' });
  await asked.open();
  await asked.close();
  return inNamespaces(storeOf, asked);
}

function provingOf(url: string): Promise<Proving> {
  const scheme = schemeOf(url);
  if (scheme === 'cache') return cache();
  if (RELATIONAL.has(scheme)) return relational(url);
  if (scheme === CASSANDRA) return cassandra(url);
  throw new CommandError(
    `No store has the scheme ${JSON.stringify(`${scheme}:`)}; known: ${['cache', ...RELATIONAL, CASSANDRA].map((known) => `${known}:`).join(', ')}.`,
  );
}

export const conformanceCommand: Command = {
  usage: 'conformance <store-url> [--scale <share>] [--only <id>]',
  summary:
    'Runs every promise of the store contract against a store and prints the table. It writes to the store, each case under a name of its own, touches nothing else there, and takes everything away again, also when it is ended by Ctrl+C.',
  flags: {
    scale: { value: '<share>', meaning: 'Share of the contract’s numbers to run with, such as 0.1; default 1' },
    only: { value: '<id>', meaning: 'Only the promises whose id begins with this' },
  },
  takesWords: true,
  async run({ words: [url, ...more], flags, out }) {
    if (url === undefined || more.length > 0) throw new UsageError('Name one store: `gatehouse conformance cache:`.');
    const { target, cleanUp } = await provingOf(url);
    const scale = Number(textFlag(flags, 'scale') ?? 1);
    if (!(scale > 0 && scale <= 1)) throw new UsageError('--scale is a number above 0 and up to 1.');
    const only = textFlag(flags, 'only') ?? '';
    const { formatTable, isFailure, runConformance, CASES } = await import('@gatehouse/conformance');
    const cases = CASES.filter(({ id }) => id.startsWith(only));
    if (cases.length === 0) throw new CommandError(`No promise has an id that begins with ${JSON.stringify(only)}.`);
    const results: Result[] = [];
    const ended = new EndedBySignal();
    try {
      const running = runConformance(cases, { ...target, scale })[Symbol.asyncIterator]();
      for (;;) {
        const next = await ended.before(running.next());
        if (next === 'ended')
          throw new CommandError('The run was ended from outside; what it had written is taken away again.');
        if (next.done) break;
        results.push(next.value);
        if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${results.length}/${cases.length} ${next.value.id}`);
      }
    } finally {
      if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
      await cleanUp();
      ended.stop();
    }
    out.text(formatTable(results).trimEnd());
    out.data({ store: shownUrl(url), capabilities: target.capabilities, results });
    return results.some(isFailure) ? EXIT.failed : EXIT.done;
  },
};
