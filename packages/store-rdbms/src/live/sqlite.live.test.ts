import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CASES, runCase, StoreProcesses, type StoreTarget } from '@gatehouse/conformance';
import Database from 'better-sqlite3';
import { afterAll, expect, test } from 'vitest';
import { tenantColumn } from '../columns.ts';
import { type ConnectionOptions, migrate, RdbmsStore, type SentStatement } from '../index.ts';
import { SWEPT, TABLES } from '../tables.ts';
import { budgetCase } from './budgets.test-support.ts';
import { prove } from './conformance.test-support.ts';
import { CAPABILITIES } from './conformance-target.test-support.ts';
import { endsByItself } from './ends-by-itself.test-support.ts';
import type { SentOptions } from './stores-in-a-process.test-support.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'gatehouse-sqlite-'));
/** Texts that were prepared more than once on one connection. */
const again = new Set<string>();
const prepare = Database.prototype.prepare;
const preparedOn = new WeakMap<object, Set<string>>();
Database.prototype.prepare = function (this: InstanceType<typeof Database>, text: string) {
  const before = preparedOn.get(this) ?? new Set();
  preparedOn.set(this, before);
  if (before.has(text)) again.add(text);
  before.add(text);
  return prepare.call(this, text);
} as typeof prepare;

const fileOf = (name: string): ConnectionOptions => ({
  dialect: 'sqlite',
  file: path.join(folder, name),
  timeouts: { callMs: 20_000 },
});
const [connection, second] = [fileOf('store.db'), fileOf('second.db')];
for (const each of [connection, second]) await migrate({ connection: each });
const outside = new Database(connection.file as string);
const capabilities = { ...CAPABILITIES, clockTolerance: 0 };
const siblings = new StoreProcesses<SentOptions>({
  module: new URL('stores-in-a-process.test-support.ts', import.meta.url),
  capabilities,
});
const namespaces = new WeakMap<object, string>();
const traces = new WeakMap<object, SentStatement[]>();
let empties = 0;

afterAll(async () => {
  await siblings.close();
  outside.close();
  Database.prototype.prepare = prepare;
  rmSync(folder, { recursive: true, force: true });
});

const planOf = (text: string): string | null => {
  const count = (text.match(/\?/g) ?? []).length;
  const steps = outside.prepare(`EXPLAIN QUERY PLAN ${text}`).all(...Array.from({ length: count }, () => 0)) as {
    detail: string;
  }[];
  const details = steps.map(({ detail }) => detail);
  return details.some((detail) => /^SCAN (?:oauth_|[a-z]$)/.test(detail)) ? null : details.join('; ');
};

const open: StoreTarget['open'] = ({ namespace, clock, log }) => {
  const sent: SentStatement[] = [];
  const observe = (statement: SentStatement): void => void sent.push(statement);
  const store = new RdbmsStore({ connection, namespace, clock, log, observe });
  namespaces.set(store, namespace);
  traces.set(store, sent);
  return store;
};

const target: StoreTarget = {
  name: 'SQLite, several processes on one file',
  capabilities,
  open,
  sibling: (opening) => siblings.open({ connection }, opening),
  kill: (store) => siblings.kill(store),
  elsewhere: async ({ namespace, clock, log }) => new RdbmsStore({ connection: second, namespace, clock, log }),
  restart: async (store, opening) => {
    await store.close();
    const again = await open(opening);
    await again.open();
    return again;
  },
  dump: async () =>
    TABLES.flatMap((table) =>
      outside
        .prepare(`SELECT * FROM ${table}`)
        .all()
        .map((row) => JSON.stringify(row)),
    ),
  rowCounts: async (store) =>
    Object.fromEntries(
      Object.values(SWEPT).map(({ table }) => {
        const count = outside.prepare(`SELECT COUNT(*) AS n FROM ${table} WHERE tenant_id = ?`);
        return [table, Number((count.get(tenantColumn(namespaces.get(store) ?? '')) as { n: number }).n)];
      }),
    ),
  trace: async (store) => {
    const sent = traces.get(store) ?? [];
    const from = sent.length;
    return {
      stop: async () =>
        sent.slice(from).map(({ text, rows }) => ({ text, rows, prepared: !again.has(text), index: planOf(text) })),
    };
  },
  empty: async () => {
    const file = fileOf(`empty-${empties++}.db`);
    return async ({ namespace, clock, log }) => {
      await migrate({ connection: file });
      return new RdbmsStore({ connection: file, namespace, clock, log });
    };
  },
};

prove(target, CASES);

test('[store-50] a process that has closed its store ends by itself', async () => {
  expect(await endsByItself(connection)).toBe(true);
});

test('[performance] every flow keeps its budget of statements and rows', async () => {
  const statements: SentStatement[] = [];
  const result = await runCase(
    budgetCase(() => statements.splice(0), 2),
    {
      ...target,
      open: ({ namespace, clock, log }) =>
        new RdbmsStore({ connection, namespace, clock, log, observe: (statement) => statements.push(statement) }),
    },
  );
  expect(result.violations).toEqual([]);
});
