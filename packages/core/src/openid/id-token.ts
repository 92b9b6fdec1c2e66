import { signJwt } from '../keys/sign-jwt.ts';
import { resolveSelectors } from '../selectors/selector-map.ts';
import type { ServerContext } from '../server/context.ts';
import type { Instant } from '../store/brands.ts';
import { type Granted, hookContext, type IdTokenInput } from '../tokens/granted.ts';
import { selectorSources } from '../tokens/metadata.ts';
import { halfHash } from './half-hash.ts';
import { idTokenSigner, speaksOpenid } from './id-token-signer.ts';
import { standardClaims } from './standard-claims.ts';
import { issuerOf, subjectOf } from './subject.ts';

/** What goes out beside it. */
export interface Companions {
  readonly accessToken?: string | undefined;
  readonly code?: string | undefined;
}

/** OpenID Connect Core 2, 3.1.3.6, 3.3.2.11: what only this server says; neither settings nor a hook change it. */
export const RESERVED_CLAIMS: ReadonlySet<string> = new Set([
  ...['iss', 'sub', 'aud', 'exp', 'iat', 'nbf', 'jti', 'nonce', 'auth_time', 'azp', 'at_hash', 'c_hash', 's_hash'],
  ...['cnf', 'events', 'sid'],
]);

/**
 * An ID token (OpenID Connect Core 2), or null where none is due: `openid` was not granted, there is no owner, or the
 * server has no key. Claims that scopes ask for are in it only where no access token lets the client ask for them (5.4).
 */
export async function makeIdToken(
  context: ServerContext,
  granted: Granted,
  { authenticatedAt, nonce, sessionId }: IdTokenInput,
  { accessToken, code }: Companions,
  now: Instant,
): Promise<string | null> {
  const { client, owner, scope } = granted;
  if (owner === null || !scope.includes('openid') || !speaksOpenid(context)) return null;
  const { idToken } = context.settings;
  const sources = selectorSources(granted, now);
  const signer = idTokenSigner(context, client, now);
  const more = {
    ...(accessToken === undefined && code === undefined ? standardClaims(owner, scope) : {}),
    ...resolveSelectors(idToken.claims, sources),
    ...(await context.hooks.addClaims?.({ ...hookContext(granted), scope, to: 'id_token' })),
  };
  const issuedAt = Math.floor(now / 1000);
  return signJwt(signer, {
    iss: issuerOf(context.settings, sources),
    sub: subjectOf(context.settings, sources),
    aud: client.id,
    exp: issuedAt + idToken.ttlSeconds,
    iat: issuedAt,
    ...(authenticatedAt === null ? {} : { auth_time: Math.floor(authenticatedAt / 1000) }),
    // A key of the store, a hash: it opens nothing, and leads to what the session gave once it is over.
    ...(sessionId === null ? {} : { sid: sessionId }),
    ...(nonce === null ? {} : { nonce }),
    ...(accessToken === undefined ? {} : { at_hash: halfHash(signer.algorithm, accessToken) }),
    ...(code === undefined ? {} : { c_hash: halfHash(signer.algorithm, code) }),
    // SEC-96: a function named toJSON would be the whole payload.
    ...Object.fromEntries(
      Object.entries(more).filter(([name, value]) => !RESERVED_CLAIMS.has(name) && typeof value !== 'function'),
    ),
  });
}
