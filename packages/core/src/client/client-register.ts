import type { Entropy } from '../runtime/entropy.ts';
import type { ClientId, Instant, Key } from '../store/brands.ts';
import { NEVER } from '../store/brands.ts';
import type { NewRegister, Register } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import { StoreError } from '../store/store-error.ts';
import { keyOf, randomLetters } from '../tokens/handle.ts';
import type { Client } from './client.ts';
import { validateClient } from './validate-client.ts';

/** A client's register: its content, versioned, is what a change replaces; emptied means removed. */
export interface ClientState {
  readonly v: 1;
  readonly client: Client;
}

export function clientKey(id: ClientId): Key {
  return keyOf('client', id);
}

export function writeClient(client: Client): string {
  return JSON.stringify({ v: 1, client } satisfies ClientState);
}

/** The client in a register; undefined where it was removed. @throws StoreError `corrupt` */
export function readClient(register: Register): Client | undefined {
  if (register.state === null) return undefined;
  try {
    const state = JSON.parse(register.state) as ClientState;
    if (state.v !== 1) throw new TypeError('unknown version');
    // Judged again: nothing is inherited from a row, and nothing has a shape that no registration may have (SEC-67).
    return validateClient(state.client);
  } catch (cause) {
    throw new StoreError('corrupt', 'A client register does not hold what was written to it.', { cause });
  }
}

export function newClientRegister(client: Client, at: Instant): NewRegister {
  return {
    kind: 'client',
    key: clientKey(client.id),
    clientId: client.id,
    subject: null,
    sessionId: null,
    createdAt: at,
    expiresAt: NEVER,
    purgeAt: NEVER,
    data: JSON.stringify({ v: 1 }),
    state: writeClient(client),
  };
}

/** Names a write, freshly. */
export function newAttempt(entropy: Entropy): string {
  return randomLetters(entropy, 22);
}

/**
 * Ends every grant and token that a client id had so far: they carry the epoch of their birth, and this raises it. Done
 * before an id is used again, since what an earlier client of that name was given may still be held by somebody.
 */
export async function raiseClientEpoch(store: Store, entropy: Entropy, id: ClientId, at: Instant): Promise<void> {
  const key = keyOf('client_epoch', id);
  const attempt = newAttempt(entropy);
  const register = await store.find('client_epoch', key);
  try {
    // `outdated` and `conflict`: somebody else has raised it, after this began.
    await store.write(
      register
        ? { attempt, change: { kind: 'client_epoch', key, from: register.version, state: register.state } }
        : { attempt, add: [newEpoch(id, key, at)] },
    );
  } catch (error) {
    if (!(error instanceof StoreError && error.kind === 'conflict')) throw error;
  }
}

function newEpoch(id: ClientId, key: Key, at: Instant): NewRegister {
  return {
    kind: 'client_epoch',
    key,
    clientId: id,
    subject: null,
    sessionId: null,
    createdAt: at,
    expiresAt: NEVER,
    purgeAt: NEVER,
    data: JSON.stringify({ v: 1 }),
    state: JSON.stringify({ v: 1 }),
  };
}
