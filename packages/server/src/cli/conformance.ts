import { setTimeout as sleep } from 'node:timers/promises';
import type { Opening, Result, StoreTarget } from '@gatehouse/conformance';
import type { CacheStore } from '@gatehouse/store-cache';
import type { CassandraStore } from '@gatehouse/store-cassandra';
import type { RdbmsStore, RdbmsStoreOptions } from '@gatehouse/store-rdbms';
import { shownUrl } from '../config/shown-url.ts';
import { CASSANDRA, RELATIONAL } from '../stores.ts';
import { type Command, CommandError, EXIT, textFlag, UsageError } from './command.ts';

/** A store to prove, and how to take away what that leaves behind. */
interface Proving {
  readonly target: StoreTarget;
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

/** Every case has a namespace of its own in the database that is there, and nobody else's records are looked at. */
async function relational(connection: string): Promise<Proving> {
  const { RdbmsStore } = await import('@gatehouse/store-rdbms');
  const namespaces = new Set<string>();
  const storeOf = (options: Omit<RdbmsStoreOptions, 'connection' | 'clockToleranceMs'>): RdbmsStore => {
    namespaces.add(options.namespace);
    return new RdbmsStore({ connection, clockToleranceMs: TOLERANCE_MS, ...options });
  };
  const { name, capabilities } = new RdbmsStore({
    connection,
    namespace: 'conformance',
    clockToleranceMs: TOLERANCE_MS,
  });
  const open = ({ namespace, clock, log }: Opening): RdbmsStore => storeOf({ namespace, clock, log });
  // A file's time can be set; a server's passes by itself.
  const waits = capabilities.clockTolerance > 0 ? { advance: async (ms: number) => void (await sleep(ms)) } : {};
  return {
    target: { name, capabilities, open, sibling: open, ...waits },
    async cleanUp() {
      for (const namespace of namespaces) {
        const store = storeOf({ namespace });
        await store.open();
        await store.forgetNamespace();
        await store.close();
      }
    },
  };
}

/** A namespace of its own for each case, in the keyspace that is there. */
async function cassandra(connection: string): Promise<Proving> {
  const { CassandraStore } = await import('@gatehouse/store-cassandra');
  const namespaces = new Set<string>();
  const open = ({ namespace, clock, log }: Opening): CassandraStore => {
    namespaces.add(namespace);
    return new CassandraStore({ connection, namespace, clock, log, clockToleranceMs: TOLERANCE_MS });
  };
  // What it promises depends on how many copies the keyspace keeps.
  const asked = new CassandraStore({ connection, namespace: 'conformance', clockToleranceMs: TOLERANCE_MS });
  await asked.open();
  const { name, capabilities } = asked;
  await asked.close();
  return {
    target: { name, capabilities, open, sibling: open, advance: async (ms) => void (await sleep(ms)) },
    async cleanUp() {
      for (const namespace of namespaces) {
        const store = new CassandraStore({ connection, namespace, clockToleranceMs: TOLERANCE_MS });
        await store.open();
        await store.forgetNamespace();
        await store.close();
      }
    },
  };
}

function provingOf(url: string): Promise<Proving> {
  const scheme = url.slice(0, Math.max(0, url.indexOf(':')));
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
    'Runs every promise of the store contract against a store and prints the table. It writes to the store, each case under a name of its own, and takes everything away again.',
  flags: {
    scale: { value: '<share>', meaning: 'Share of the contract’s numbers to run with, such as 0.1; default 1' },
    only: { value: '<id>', meaning: 'Only the promises whose id begins with this' },
  },
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
    try {
      for await (const result of runConformance(cases, { ...target, scale })) {
        results.push(result);
        if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${results.length}/${cases.length} ${result.id}`);
      }
    } finally {
      if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
      await cleanUp();
    }
    out.text(formatTable(results).trimEnd());
    out.data({ store: shownUrl(url), capabilities: target.capabilities, results });
    return results.some(isFailure) ? EXIT.failed : EXIT.done;
  },
};
