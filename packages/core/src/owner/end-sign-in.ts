import { readGrant } from '../grants/grant.ts';
import { OFFLINE_ACCESS } from '../oauth/scope.ts';
import { speaksOpenid } from '../openid/id-token-signer.ts';
import type { ServerContext } from '../server/context.ts';
import type { ClientId, Key } from '../store/brands.ts';
import type { Register } from '../store/records.ts';
import { StoreError } from '../store/store-error.ts';
import { type Ending, revokeGrants } from './revoke-grants.ts';
import { endSession } from './session.ts';

type SignOut = Omit<Ending, 'reason'>;

/**
 * Signs an owner out of a session. What OpenID Connect gave in it ends too, unless the owner allowed `offline_access`
 * (OpenID Connect Core 11); what is OAuth alone goes on.
 */
export async function endSignIn(context: ServerContext, session: Key, signOut: SignOut): Promise<void> {
  if (!speaksOpenid(context)) return endSession(context, session, signOut.now);
  // Before: while the session is there a sign-out that failed can be asked for again. After: for what came meanwhile.
  await endGrants(context, session, signOut, endsWithSession);
  await endSession(context, session, signOut.now);
  await endGrants(context, session, signOut, endsWithSession);
}

/** The same of what one client got in a session that is over. */
export async function endSignInAt(
  context: ServerContext,
  clientId: ClientId,
  session: Key,
  signOut: SignOut,
): Promise<void> {
  await endGrants(context, session, signOut, (grant) => grant.clientId === clientId && endsWithSession(grant));
}

function endGrants(
  context: ServerContext,
  session: Key,
  signOut: SignOut,
  which: (grant: Register) => boolean,
): Promise<number> {
  return revokeGrants(context, { session }, { ...signOut, reason: 'the owner signed out' }, which);
}

function endsWithSession(register: Register): boolean {
  const scope = scopeOf(register);
  // What cannot be read gives nobody anything any more, and must not keep the rest from ending.
  return scope === null || (scope.includes('openid') && !scope.includes(OFFLINE_ACCESS));
}

function scopeOf(register: Register): readonly string[] | null {
  try {
    return readGrant(register).data.scope;
  } catch (error) {
    if (error instanceof StoreError && error.kind === 'corrupt') return null;
    throw error;
  }
}
