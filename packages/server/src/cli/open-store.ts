import type { Store } from '@gatehouse/core';
import type { LoadedConfig } from '../config/load-config.ts';
import { readServerSecrets } from '../config/server-secrets.ts';
import { createStore } from '../stores.ts';
import { createLog } from '../telemetry/log.ts';

/** The configured store, not opened: what it promises can be read, and a server that runs is not disturbed. */
export async function configuredStore(loaded: LoadedConfig): Promise<Store> {
  const { config } = loaded;
  const log = await createLog({ level: 'warn', format: 'text', write: (line) => void process.stderr.write(line) });
  const inMemory = config.cache?.snapshot?.file === undefined;
  const { secrets } = await readServerSecrets(loaded, inMemory);
  return createStore({ config, log, origin: loaded.origin('store'), secrets });
}

/** A store, opened, for as long as `use` takes. */
export async function withStore<T>(store: Store, use: (store: Store) => Promise<T>): Promise<T> {
  await store.open();
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}
