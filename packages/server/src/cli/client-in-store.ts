import type { Client, StoredClients } from '@gatehouse/core';
import { everyClient } from '../clients/every-client.ts';
import { announceSecret, type ClientDesk } from './client-in-configuration.ts';
import { CommandError } from './command.ts';
import { credentialFor } from './credential-for.ts';

/** Clients that live in a shared store: every server sees a change within clientCacheSeconds. */
export function storeDesk(
  stored: StoredClients,
  configured: readonly Client[],
  seal: (id: string, secret: string) => string,
): ClientDesk {
  const none = (id: string): CommandError =>
    new CommandError(
      configured.some((client) => client.id === id)
        ? `The client ${JSON.stringify(id)} lives in the configuration; change it there.`
        : `There is no client ${JSON.stringify(id)}.`,
    );
  return {
    all: () => everyClient(configured, stored),
    find: async (id) => configured.find((client) => client.id === id) ?? stored.find(id),
    async create(registration, out) {
      // It would be there and never found: the configuration comes first.
      const { id } = registration;
      if (configured.some((client) => client.id === id))
        throw new CommandError(`There is a client ${JSON.stringify(id)} in the configuration already.`);
      const credential = credentialFor(registration);
      const secret = credential.kind === 'none' ? null : credential.secret;
      const client = await stored.create({
        ...registration,
        ...(credential.kind === 'secret' ? { secret } : {}),
        ...(credential.kind === 'hmac' ? { sealedSecrets: [{ sealed: seal(String(id), credential.secret) }] } : {}),
      });
      out.text(`client_id      ${client.id}`);
      announceSecret(out, secret);
      out.data({ client_id: client.id, client_secret: secret });
    },
    async rotate(id, overlapSeconds, out) {
      const secret = await stored.rotateSecret(id, Date.now() + overlapSeconds * 1000, seal);
      if (secret === undefined) throw none(id);
      announceSecret(out, secret);
      out.data({ client_id: id, client_secret: secret });
    },
    async enable(id, enabled, out) {
      if (!(await stored.update(id, { enabled }))) throw none(id);
      out.text(`The client ${JSON.stringify(id)} is ${enabled ? 'enabled' : 'disabled'}.`);
      out.data({ client_id: id, enabled });
    },
    async remove(id, out) {
      if (!(await stored.remove(id))) throw none(id);
      out.text(
        `The client ${JSON.stringify(id)} is removed. Its tokens are dead; a server that runs may serve it until \`clientCacheSeconds\` (5) are over.`,
      );
      out.data({ client_id: id, removed: true });
    },
  };
}
