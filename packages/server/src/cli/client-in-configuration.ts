import { type Client, hashMachineSecret, rotatedSecrets, validateClient } from '@gatehouse/core';
import { CommandError, type Output } from './command.ts';
import { BYTES_FOR_HMAC, credentialFor } from './credential-for.ts';
import { randomSecret } from './random-secret.ts';

/** Where an administrator's wishes about clients are carried out. */
export interface ClientDesk {
  all(): AsyncIterable<Client> | Iterable<Client>;
  find(id: string): Promise<Client | undefined>;
  create(registration: Readonly<Record<string, unknown>>, out: Output): Promise<void>;
  rotate(id: string, overlapSeconds: number, out: Output): Promise<void>;
  enable(id: string, enabled: boolean, out: Output): Promise<void>;
  remove(id: string, out: Output): Promise<void>;
}

async function printYaml(value: object, out: Output): Promise<void> {
  const { stringify } = await import('yaml');
  out.text(stringify(value).trimEnd());
}

/** Says that a client was made, with its secret, which nobody can be told again. */
export function announceSecret(out: Output, secret: string | null): void {
  if (secret === null) return;
  out.text(`client_secret  ${secret}`);
  if (!out.json) out.note('The secret is shown this once.');
}

/** What is read back stands where the operator keeps secrets, and goes on until it is taken out there. */
async function rotateHmac(id: string, out: Output): Promise<void> {
  const secret = randomSecret(BYTES_FOR_HMAC);
  out.note(
    `Clients of this store live in the configuration. In the client ${JSON.stringify(id)} put this before the secret that is there, and take that one out once the client has the new one; where \`secrets\` has the same text, there too.`,
  );
  await printYaml({ hmacSecrets: [secret] }, out);
  announceSecret(out, secret);
  out.data({ client_id: id, client_secret: secret, hmacSecrets: [secret] });
}

/** Clients that live in the configuration file: what an operator writes there is printed. */
export function configurationDesk(clients: readonly Client[]): ClientDesk {
  const byId = new Map(clients.map((client) => [client.id, client]));
  const known = (id: string): Client => {
    const client = byId.get(id);
    if (!client) throw new CommandError(`There is no client ${JSON.stringify(id)} in the configuration.`);
    return client;
  };
  return {
    all: () => clients,
    find: (id) => Promise.resolve(byId.get(id)),
    async create(registration, out) {
      const credential = credentialFor(registration);
      const secret = credential.kind === 'none' ? null : credential.secret;
      const hashed = credential.kind === 'secret' ? { secrets: [{ hash: hashMachineSecret(credential.secret) }] } : {};
      // What is only read back when it is there to be read: the operator writes it where secrets are kept.
      const entry = { ...registration, ...hashed, ...(credential.kind === 'hmac' ? { hmacSecrets: [secret] } : {}) };
      const id = String(registration['id']);
      if (credential.kind !== 'hmac') validateClient(entry);
      if (byId.has(id)) throw new CommandError(`There is a client ${JSON.stringify(id)} in the configuration already.`);
      out.note('Clients of this store live in the configuration. Add:');
      await printYaml({ clients: [entry] }, out);
      announceSecret(out, secret);
      out.data({ client: entry, client_id: id, client_secret: secret });
    },
    async rotate(id, overlapSeconds, out) {
      if (known(id).sealedSecrets.length > 0) return rotateHmac(id, out);
      const secret = randomSecret();
      const overlapUntil = Date.now() + overlapSeconds * 1000;
      const secrets = rotatedSecrets(known(id).secrets, { hash: hashMachineSecret(secret) }, overlapUntil).map(
        ({ hash, expiresAt }) => ({
          hash,
          ...(expiresAt === undefined ? {} : { expiresAt: new Date(expiresAt).toISOString() }),
        }),
      );
      out.note(`Clients of this store live in the configuration. In the client ${JSON.stringify(id)} write:`);
      await printYaml({ secrets }, out);
      announceSecret(out, secret);
      out.data({ client_id: id, client_secret: secret, secrets });
    },
    async enable(id, enabled, out) {
      known(id);
      out.note(`Clients of this store live in the configuration. In the client ${JSON.stringify(id)} write:`);
      await printYaml({ enabled }, out);
      out.data({ client_id: id, enabled });
    },
    async remove(id, out) {
      known(id);
      out.text(
        `Clients of this store live in the configuration: take ${JSON.stringify(id)} out of it and start again.`,
      );
      out.data({ client_id: id, remove: true });
    },
  };
}
