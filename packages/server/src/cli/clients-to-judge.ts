import { type AuthorizationServer, type Client, type ClientDirectory, StoreError } from '@gatehouse/core';
import { isShared } from '../assemble.ts';

/** The clients that the server would find, for a command that writes nothing. */
export interface ClientsToJudge extends ClientDirectory {
  /** Why those in the store could not be looked at; null where nothing was missed. */
  missed(): string | null;
  close(): Promise<void>;
}

/** The store is opened for a client that the configuration does not have, and only where the store keeps clients. */
export function clientsToJudge(
  { context }: Pick<AuthorizationServer, 'context'>,
  configured: readonly Client[],
): ClientsToJudge {
  const byId = new Map(configured.map((client) => [client.id, client]));
  const { clients, store } = context;
  let opening: Promise<void> | null = null;
  let missed: string | null = null;
  return {
    async find(id) {
      const client = byId.get(id);
      if (client) return context.settings.trustedIssuers.has(id) ? undefined : client;
      if (!isShared(store)) return undefined;
      try {
        opening ??= store.open();
        await opening;
        return await clients.find(id);
      } catch (error) {
        if (!(error instanceof StoreError)) throw error;
        missed = error.message;
        return undefined;
      }
    },
    missed: () => missed,
    async close() {
      if (opening !== null) await store.close();
    },
  };
}
