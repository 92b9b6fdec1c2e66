import type { ServerContext } from '../server/context.ts';
import { type ClientId, type Instant, type Key, NEVER } from '../store/brands.ts';
import type { Register } from '../store/records.ts';
import type { Write } from '../store/store.ts';
import { StoreError } from '../store/store-error.ts';
import { randomLetters } from '../tokens/handle.ts';
import { type Consented, consentKey, isConsented, readConsent, writeConsent } from './consent.ts';

export interface NewConsent {
  readonly clientId: ClientId;
  readonly subject: string;
  /** Allowed just now: joins what is on record. */
  readonly ticked: readonly string[];
  /** What the decision takes from the record; `gone` where it is not on it any more. */
  readonly carried: readonly string[];
  /** The resources that it was allowed for. */
  readonly audience: readonly string[];
  readonly now: Instant;
  /** The record as this request read it. */
  readonly register: Register | undefined;
}

const ROUNDS = 3;

/**
 * Extends the one record of an owner and a client (AX-230), alone in its write; what covers the decision already is
 * left as it is.
 */
export async function recordConsent(context: ServerContext, consent: NewConsent): Promise<'recorded' | 'gone'> {
  const key = consentKey(consent.clientId, consent.subject);
  let { register } = consent;
  for (let round = 0; round < ROUNDS; round++) {
    const recorded: Consented = readConsent(register) ?? new Map();
    if (!consent.carried.every((scope) => isConsented(recorded, scope, consent.audience))) return 'gone';
    if (consent.ticked.every((scope) => isConsented(recorded, scope, consent.audience))) return 'recorded';
    const state = writeConsent(extended(recorded, consent), consent.now);
    if (await isWritten(context, extension(consent, key, register, state))) return 'recorded';
    register = await context.store.find('consent', key);
  }
  throw new StoreError('unavailable', 'The consent kept moving on while it was to be extended.');
}

function extended(recorded: Consented, { audience, ticked }: NewConsent): Consented {
  const after = new Map(recorded);
  for (const scope of ticked) after.set(scope, new Set([...(recorded.get(scope) ?? []), ...audience]));
  return after;
}

function extension(
  { clientId, now, subject }: NewConsent,
  key: Key,
  register: Register | undefined,
  state: string,
): Omit<Write, 'attempt'> {
  const forEver = { expiresAt: NEVER, purgeAt: NEVER };
  if (register) return { change: { kind: 'consent', key, from: register.version, state, ...forEver } };
  const data = JSON.stringify({ v: 1 });
  return {
    add: [{ kind: 'consent', key, clientId, subject, sessionId: null, createdAt: now, ...forEver, data, state }],
  };
}

/** False: somebody else wrote it meanwhile. */
export async function isWritten({ runtime, store }: ServerContext, write: Omit<Write, 'attempt'>): Promise<boolean> {
  try {
    return (await store.write({ attempt: randomLetters(runtime.entropy, 22), ...write })) === 'written';
  } catch (thrown) {
    if (thrown instanceof StoreError && thrown.kind === 'conflict') return false;
    throw thrown;
  }
}
