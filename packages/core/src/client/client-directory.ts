import type { ClientId } from '../store/brands.ts';
import type { Client } from './client.ts';

/** Where clients are found; implementations may keep one for a few seconds. */
export interface ClientDirectory {
  /** @throws StoreError where the clients are in a store that does not answer: 503, never `invalid_client` */
  find(id: ClientId): Promise<Client | undefined>;
}

/** Several directories as one; of two clients with one id that of the earlier directory counts. */
export function combineDirectories(directories: readonly ClientDirectory[]): ClientDirectory {
  return {
    async find(id) {
      for (const directory of directories) {
        const client = await directory.find(id);
        if (client) return client;
      }
      return undefined;
    },
  };
}

/**
 * A client that has a trusted issuer's name is not there: nobody could say which of the two speaks (SEC-126). Refused at
 * registration and start; this holds for one that was in the store before.
 */
export function withoutIssuers(directory: ClientDirectory, issuers: ReadonlyMap<string, unknown>): ClientDirectory {
  if (issuers.size === 0) return directory;
  return { find: async (id) => (issuers.has(id) ? undefined : directory.find(id)) };
}
