import type { ClientId } from '../store/brands.ts';
import type { Client } from './client.ts';
import type { ClientDirectory } from './client-directory.ts';
import { ClientMetadataError } from './metadata-members.ts';
import { validateClient } from './validate-client.ts';

/** Clients that are written in the configuration. */
export interface ConfigClients extends ClientDirectory {
  readonly all: readonly Client[];
}

/** @throws ClientMetadataError naming the member that is wrong, or the id that is there twice */
export function createConfigClients(inputs: readonly unknown[]): ConfigClients {
  const clients = new Map<ClientId, Client>();
  for (const input of inputs) {
    const client = validateClient(input);
    if (clients.has(client.id)) throw new ClientMetadataError('id', `is there twice: ${JSON.stringify(client.id)}`);
    clients.set(client.id, client);
  }
  return { all: [...clients.values()], find: (id) => Promise.resolve(clients.get(id)) };
}
