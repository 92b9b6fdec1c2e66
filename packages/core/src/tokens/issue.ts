import { TOKEN_LINGERS } from '../grants/grant.ts';
import { confirmationFor } from '../mtls/confirmation.ts';
import { OAuthError } from '../oauth/errors.ts';
import { makeIdToken } from '../openid/id-token.ts';
import type { TokenSettings } from '../server/config.ts';
import type { ServerContext } from '../server/context.ts';
import type { Instant, Key } from '../store/brands.ts';
import { checkEncryptable } from '../store/encrypt-records.ts';
import type { NewToken } from '../store/records.ts';
import type { Write, Written } from '../store/store.ts';
import { StoreError } from '../store/store-error.ts';
import { checkWrite } from '../store/validate.ts';
import { grantWrite } from './grant-write.ts';
import { type Basis, type Granted, hookContext } from './granted.ts';
import { grantKey, keyOf, makeAccessToken, randomLetters } from './handle.ts';
import { tokenMetadata } from './metadata.ts';
import { makeRefresh, type RefreshMade, refreshMode } from './refresh.ts';
import { type Confirmation, type TokenData, writeTokenData } from './token-data.ts';

export interface Issued {
  /** Members of the token response (RFC 6749 5.1), in order. */
  readonly body: Readonly<Record<string, unknown>>;
}

/**
 * The one issue path: makes the handles, hashes them, builds the records, and calls the store's one write once.
 * `outdated`: the grant moved on meanwhile, or a derived one is there already; decide again with what is there now.
 * @throws OAuthError `access_denied` where a hook vetoes, `invalid_grant` where what was presented is used up;
 *   StoreError `unavailable`
 */
export async function issue(context: ServerContext, granted: Granted, now: Instant): Promise<Issued | 'outdated'> {
  const { basis, client, owner } = granted;
  const settings = tokenSettings(context, granted.grantType);
  const cnf = confirmationFor(granted);
  await askForVeto(context, granted);

  const entropy = context.runtime.entropy;
  const endsAt = familyEnd(context, basis, now);
  const expiresAt = Math.min(now + settings.accessToken.ttlSeconds * 1000, endsAt);
  const mode = refreshMode(context, settings, granted);
  const refresh = mode === 'none' ? null : makeRefresh(context, settings, { basis, client, cnf, endsAt, mode, now });
  const metadata = await tokenMetadata(context, granted, settings, now);
  const handle = makeAccessToken(entropy, settings.accessToken.length);

  const body: Record<string, unknown> = {
    access_token: handle,
    token_type: settings.accessToken.type,
    expires_in: Math.floor((expiresAt - now) / 1000),
    ...(refresh ? { refresh_token: refresh.handle } : {}),
    scope: granted.scope.join(' '),
    ...(await idTokenMember(context, granted, handle, now)),
  };
  for (const name of settings.returnMetadata)
    if (Object.hasOwn(metadata, name) && !(name in body)) body[name] = metadata[name];

  const token: NewToken = {
    kind: 'access_token',
    key: keyOf('access_token', handle),
    grantId: grantIdOf(basis),
    clientId: client.id,
    subject: owner?.subject ?? null,
    scope: granted.scope,
    audience: granted.audience,
    issuedAt: now,
    expiresAt,
    purgeAt: expiresAt + TOKEN_LINGERS,
    data: writeTokenData(tokenData(granted, settings, { cnf, metadata, refresh })),
  };

  const answer = (): string => JSON.stringify(body);
  const write: Write = {
    attempt: randomLetters(entropy, 22),
    ...grantWrite(context, granted, { token, refresh, mode, now, endsAt, answer }),
  };
  if (granted.spend) {
    // What no store takes is found first: after this nothing but the store itself can keep the token from its client.
    (context.settings.encryptRecords ? checkEncryptable : checkWrite)(write);
    await granted.spend();
  }
  const written = await writeOnce(context, basis, write);
  if (written === 'outdated') return 'outdated';
  context.runtime.events.emit('token.issued', {
    traceId: granted.http.traceId,
    grantType: granted.grantType,
    clientId: client.id,
    subject: owner?.subject ?? null,
    scope: granted.scope,
    refresh: refresh !== null,
  });
  return { body };
}

export function tokenSettings(context: ServerContext, grantType: string): TokenSettings {
  const settings = context.settings.grants.get(grantType);
  if (!settings) throw new Error(`The grant ${grantType} has no token settings.`);
  return settings;
}

/** Milliseconds that the record of an access token stays at most, whatever grant gave it. */
export function longestStay({ settings }: ServerContext): number {
  const lives = [...settings.grants.values()].map(({ accessToken }) => accessToken.ttlSeconds * 1000);
  return Math.max(...lives) + TOKEN_LINGERS;
}

function familyEnd(context: ServerContext, basis: Basis, now: Instant): Instant {
  if (basis.kind === 'none') return Number.POSITIVE_INFINITY;
  return basis.kind === 'new' ? now + context.settings.refresh.familySeconds * 1000 : basis.grant.data.endsAt;
}

function grantIdOf(basis: Basis): Key | null {
  if (basis.kind === 'none') return null;
  return basis.kind === 'new' ? grantKey(basis.family) : basis.grant.register.key;
}

/** OpenID Connect Core 3.1.3.3: beside the access token. */
async function idTokenMember(
  context: ServerContext,
  granted: Granted,
  accessToken: string,
  now: Instant,
): Promise<{ readonly id_token?: string }> {
  const idToken = granted.idToken && (await makeIdToken(context, granted, granted.idToken, { accessToken }, now));
  return idToken ? { id_token: idToken } : {};
}

interface TokenParts {
  readonly cnf: Confirmation | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly refresh: RefreshMade | null;
}

function tokenData(granted: Granted, settings: TokenSettings, { cnf, metadata, refresh }: TokenParts): TokenData {
  const { basis, client, owner, request } = granted;
  const facts = basis.kind === 'none' ? null : basis.kind === 'new' ? basis.data : basis.grant.data;
  return {
    v: 1,
    applicationId: client.applicationId,
    type: settings.accessToken.type,
    grantType: granted.grantType,
    ...(owner && owner.username !== owner.subject ? { username: owner.username } : {}),
    ...(Object.keys(metadata).length > 0 ? { metadata } : {}),
    ...(Object.keys(request).length > 0 ? { request } : {}),
    ...(facts?.redirectUri ? { redirectUri: facts.redirectUri } : {}),
    ...(facts?.state ? { state: facts.state } : {}),
    ...(cnf ? { cnf } : {}),
    ...(refresh?.state.current
      ? { refresh: { digest: refresh.state.current, expiresAt: refresh.state.expiresAt } }
      : {}),
  };
}

async function writeOnce(context: ServerContext, basis: Basis, write: Write): Promise<Written> {
  try {
    return await context.store.write(write);
  } catch (cause) {
    if (!(cause instanceof StoreError && cause.kind === 'conflict')) throw cause;
    if (basis.kind === 'new' && basis.derived) return 'outdated';
    // Every key here is random: a conflict is the echo of a first try, not another's record.
    throw new StoreError('unavailable', 'A fresh key was there already.', { cause });
  }
}

/** @throws OAuthError `access_denied` */
export async function askForVeto(context: ServerContext, granted: Granted): Promise<void> {
  const veto = await context.hooks.vetoIssue?.({ ...hookContext(granted), scope: granted.scope });
  if (veto !== undefined && veto !== null)
    throw new OAuthError('access_denied', 'The request was denied.', { check: 'veto-hook', got: veto });
}
