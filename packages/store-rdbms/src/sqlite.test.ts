import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { defineStoreConformance } from '@gatehouse/conformance/vitest';
import { Atomicity, createServerSecrets, encryptRecords, type Store, silentLog } from '@gatehouse/core';
import { afterAll } from 'vitest';
import { migrate, RdbmsStore } from './index.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'gatehouse-sqlite-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const connection = { dialect: 'sqlite', file: path.join(folder, 'store.db') } as const;
await migrate({ connection });

const secrets = createServerSecrets(['of the records in this test, of 32 bytes and more']);
const whole = (store: Store): Store => store;
const encrypted = (store: Store): Store => encryptRecords(store, { secrets, encrypts: true, log: silentLog });

const TOO_LONG = { 'store-33-at-the-limit': 'Encrypted, `data` takes a third more: 49 KB is the most.' };

for (const { name, as, knownFailures } of [
  { name: 'SQLite', as: whole, knownFailures: {} },
  { name: '[AX-161] SQLite, its records encrypted', as: encrypted, knownFailures: TOO_LONG },
])
  defineStoreConformance({
    name,
    knownFailures,
    // The live tests run it whole, over several processes.
    scale: 0.02,
    capabilities: {
      change: Atomicity.cluster,
      additions: 'atomic',
      visibility: { registers: 'cluster', tokens: 'cluster', boundMs: 0 },
      expiry: 'sweep',
      expiryStep: 1,
      retention: 'until-expiry',
      durable: true,
      listing: 'exact',
      clockTolerance: 0,
    },
    open: ({ namespace, clock, log }) => as(new RdbmsStore({ connection, namespace, clock, log })),
    sibling: ({ namespace, clock, log }) => as(new RdbmsStore({ connection, namespace, clock, log })),
  });
