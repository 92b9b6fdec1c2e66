import { setTimeout as sleep } from 'node:timers/promises';
import { type Opening, type Statement, StoreProcesses, type StoreTarget } from '@gatehouse/conformance';
import type { Store, StoreCapabilities, Write, Written } from '@gatehouse/core';
import type { CassandraCluster } from '@gatehouse/testkit';
import * as cassandra from 'cassandra-driver';
import { capabilitiesOf } from '../capabilities.ts';
import { CassandraStore, type CassandraStoreOptions, type Level, migrate, type SentStatement } from '../index.ts';
import { planLevels } from '../levels/plan.ts';
import { promisesOf } from '../levels/promises.ts';
import { TABLES } from '../schema/tables.ts';
import { FaultyDriver, POINTS } from './faulty-driver.test-support.ts';
import { PATIENCE } from './on-cluster.test-support.ts';
import type { SentOptions } from './stores-in-a-process.test-support.ts';

/** Milliseconds: nodes and tests are on one machine, so that little has to be waited for. */
export const TOLERANCE = 100;

/** Of one call of a store here; a hanging cluster is given up then. Long, since a busy machine is no hanging cluster. */
const CALL_MS = 20_000;
/** Within which every call to nodes that hang has ended: on a crowded machine a timer is late. */
export const HANGING_MS = CALL_MS + 5_000;

/** One node or several, wherever they run. */
export type Nodes = Pick<CassandraCluster, 'what' | 'contactPoints' | 'localDataCenter' | 'url'>;

export interface Pair {
  readonly read: Level;
  readonly write: Level;
}

/** A URL with these levels, and the patience of these tests. */
export function patient(cluster: Pick<Nodes, 'url'>, keyspace: string, { read, write }: Pair): string {
  const limits = `timeouts.callMs=${CALL_MS}&timeouts.statementMs=7000&timeouts.connectMs=7000&timeouts.confirmMs=2000`;
  return `${cluster.url(keyspace)}&consistency.read=${read}&consistency.write=${write}&${limits}`;
}

/** What the levels promise with so many copies in one data centre. */
export function promised(pair: Pair, copies: number): StoreCapabilities {
  const replication = { strategy: 'NetworkTopologyStrategy', copies: new Map([['dc1', copies]]) };
  return capabilitiesOf(TOLERANCE, promisesOf(planLevels(pair, replication, 'dc1'), replication, 500));
}

/** A store that tells its driver, which may fail, what comes next. */
class WatchedStore extends CassandraStore {
  readonly faulty: FaultyDriver;
  readonly sent: SentStatement[];

  constructor(options: CassandraStoreOptions) {
    const faulty = new FaultyDriver();
    const sent: SentStatement[] = [];
    super({ ...options, driver: faulty.driver, observe: (statement) => sent.push(statement) });
    this.faulty = faulty;
    this.sent = sent;
  }

  override write(w: Write): Promise<Written> {
    this.faulty.decides = w.change !== undefined || (w.add ?? []).some(({ kind }) => kind !== 'access_token');
    return super.write(w);
  }

  override revoke(...args: Parameters<CassandraStore['revoke']>): Promise<number> {
    this.faulty.decides = true;
    return super.revoke(...args);
  }
}

/** Stores in other processes. */
export function siblingsOf(capabilities: StoreCapabilities): StoreProcesses<SentOptions> {
  return new StoreProcesses({ module: new URL('stores-in-a-process.test-support.ts', import.meta.url), capabilities });
}

let keyspaces = 0;

/** A migrated keyspace of its own. */
export async function freshKeyspace(cluster: Pick<Nodes, 'url'>): Promise<string> {
  const keyspace = `gatehouse_${process.pid}_${++keyspaces}`;
  await migrate({ connection: cluster.url(keyspace), createKeyspace: true });
  return keyspace;
}

const migrated = new WeakMap<Nodes, Promise<readonly [string, string]>>();

/** Two keyspaces for all cases and levels: each case has a namespace of its own, and a table is made in seconds. */
function twoKeyspaces(cluster: Nodes): Promise<readonly [string, string]> {
  const known = migrated.get(cluster) ?? Promise.all([freshKeyspace(cluster), freshKeyspace(cluster)]);
  migrated.set(cluster, known);
  return known;
}

/** A cluster with two migrated keyspaces, as the suite wants it; `close` takes everything but the cluster away again. */
export async function cassandraTarget(
  cluster: Nodes,
  pair: Pair,
  copies: number,
): Promise<{ readonly target: StoreTarget; readonly close: () => Promise<void> }> {
  const [keyspace, second] = await twoKeyspaces(cluster);
  const capabilities = promised(pair, copies);
  const siblings = siblingsOf(capabilities);
  const { Client } = new FaultyDriver().driver;
  const { contactPoints, localDataCenter } = cluster;
  const outside = new Client({ contactPoints: [...contactPoints], localDataCenter, socketOptions: PATIENCE });
  const connection = patient(cluster, keyspace, pair);
  const of = (store: Store): WatchedStore => {
    if (store instanceof WatchedStore) return store;
    throw new TypeError('A store of another process cannot be watched here.');
  };
  const namespaces = new WeakMap<Store, string>();
  const open = ({ namespace, clock, log }: Opening): Store => {
    const store = new WatchedStore({ connection, namespace, clock, log, clockToleranceMs: TOLERANCE });
    namespaces.set(store, namespace);
    return store;
  };
  const openIn =
    (url: string) =>
    async ({ namespace, clock, log }: Opening): Promise<Store> =>
      new CassandraStore({ connection: url, namespace, clock, log, clockToleranceMs: TOLERANCE });

  const target: StoreTarget = {
    name: `${cluster.what}, ${pair.read}/${pair.write}`,
    capabilities,
    open,
    sibling: (opening) => siblings.open({ connection, clockToleranceMs: TOLERANCE }, opening),
    advance: (ms) => sleep(ms),
    kill: (store) => siblings.kill(store),
    elsewhere: openIn(patient(cluster, second, pair)),
    dump: async () => {
      const all: string[] = [];
      for (const table of Object.keys(TABLES)) {
        const { rows } = await outside.execute(`SELECT * FROM ${keyspace}.${table}`, [], { fetchSize: 0 });
        all.push(...rows.map((row) => JSON.stringify(row)));
      }
      return all;
    },
    rowCounts: async (store) => {
      const counts: Record<string, number> = {};
      for (const [table, [partition]] of Object.entries(TABLES)) {
        if (partition[0] !== 'tenant_id') continue;
        const { rows } = await outside.execute(
          `SELECT COUNT(*) AS n FROM ${keyspace}.${table} WHERE tenant_id = ? ALLOW FILTERING`,
          [namespaces.get(store)],
          { prepare: true, consistency: cassandra.types?.consistencies?.localQuorum ?? 6 },
        );
        counts[table] = Number(rows[0]?.['n']);
      }
      return counts;
    },
    trace: async (store) => {
      const { sent } = of(store);
      const from = sent.length;
      return { stop: async () => sent.slice(from).map(described) };
    },
    faults: { points: POINTS, arm: async (store, fault) => of(store).faulty.arm(fault) },
    transient: { points: POINTS, arm: async (store, point) => of(store).faulty.armOverload(point) },
    empty: async () => {
      const url = patient(cluster, `gatehouse_${process.pid}_${++keyspaces}`, pair);
      return async (opening) => {
        await migrate({ connection: url, createKeyspace: true });
        return openIn(url)(opening);
      };
    },
  };
  const close = async (): Promise<void> => {
    await siblings.close();
    await outside.shutdown();
  };
  return { target, close };
}

function described({ text, rows }: SentStatement): Statement {
  const [, table = ''] = /(?:FROM|INTO|UPDATE) (oauth_\w+)/.exec(text) ?? [];
  const [partition = []] = TABLES[table] ?? [];
  const whole = partition.every((column) => new RegExp(`\\b${column} = :|[(,] ?${column}\\b`).test(text));
  return { text, rows, prepared: true, index: whole ? `the partition of ${table}` : null };
}
