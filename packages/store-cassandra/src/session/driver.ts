import { StoreError } from '@gatehouse/core';
import type * as Cassandra from 'cassandra-driver';

/** The package `cassandra-driver`, or one that stands in front of it. */
export type Driver = Pick<typeof Cassandra, 'Client' | 'auth' | 'policies' | 'types'>;

/**
 * The driver, loaded only when the store was chosen.
 * @throws StoreError `config` with the command that installs it
 */
export async function importDriver(): Promise<Driver> {
  try {
    const loaded = await import('cassandra-driver');
    // A CommonJS module, whose names Node finds one by one or not at all.
    return 'Client' in loaded ? loaded : (loaded as { readonly default: Driver }).default;
  } catch (cause) {
    const missing = ['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND'].includes(String(Reflect.get(Object(cause), 'code')));
    const fix = missing ? 'is not installed: npm install cassandra-driver' : 'cannot be loaded';
    throw new StoreError('config', `The driver cassandra-driver ${fix}`, { cause });
  }
}
