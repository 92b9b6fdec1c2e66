import { EMPTIED_LINGERS } from '../grants/grant.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { ClientId, Instant } from '../store/brands.ts';
import type { Register } from '../store/records.ts';
import type { Page, PageRequest, Store } from '../store/store.ts';
import { StoreError } from '../store/store-error.ts';
import { randomLetters } from '../tokens/handle.ts';
import type { Client } from './client.ts';
import type { ClientDirectory } from './client-directory.ts';
import {
  clientKey,
  newAttempt,
  newClientRegister,
  raiseClientEpoch,
  readClient,
  writeClient,
} from './client-register.ts';
import { judgeRegistration, type RegisteredBy } from './judge-registration.ts';
import { ClientMetadataError } from './metadata-members.ts';
import { rotatedSecrets } from './rotated-secrets.ts';
import { hashMachineSecret } from './secret-hash.ts';

/** Clients that are kept in the store, and what is done with them: by an administrator, where nothing else is said. */
export interface StoredClients extends ClientDirectory {
  /** @throws ClientMetadataError where the input is wrong, or a client of that id is there */
  create(input: unknown, by?: RegisteredBy): Promise<Client>;
  /** Replaces members; the client that results is judged as if it were new (R39). Undefined: there is none. */
  update(id: ClientId, change: Readonly<Record<string, unknown>>, by?: RegisteredBy): Promise<Client | undefined>;
  /**
   * Gives a new secret, in the clear, once. Whatever was there goes on until `overlapUntil`; of several old ones the
   * one that lasts longest. One that is kept to be read back is replaced by such a one, which `seal` makes.
   */
  rotateSecret(
    id: ClientId,
    overlapUntil: Instant,
    seal: (id: ClientId, secret: string) => string,
  ): Promise<string | undefined>;
  /** False: there is none. Its tokens are dead from then on, as nobody's. */
  remove(id: ClientId): Promise<boolean>;
  list(page: PageRequest): Promise<Page<Client>>;
}

/** What stored clients need of the world. */
export interface StoredClientsOptions {
  readonly store: Store;
  readonly runtime: Pick<Runtime, 'clock' | 'entropy'>;
  /** Seconds for which a client may be kept in memory. */
  readonly cacheSeconds: number;
  /** Ids that no client may have: names of trusted issuers (SEC-126). */
  readonly reserved?: { has(id: ClientId): boolean };
  /** What an imported client means where it says nothing. */
  readonly compat?: 'none' | 'axway';
}

/** 190 random bits; for an HMAC as many bytes as the longest hash has (RFC 7518 3.2). */
const SECRET_LETTERS = 32;
const HMAC_SECRET_LETTERS = 64;
const MOST_KEPT = 10_000;
/** How often a change is tried anew on a client that another administrator changes at the same moment. */
const ROUNDS = 3;

/** Clients in a store, kept in memory for `cacheSeconds`; a change made here is seen at once. */
export function createStoredClients({
  cacheSeconds,
  compat,
  reserved,
  runtime,
  store,
}: StoredClientsOptions): StoredClients {
  const kept = new Map<ClientId, { readonly client: Client; readonly until: Instant }>();
  const { clock, entropy } = runtime;
  /** Counts changes made here, so that a read that began before one never keeps what it found. */
  let changes = 0;
  const forget = (id: ClientId): void => {
    changes += 1;
    kept.delete(id);
  };

  const findRegister = async (id: ClientId): Promise<Register | undefined> => {
    const key = clientKey(id);
    const register = await store.find('client', key);
    return register?.key === key ? register : undefined;
  };

  const keep = (client: Client, at: Instant): void => {
    if (cacheSeconds <= 0) return;
    const [oldest] = kept.size < MOST_KEPT ? [] : kept.keys();
    if (oldest !== undefined) kept.delete(oldest);
    kept.set(client.id, { client, until: at + cacheSeconds * 1000 });
  };

  /** Applies one change to the client as it is; what it says undefined to is left alone. */
  const change = async <T>(
    id: ClientId,
    decide: (client: Client) => { readonly state: string | null; readonly purgeAt?: Instant; readonly result: T },
  ): Promise<T | undefined> => {
    for (let round = 0; round < ROUNDS; round++) {
      const register = await findRegister(id);
      const client = register && readClient(register);
      if (!register || !client) return undefined;
      const { state, purgeAt, result } = decide(client);
      const written = await store.write({
        attempt: newAttempt(entropy),
        change: {
          kind: 'client',
          key: register.key,
          from: register.version,
          state,
          ...(purgeAt === undefined ? {} : { expiresAt: purgeAt, purgeAt }),
        },
      });
      forget(id);
      if (written === 'written') return result;
    }
    throw new StoreError('unavailable', 'The client kept changing while this change was made.');
  };

  return {
    async find(id) {
      const at = clock.now();
      const known = kept.get(id);
      if (known && at < known.until) return known.client;
      kept.delete(id);
      const before = changes;
      const register = await findRegister(id);
      const client = register && readClient(register);
      if (client && changes === before) keep(client, at);
      return client;
    },

    async create(input, by = 'administrator') {
      const client = judgeRegistration(input, { by, reserved, compat });
      const at = clock.now();
      const register = await findRegister(client.id);
      if (register && register.state !== null) throw taken();
      // Before the id is in use again, nothing of an earlier one may be left alive.
      await raiseClientEpoch(store, entropy, client.id, at);
      const attempt = newAttempt(entropy);
      const { expiresAt, key, kind, purgeAt, state } = newClientRegister(client, at);
      try {
        const written = await store.write(
          register
            ? { attempt, change: { kind, key, from: register.version, state, expiresAt, purgeAt } }
            : { attempt, add: [newClientRegister(client, at)] },
        );
        if (written === 'outdated') throw taken();
      } catch (error) {
        throw error instanceof StoreError && error.kind === 'conflict' ? taken() : error;
      }
      forget(client.id);
      return client;
    },

    update: (id, members, by = 'administrator') =>
      change(id, (before) => {
        const after = judgeRegistration({ ...before, ...members }, { by, reserved, compat });
        if (after.id !== id) throw new ClientMetadataError('id', 'cannot be changed');
        return { state: writeClient(after), result: after };
      }),

    rotateSecret: (id, overlapUntil, seal) =>
      change(id, (before) => {
        const isSealed = before.sealedSecrets.length > 0;
        const secret = randomLetters(entropy, isSealed ? HMAC_SECRET_LETTERS : SECRET_LETTERS);
        const isHashed = !isSealed || before.secrets.length > 0;
        const after = {
          ...before,
          ...(isHashed
            ? { secrets: rotatedSecrets(before.secrets, { hash: hashMachineSecret(secret) }, overlapUntil) }
            : {}),
          ...(isSealed
            ? { sealedSecrets: rotatedSecrets(before.sealedSecrets, { sealed: seal(id, secret) }, overlapUntil) }
            : {}),
        };
        return {
          state: writeClient(judgeRegistration(after, { by: 'administrator', reserved, compat })),
          result: secret,
        };
      }),

    async remove(id) {
      const purgeAt = clock.now() + EMPTIED_LINGERS;
      return (await change(id, () => ({ state: null, purgeAt, result: true }))) ?? false;
    },

    async list(page) {
      const { items, next } = await store.list('client', {}, page);
      return { items: items.map(readClient).filter((client) => client !== undefined), next };
    },
  };
}

function taken(): ClientMetadataError {
  return new ClientMetadataError('id', 'is taken by another client');
}
