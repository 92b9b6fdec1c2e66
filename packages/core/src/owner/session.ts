import { EMPTIED_LINGERS, TOKEN_LINGERS } from '../grants/grant.ts';
import { sameText } from '../oauth/same-text.ts';
import type { ServerContext } from '../server/context.ts';
import type { Instant, Key } from '../store/brands.ts';
import type { Register } from '../store/records.ts';
import { StoreError } from '../store/store-error.ts';
import { keyOf, randomLetters } from '../tokens/handle.ts';
import type { Owner, OwnerSession } from './owner.ts';
import { standingOwner } from './owner-standing.ts';

/** Who vouched for the owner: our login page, or the deployment's hook (AX-35). */
type VouchedBy = 'login' | 'hook';

interface SessionData {
  readonly v: 1;
  readonly authenticatedAt: Instant;
  readonly by: VouchedBy;
}

interface SessionState {
  readonly v: 1;
  readonly secret: Key;
}

export interface SignedIn {
  readonly session: OwnerSession;
  readonly owner: Owner;
  readonly by: VouchedBy;
}

const LETTERS = 22;
const COOKIE = /^([0-9A-Za-z]{22})\.([0-9A-Za-z]{22})$/;
const ROUNDS = 3;

/** Who is signed in, as of now; null where the cookie names nobody, or one who no longer stands. One store read. */
export async function readSession(
  context: ServerContext,
  cookie: string | null,
  now: Instant,
): Promise<SignedIn | null> {
  const [, id, secret] = (cookie === null ? null : COOKIE.exec(cookie)) ?? [];
  if (id === undefined || secret === undefined) return null;
  const key = keyOf('session', id);
  const register = await context.store.find('session', key);
  if (register?.key !== key || register.subject === null || register.state === null) return null;
  const { data, state } = parse(register, register.state);
  if (!sameText(state.secret, keyOf('session_secret', secret)) || now >= register.expiresAt) return null;
  const owner = await standingOwner(context, register.subject);
  if (!owner) return null;
  return {
    session: {
      key,
      subject: register.subject,
      authenticatedAt: data.authenticatedAt,
      expiresAt: register.expiresAt,
      version: register.version,
    },
    owner,
    by: data.by,
  };
}

/** A new session under a new id (R33). @returns it, and the cookie that opens it */
export async function startSession(
  context: ServerContext,
  owner: Owner,
  now: Instant,
  by: VouchedBy = 'login',
): Promise<SignedIn & { readonly cookie: string }> {
  const { entropy } = context.runtime;
  const id = randomLetters(entropy, LETTERS);
  const secret = randomLetters(entropy, LETTERS);
  const { authorize, login } = context.settings;
  const expiresAt = now + login.sessionSeconds * 1000;
  const data: SessionData = { v: 1, authenticatedAt: now, by };
  const state: SessionState = { v: 1, secret: keyOf('session_secret', secret) };
  const key = keyOf('session', id);
  await context.store.write({
    attempt: randomLetters(entropy, LETTERS),
    add: [
      {
        kind: 'session',
        key,
        clientId: null,
        subject: owner.subject,
        sessionId: key,
        createdAt: now,
        expiresAt,
        // A code of its last second is redeemed later, and is refused where the session is gone.
        purgeAt: expiresAt + authorize.code.ttlSeconds * 1000 + TOKEN_LINGERS,
        data: JSON.stringify(data),
        state: JSON.stringify(state),
      },
    ],
  });
  const session: OwnerSession = { key, subject: owner.subject, authenticatedAt: now, expiresAt, version: 1 };
  return { session, owner, by, cookie: `${id}.${secret}` };
}

/** Whose session it is; null where nobody can be signed in by it any more, and where another took its place. */
export async function subjectOfSession(context: ServerContext, key: Key, now: Instant): Promise<string | null> {
  const { expiresAt, state, subject } = (await context.store.find('session', key)) ?? {};
  if (!state || !subject || now >= (expiresAt ?? 0)) return null;
  return (await standingOwner(context, subject)) ? subject : null;
}

/** Empties a session, whatever its version; of one that is gone nothing is left to do. */
export async function endSession(context: ServerContext, key: Key, now: Instant): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) {
    const register = await context.store.find('session', key);
    if (!register || register.state === null) return;
    const written = await context.store.write({
      attempt: randomLetters(context.runtime.entropy, LETTERS),
      change: {
        kind: 'session',
        key,
        from: register.version,
        state: null,
        expiresAt: now,
        purgeAt: now + EMPTIED_LINGERS,
      },
    });
    if (written === 'written') return;
  }
  throw new StoreError('unavailable', 'The session kept moving on while it was to be ended.');
}

function parse(register: Register, text: string): { data: SessionData; state: SessionState } {
  try {
    const data = JSON.parse(register.data) as SessionData;
    const state = JSON.parse(text) as SessionState;
    if (data.v !== 1 || state.v !== 1 || !Number.isFinite(data.authenticatedAt) || typeof state.secret !== 'string')
      throw new TypeError('a member of the session is missing');
    return { data, state };
  } catch (cause) {
    throw new StoreError('corrupt', 'A session register does not hold what was written to it.', { cause });
  }
}
