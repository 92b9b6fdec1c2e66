import { StoreError } from '@gatehouse/core';
import type { Client } from 'cassandra-driver';
import { PRODUCTS, type Product, type ProductName, type ProductRules, productFaults } from '../products.ts';
import type { Checked } from './checked.ts';

/** What the cluster is, and whether that carries the store at these levels. @throws StoreError `config` */
export async function checkProduct({ client, settings, plan, log }: Checked): Promise<ProductRules> {
  const product = await productOf(client, settings.product, settings.keyspace);
  const faults = productFaults(product, plan);
  if (faults.length > 0) throw new StoreError('config', faults.join(' '));
  const rules = PRODUCTS[product.name];
  for (const note of rules.notes) log.info({ store: 'cassandra', product: product.name }, note);
  return rules;
}

async function productOf(client: Client, named: ProductName | null, keyspace: string): Promise<Product> {
  const [local] = (await client.execute('SELECT * FROM system.local')).rows;
  const has = (table: string): Promise<boolean> => isThere(client, table);
  const scylla = await has('scylla_keyspaces');
  const name = named ?? nameOf(String(local?.['cluster_name']), String(local?.['release_version']), scylla);
  const version = name === 'scylladb' ? await scyllaVersion(client) : String(local?.['release_version'] ?? '');
  return { name, version, tablets: scylla && (await usesTablets(client, keyspace)) };
}

function nameOf(cluster: string, release: string, scylla: boolean): ProductName {
  if (scylla) return 'scylladb';
  if (/amazon keyspaces/i.test(cluster)) return 'keyspaces';
  return /astra|cndb/i.test(`${cluster} ${release}`) ? 'astra' : 'cassandra';
}

async function isThere(client: Client, table: string): Promise<boolean> {
  const text = "SELECT table_name FROM system_schema.tables WHERE keyspace_name = 'system_schema' AND table_name = ?";
  try {
    return (await client.execute(text, [table], { prepare: true })).rows.length > 0;
  } catch {
    return false;
  }
}

async function scyllaVersion(client: Client): Promise<string> {
  try {
    const [row] = (await client.execute("SELECT version FROM system.versions WHERE key = 'local'")).rows;
    return String(row?.['version'] ?? '');
  } catch {
    return '';
  }
}

async function usesTablets(client: Client, keyspace: string): Promise<boolean> {
  const text = 'SELECT * FROM system_schema.scylla_keyspaces WHERE keyspace_name = ?';
  try {
    const [row] = (await client.execute(text, [keyspace], { prepare: true })).rows;
    return row?.['initial_tablets'] !== undefined && row['initial_tablets'] !== null;
  } catch {
    return false;
  }
}
