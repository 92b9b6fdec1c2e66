import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Opening, StoreTarget } from '@gatehouse/conformance';
import { defineStoreConformance } from '@gatehouse/conformance/vitest';
import { Atomicity, type Store, type StoreCapabilities } from '@gatehouse/core';
import { afterAll } from 'vitest';
import { type CacheStore, createCacheStore, type SnapshotOptions } from './index.ts';

const capabilities: StoreCapabilities = {
  change: Atomicity.process,
  additions: 'atomic',
  visibility: { registers: 'process', tokens: 'process', boundMs: 0 },
  expiry: 'native',
  expiryStep: 1,
  retention: 'may-evict',
  durable: false,
  listing: 'exact',
  clockTolerance: 0,
};

const options = ({ namespace, clock, log, room }: Opening) => ({
  namespace,
  clock,
  log,
  maxElements: room.tokens,
  maxRegisters: room.registers,
});

/** What both runs offer. */
function target(create: (opening: Opening) => CacheStore): Omit<StoreTarget, 'name' | 'capabilities'> {
  // All namespaces of a case lie in one memory, so that keeping them apart is the store's own work.
  const memories = new Map<string, CacheStore>();
  const caseOf = ({ namespace }: Opening): string => /[0-9a-f-]{36}/i.exec(namespace)?.[0]?.toLowerCase() ?? namespace;
  return {
    open: (opening) => {
      const first = memories.get(caseOf(opening));
      if (first) return first.sibling(options(opening));
      const store = create(opening);
      memories.set(caseOf(opening), store);
      return store;
    },
    sibling: (opening, first) => (first as CacheStore).sibling(options(opening)),
    elsewhere: async (opening) => create(opening),
    restart: async (_, opening) => create(opening),
    rowCounts: async (store) => {
      const { tokens, registers, nonces, counters, indexEntries } = (store as CacheStore).stats();
      return { tokens, ...registers, nonces, counters, indexEntries };
    },
  };
}

defineStoreConformance({
  name: 'cache',
  capabilities,
  // The contract's own numbers: a hundred thousand logins take half a minute of a machine that is busy with other things.
  caseMs: 600_000,
  ...target((opening) => createCacheStore(options(opening))),
});

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-cache-'));
const secret = 'a secret of the suite, 32 bytes.';
const files = new WeakMap<Store, string>();
let made = 0;

function onDisk(opening: Opening, before?: Store): CacheStore {
  const name = `snapshot-${made++}`;
  const crashed = before && files.get(before);
  // What is on disk at this moment is what a crash at this moment leaves.
  for (const file of crashed === undefined ? [] : readdirSync(folder))
    if (file === crashed || file.startsWith(`${crashed}.journal.`))
      copyFileSync(join(folder, file), join(folder, name + file.slice(String(crashed).length)));
  const snapshot: SnapshotOptions = { file: join(folder, name), secret };
  const store = createCacheStore({ ...options(opening), snapshot });
  files.set(store, name);
  return store;
}

defineStoreConformance({
  name: 'cache with a snapshot',
  capabilities: { ...capabilities, durable: true },
  ...target(onDisk),
  restart: async (store, opening) => onDisk(opening, store),
  dump: async (store) => {
    const name = String(files.get(store));
    const own = readdirSync(folder).filter((file) => file === name || file.startsWith(`${name}.`));
    return own.map((file) => readFileSync(join(folder, file), 'latin1'));
  },
  misconfigured: [
    {
      what: 'a secret that is too short',
      open: async (opening) =>
        createCacheStore({ ...options(opening), snapshot: { file: join(folder, 'short'), secret: 'short' } }),
      names: /secret of at least 32 bytes/,
    },
    {
      what: 'a snapshot that another store has open',
      open: async (opening) => {
        const first = onDisk(opening);
        await first.open();
        return createCacheStore({
          ...options(opening),
          snapshot: { file: join(folder, String(files.get(first))), secret },
        });
      },
      names: /in use by process \d+ .* remove .*\.lock/,
    },
    {
      what: 'a folder that is a file',
      open: async (opening) => {
        writeFileSync(join(folder, 'a-file'), '');
        return createCacheStore({ ...options(opening), snapshot: { file: join(folder, 'a-file', 'inside'), secret } });
      },
      names: /check its folder/,
    },
  ],
  // Each of its writes waits for the disk.
  scale: 0.02,
});

afterAll(() => rmSync(folder, { recursive: true }));
