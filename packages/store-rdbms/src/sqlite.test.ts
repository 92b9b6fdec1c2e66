import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { defineStoreConformance } from '@gatehouse/conformance/vitest';
import { Atomicity } from '@gatehouse/core';
import { afterAll } from 'vitest';
import { migrate, RdbmsStore } from './index.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'gatehouse-sqlite-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const connection = { dialect: 'sqlite', file: path.join(folder, 'store.db') } as const;
await migrate({ connection });

defineStoreConformance({
  name: 'SQLite',
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
  open: ({ namespace, clock, log }) => new RdbmsStore({ connection, namespace, clock, log }),
  sibling: ({ namespace, clock, log }) => new RdbmsStore({ connection, namespace, clock, log }),
});
