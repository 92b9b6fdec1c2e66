import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { ServerContext } from '../server/context.ts';
import { mac } from '../server/secrets.ts';
import type { Instant, Key } from '../store/brands.ts';
import { randomLetters } from '../tokens/handle.ts';

/** An accepted request on its way through the consent page. It is in no store: it travels sealed in the form. */
export interface Interaction {
  readonly v: 1;
  /** The code follows from it, so that the same page posted again finds its grant. */
  readonly id: string;
  /** The request's own query, as it was accepted (R8). */
  readonly query: string;
  /** The session it was shown to. */
  readonly session: Key;
  /** The scopes that the page asks for, and those it says are granted already. */
  readonly asked: readonly string[];
  readonly granted: readonly string[];
  /** The resources that it names. */
  readonly audience: readonly string[];
  readonly endsAt: Instant;
}

export interface OpenedInteraction {
  readonly interaction: Interaction;
  /** Which of the server's secrets opened it: that one makes its code. */
  readonly secret: number;
}

const NONCE = 12;
const TAG = 16;
// Sealed for one purpose and version: nothing else that is ever sealed under the same key opens here.
const PURPOSE = Buffer.from('gatehouse/interaction/1');

export function newInteraction(context: ServerContext, facts: Omit<Interaction, 'v' | 'id'>): Interaction {
  return { v: 1, id: randomLetters(context.runtime.entropy, 22), ...facts };
}

/** AES-256-GCM under the first secret; base64url of nonce, text and tag. */
export function sealInteraction({ runtime, secrets }: ServerContext, interaction: Interaction): string {
  const nonce = runtime.entropy.bytes(NONCE);
  const cipher = createCipheriv('aes-256-gcm', secrets.key('seal', 0), nonce);
  cipher.setAAD(PURPOSE);
  const text = cipher.update(JSON.stringify(interaction), 'utf8');
  return Buffer.concat([nonce, text, cipher.final(), cipher.getAuthTag()]).toString('base64url');
}

/** Null where none of the listed secrets made it: a stale page, or one that was tampered with. */
export function openInteraction(context: ServerContext, sealed: string): OpenedInteraction | null {
  const bytes = Buffer.from(sealed, 'base64url');
  if (bytes.length <= NONCE + TAG) return null;
  for (let secret = 0; secret < context.secrets.count; secret++) {
    const text = unseal(bytes, context.secrets.key('seal', secret));
    if (text !== null) return { interaction: JSON.parse(text) as Interaction, secret };
  }
  return null;
}

function unseal(bytes: Buffer, key: Buffer): string | null {
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE), { authTagLength: TAG });
  decipher.setAAD(PURPOSE);
  decipher.setAuthTag(bytes.subarray(-TAG));
  try {
    return decipher.update(bytes.subarray(NONCE, -TAG), undefined, 'utf8') + decipher.final('utf8');
  } catch {
    return null;
  }
}

/** What a page's code is derived from: 32 bytes, the same each time the page is posted. */
export function codeMaterial({ secrets }: ServerContext, { interaction, secret }: OpenedInteraction): Buffer {
  return Buffer.from(mac(secrets.key('code', secret), interaction.id), 'base64url');
}
