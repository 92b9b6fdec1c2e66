import { setTimeout as sleep } from 'node:timers/promises';
import { splitScript } from '@gatehouse/connection';
import { Deadline, type Log, StoreError, silentLog } from '@gatehouse/core';
import type { Client, Host } from 'cassandra-driver';
import { integer } from '../cells.ts';
import { resolveConnection } from '../connection/resolve.ts';
import type { Connection, ConnectionSettings } from '../connection/settings.ts';
import { SCHEMA_VERSION } from '../schema/tables.ts';
import { awaitCluster } from '../self-check/await-cluster.ts';
import { type Driver, importDriver } from '../session/driver.ts';
import { causeOf, faultOf, isContention } from '../session/fault.ts';
import type { Row } from '../session/session.ts';
import { whileContended } from '../session/while-contended.ts';
import { keyspaceAdvice, keyspaceStatement, type Nodes } from './keyspace.ts';
import { recordLevels } from './record-levels.ts';
import { type Script, scriptsFrom } from './script.ts';

export interface MigrateOptions {
  /** Of a user who may create tables. */
  readonly connection: Connection;
  /** Creates the keyspace too, where it is missing, as the advice prints it; never without being told so. */
  readonly createKeyspace?: boolean;
  readonly driver?: Driver;
  readonly log?: Log;
}

export interface SchemaState {
  /** What the keyspace has; null: no schema. */
  readonly version: number | null;
  /** What this package needs. */
  readonly needed: number;
  /** What `migrate` would run. */
  readonly pending: readonly Script[];
}

export interface MigrateReport {
  readonly from: number | null;
  readonly to: number;
  /** The names of the scripts that were run by this call. */
  readonly ran: readonly string[];
  /** A sentence, where servers of these settings decide at other levels than those before; what they do is recorded. */
  readonly replaced: string | null;
}

/** Milliseconds that a cluster may take to agree on a new table; a node that missed it asks for it after a minute. */
const AGREEMENT_MS = 90_000;
const PAUSE_MS = 100;

/** What a keyspace has and needs; changes nothing. @throws StoreError `config` */
export function schemaState(options: MigrateOptions): Promise<SchemaState> {
  return onCluster(options, (cluster) => cluster.state());
}

/**
 * Runs the script that a keyspace still needs, exactly as it ships: each statement again changes nothing, so several
 * may do it at once, and one that was ended half-way is finished by the next. Records at what levels servers of these
 * settings decide, which every server is held to.
 * @throws StoreError `config`; where the keyspace is missing with the statement that creates it, and what to think of
 */
export function migrate(options: MigrateOptions): Promise<MigrateReport> {
  const { log = silentLog } = options;
  return onCluster(options, async (cluster) => {
    if (options.createKeyspace === true) await cluster.createKeyspace(log);
    const { version, pending } = await cluster.state();
    for (const script of pending) {
      log.info({ script: script.name }, `Running ${script.name}.`);
      for (const statement of splitScript(script.text)) await cluster.define(statement);
    }
    const replaced = await cluster.recordLevels();
    const to = pending.at(-1)?.version ?? version ?? 0;
    return { from: version, to, ran: pending.map(({ name }) => name), replaced };
  });
}

class Cluster {
  readonly #client: Client;
  readonly #driver: Driver;
  readonly #keyspace: string;
  readonly #settings: ConnectionSettings;

  constructor(driver: Driver, client: Client, settings: ConnectionSettings) {
    this.#driver = driver;
    this.#client = client;
    this.#keyspace = settings.keyspace;
    this.#settings = settings;
  }

  async createKeyspace(log: Log): Promise<void> {
    if (await this.#isThere()) return;
    const nodes = await this.#namedNodes();
    const statement = keyspaceStatement(this.#keyspace, nodes).replace('KEYSPACE', 'KEYSPACE IF NOT EXISTS');
    log.info({ statement }, 'Creating the keyspace.');
    await this.define(statement);
  }

  async state(): Promise<SchemaState> {
    if (!(await this.#isThere())) throw new StoreError('config', keyspaceAdvice(this.#keyspace, await this.#nodes()));
    const version = await this.#version();
    return { version, needed: SCHEMA_VERSION, pending: scriptsFrom(version) };
  }

  /**
   * One node makes all tables, whoever asks: two that make one at the same moment would not agree which of both it is.
   * In the keyspace, which the statements of the script do not name.
   */
  async define(statement: string): Promise<void> {
    const text = statement.replace(/^(CREATE TABLE IF NOT EXISTS|INSERT INTO) (oauth_)/, `$1 ${this.#keyspace}.$2`);
    const write = text.startsWith('INSERT');
    const consistency = this.#driver.types.consistencies[write ? 'quorum' : 'localOne'];
    const attempt = () => this.#client.execute(text, [], { host: this.#first(), consistency });
    // Where others write the same row it may be written all the same, and the next try finds it.
    await whileContended(new Deadline(AGREEMENT_MS), attempt).catch((error: unknown) => {
      throw isContention(error)
        ? new StoreError('config', 'Too many bring the schema up to date at once: run it again.')
        : error;
    });
    if (!write) await this.#agreed();
  }

  recordLevels(): Promise<string | null> {
    const keeping = { driver: this.#driver, client: this.#client, keyspace: this.#keyspace };
    return recordLevels(keeping, this.#settings);
  }

  /** Until all nodes that are up have the same schema: what one does not know yet it cannot be asked. */
  async #agreed(): Promise<void> {
    const end = performance.now() + AGREEMENT_MS;
    while (!(await this.#agrees())) {
      if (performance.now() > end)
        throw new StoreError(
          'config',
          'The nodes of the cluster do not agree on the schema: see `nodetool describecluster`, then run it again.',
        );
      await sleep(PAUSE_MS);
    }
  }

  /**
   * Asked of the node that made the change. Any other, the driver's among them, may not have heard of it yet, and would
   * find that all others have the schema of before.
   */
  async #agrees(): Promise<boolean> {
    const [local] = await this.#rows('SELECT schema_version FROM system.local', []);
    const peers = await this.#rows('SELECT rpc_address, schema_version FROM system.peers', []);
    const up = new Set(
      this.#client.hosts
        .values()
        .filter((one) => one.isUp())
        .map(({ address }) => address.slice(0, address.lastIndexOf(':'))),
    );
    return peers.every(
      ({ rpc_address: address, schema_version: version }) =>
        !up.has(String(address)) || String(version) === String(local?.['schema_version']),
    );
  }

  async #isThere(): Promise<boolean> {
    const text = 'SELECT keyspace_name FROM system_schema.keyspaces WHERE keyspace_name = ?';
    return (await this.#rows(text, [this.#keyspace])).length > 0;
  }

  async #version(): Promise<number | null> {
    const text = 'SELECT table_name FROM system_schema.tables WHERE keyspace_name = ? AND table_name = ?';
    if ((await this.#rows(text, [this.#keyspace, 'oauth_schema'])).length === 0) return null;
    const [row] = await this.#rows(`SELECT version FROM ${this.#keyspace}.oauth_schema WHERE id = 'oauth'`, []);
    // The row is the script's last statement: without it the script was ended half-way, and is begun again.
    return row === undefined ? null : integer(row, 'version');
  }

  async #rows(text: string, params: readonly string[]): Promise<readonly Row[]> {
    const { consistencies } = this.#driver.types;
    const result = await this.#client.execute(text, [...params], {
      host: this.#first(),
      prepare: true,
      consistency: consistencies.localOne,
    });
    return result.rows as unknown as readonly Row[];
  }

  /** Once all that are named have joined: a keyspace that is made before keeps too few copies for ever. */
  async #namedNodes(): Promise<Nodes> {
    const { contactPoints, timeouts } = this.#settings;
    const end = performance.now() + timeouts.startMs;
    for (;;) {
      const nodes = await this.#nodes();
      const known = [...nodes.centres.values()].reduce((sum, count) => sum + count, 0);
      if (known >= contactPoints.length) return nodes;
      if (performance.now() > end)
        throw new StoreError(
          'config',
          `The setting names ${contactPoints.length} nodes and the cluster knows ${known}: made now, the keyspace would keep too few copies. Wait until \`nodetool status\` lists them all.`,
        );
      await sleep(PAUSE_MS);
    }
  }

  async #nodes(): Promise<Nodes> {
    const centres = new Map<string, number>();
    // Of a node that is about to join, not everything is known yet.
    for (const table of ['system.local', 'system.peers'])
      for (const { data_center: centre } of await this.#rows(`SELECT data_center FROM ${table}`, []))
        if (typeof centre === 'string') centres.set(centre, (centres.get(centre) ?? 0) + 1);
    return { centres };
  }

  /** The same for all who ask, as long as it is up. */
  #first(): Host {
    const [host] = this.#client.hosts
      .values()
      .filter((one) => one.isUp() && one.datacenter === this.#settings.localDataCenter)
      .sort((a, b) => (a.address < b.address ? -1 : 1));
    if (!host) throw new StoreError('config', 'No node of the cluster can be asked.');
    return host;
  }
}

async function onCluster<T>(
  { connection, driver: given, log = silentLog }: MigrateOptions,
  work: (cluster: Cluster) => Promise<T>,
): Promise<T> {
  const settings = resolveConnection(connection);
  const driver = given ?? (await importDriver());
  // Of all that is sent, the driver's own heartbeat too: one that is late for a node which makes a table ends the connection.
  const timeouts = { ...settings.timeouts, statementMs: AGREEMENT_MS };
  const client = await awaitCluster({ driver, settings: { ...settings, timeouts }, log });
  try {
    return await work(new Cluster(driver, client, settings));
  } catch (error) {
    if (error instanceof StoreError) throw error;
    const cause = causeOf(error);
    const fix =
      faultOf(error) === 'forbidden' ? ' Run it as a user who has CREATE, ALTER, SELECT and MODIFY there.' : '';
    throw new StoreError('config', `The schema could not be brought up to date: ${cause.message}.${fix}`, { cause });
  } finally {
    await client.shutdown();
  }
}
