import { setTimeout as sleep } from 'node:timers/promises';
import { type Opening, type Statement, StoreProcesses, type StoreTarget } from '@gatehouse/conformance';
import { Atomicity, type Key, type RegisterKind, type Store, type StoreCapabilities } from '@gatehouse/core';
import type { DatabaseServer } from '@gatehouse/testkit';
import { tenantColumn } from '../columns.ts';
import { migrate, RdbmsStore, type SentStatement } from '../index.ts';
import { REGISTERS, SWEPT, TABLES } from '../tables.ts';
import type { Product } from './product.test-support.ts';
import { POINTS, StatementProxy } from './statement-proxy.test-support.ts';
import type { SentOptions } from './stores-in-a-process.test-support.ts';

const HOST = new URL('stores-in-a-process.test-support.ts', import.meta.url);

/** Milliseconds: server and test are on one machine, so that little has to be waited for. */
export const TOLERANCE = 100;

/** What every relational database with a server of its own promises. */
export const CAPABILITIES: StoreCapabilities = {
  change: Atomicity.cluster,
  additions: 'atomic',
  visibility: { registers: 'cluster', tokens: 'cluster', boundMs: 0 },
  expiry: 'sweep',
  expiryStep: 1,
  retention: 'until-expiry',
  durable: true,
  listing: 'exact',
  clockTolerance: TOLERANCE,
};

/** How long an unused connection is kept. Short, since some servers hold what a lost one has locked for as long. */
const IDLE_MS = 4_000;

/** Of one call of a store here; a hanging server is given up then. Long, since a busy machine is no hanging server. */
const CALL_MS = 8_000;

/** A URL whose limits are those of these tests. */
export function patient(text: string, callMs: number = CALL_MS): URL {
  const url = new URL(text);
  const partMs = callMs - 1_000;
  const limits = { callMs, statementMs: partMs, acquireMs: partMs, connectMs: partMs, lockMs: 3_000 };
  for (const [name, ms] of Object.entries(limits)) url.searchParams.set(`timeouts.${name}`, String(ms));
  url.searchParams.set('pool.idleMs', String(IDLE_MS));
  return url;
}

/** What belongs to a store that a case has opened. */
interface Belongings {
  readonly proxy: StatementProxy;
  readonly sent: SentStatement[];
  readonly namespace: string;
}

/** A server with two migrated databases, as the suite wants it; `close` takes everything away again. */
export async function relationalTarget(
  server: DatabaseServer,
  product: Product,
  more: Partial<StoreTarget> = {},
): Promise<{ readonly target: StoreTarget; readonly close: () => Promise<void> }> {
  const [database, second] = [await server.createDatabase(), await server.createDatabase()];
  for (const { url } of [database, second]) await migrate({ connection: url });
  const outside = await product.connect(database.url);
  const { planOf, callMs = CALL_MS } = product;
  const siblings = new StoreProcesses<SentOptions>({ module: HOST, capabilities: CAPABILITIES });
  const belongings = new WeakMap<Store, Belongings>();
  const proxies: StatementProxy[] = [];
  const of = (store: Store): Belongings => {
    const own = belongings.get(store);
    if (!own) throw new TypeError('A store of another process has no belongings here.');
    return own;
  };

  const open = async ({ namespace, clock, log }: Opening): Promise<Store> => {
    const proxy = await StatementProxy.start(server, product.wire, product.endsSilent === false ? IDLE_MS : 0);
    proxies.push(proxy);
    const url = patient(database.url, callMs);
    url.hostname = '127.0.0.1';
    url.port = String(proxy.port);
    const sent: SentStatement[] = [];
    const store = new RdbmsStore({
      connection: url,
      namespace,
      clock,
      log,
      clockToleranceMs: TOLERANCE,
      observe: (statement) => sent.push(statement),
    });
    belongings.set(store, { proxy, sent, namespace });
    return store;
  };

  const target: StoreTarget = {
    name: server.what,
    capabilities: CAPABILITIES,
    open,
    sibling: (opening) =>
      siblings.open({ connection: patient(database.url, callMs).href, clockToleranceMs: TOLERANCE }, opening),
    advance: (ms) => sleep(ms),
    kill: (store) => siblings.kill(store),
    elsewhere: async ({ namespace, clock, log }) =>
      new RdbmsStore({ connection: patient(second.url, callMs), namespace, clock, log, clockToleranceMs: TOLERANCE }),
    dump: async () => {
      const rows = await Promise.all(TABLES.map((table) => outside.query(`SELECT * FROM ${table}`)));
      return rows.flat().map((row) => JSON.stringify(row));
    },
    rowCounts: async (store) => {
      const tenant = tenantColumn(of(store).namespace);
      const counts: Record<string, number> = {};
      for (const { table } of Object.values(SWEPT)) {
        const [row] = await outside.query(`SELECT COUNT(*) AS n FROM ${table} WHERE tenant_id = '${tenant}'`);
        counts[table] = Number(row?.['n']);
      }
      return counts;
    },
    // Where nobody can say what an engine does with a statement, nothing is claimed of it.
    ...(planOf && {
      trace: async (store: Store) => {
        const { sent, proxy } = of(store);
        const [from, preparedBefore] = [sent.length, proxy.prepared];
        return {
          async stop() {
            const traced = sent.slice(from);
            // Each of ours came by the name it was prepared under, as the wire has it.
            const prepared = proxy.prepared - preparedBefore === traced.length;
            const statements: Statement[] = [];
            for (const { text, rows } of traced)
              statements.push({ text, rows, prepared, index: await planOf(outside, text) });
            return statements;
          },
        };
      },
    }),
    faults: { points: POINTS, arm: async (store, fault) => of(store).proxy.arm(fault) },
    transient: { points: POINTS, arm: async (store, point) => of(store).proxy.armDeadlock(point) },
    exhaust: async (store) => {
      const { proxy } = of(store);
      proxy.hang();
      // On a crowded machine a timer is late; a second try would be over by far.
      return { deadlineMs: callMs + 5_000, release: async () => proxy.goOn() };
    },
    hold: ({ namespace }, kind, key) => hold(product, database.url, namespace, kind, key),
    empty: async () => {
      const { url } = await server.createDatabase();
      return async ({ namespace, clock, log }) => {
        await migrate({ connection: patient(url, callMs) });
        return new RdbmsStore({ connection: patient(url, callMs), namespace, clock, log, clockToleranceMs: TOLERANCE });
      };
    },
    ...more,
  };
  const close = async (): Promise<void> => {
    await siblings.close();
    await outside.end();
    for (const proxy of proxies) await proxy.close();
    for (const each of [database, second]) await each.drop();
    await server.close();
  };
  return { target, close };
}

async function hold(product: Product, url: string, namespace: string, kind: RegisterKind, key: Key) {
  const { table, key: column } = REGISTERS[kind];
  const holder = await product.connect(url);
  await holder.query('BEGIN');
  await holder.query(
    `SELECT version FROM ${table} WHERE tenant_id = '${tenantColumn(namespace)}' AND ${column} = '${key}' FOR UPDATE`,
  );
  return {
    release: async () => {
      await holder.query('ROLLBACK');
      await holder.end();
    },
  };
}
