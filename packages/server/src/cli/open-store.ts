import type { Store } from '@gatehouse/core';
import type { LoadedConfig } from '../config/load-config.ts';
import { readServerSecrets } from '../config/server-secrets.ts';
import { createStore } from '../stores.ts';
import { createLog } from '../telemetry/log.ts';

/** The configured store, opened, for as long as `use` takes. */
export async function withStore<T>(loaded: LoadedConfig, use: (store: Store) => Promise<T>): Promise<T> {
  const { config } = loaded;
  const log = await createLog({ level: 'warn', format: 'text', write: (line) => void process.stderr.write(line) });
  const inMemory = config.cache?.snapshot?.file === undefined;
  const { secrets } = await readServerSecrets(loaded, inMemory);
  const store = await createStore({ config, log, origin: loaded.origin('store'), secrets });
  await store.open();
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}
