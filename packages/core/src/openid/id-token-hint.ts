import { AssertionFault, failedCheck } from '../assertions/assertion-fault.ts';
import { isHmac } from '../assertions/verification-key.ts';
import type { Client } from '../client/client.ts';
import { hmacSecrets } from '../client/hmac-secrets.ts';
import { parseCompactJws } from '../jwt/compact.ts';
import { OAuthError } from '../oauth/errors.ts';
import type { ServerContext } from '../server/context.ts';
import { type Instant, isKey, type Key } from '../store/brands.ts';
import { readIdToken } from './read-id-token.ts';
import { issuerOf } from './subject.ts';

/** Whom, and which sign-in, an ID token speaks of. */
export interface Hint {
  readonly subject: string;
  readonly session: Key | null;
}

/**
 * The sign-in that an `id_token_hint` speaks of (OpenID Connect Core 3.1.2.1): an ID token of ours for this client, expired
 * or not, for it proves nothing and only says whom the client means.
 * @throws OAuthError `invalid_request`
 */
export async function readHint(context: ServerContext, hint: string, client: Client, now: Instant): Promise<Hint> {
  try {
    // A client knows its own secret: it is believed only of a client whose ID tokens are made with it.
    const keys = isHmac(client.idTokenSignedResponseAlg ?? '')
      ? hmacSecrets(context, client, now)
      : [...context.signingKeys.map(({ verification }) => verification), ...context.retiredKeys];
    const parties = { keys, issuer: issuerOf(context.settings, { now, client }), clientId: client.id };
    const { claims, payload } = await readIdToken(hint, parties, context.settings.limits);
    const sid = Object.hasOwn(payload, 'sid') ? payload['sid'] : null;
    return { subject: claims.sub ?? '', session: typeof sid === 'string' && isKey(sid) ? sid : null };
  } catch (thrown) {
    throw asRefusal(thrown);
  }
}

/** The client that a hint says it is for, before anything of it is believed. @throws OAuthError `invalid_request` */
export function clientOfHint({ settings }: ServerContext, hint: string): string {
  try {
    const { aud } = parseCompactJws(hint, settings.limits).payload;
    if (typeof aud === 'string') return aud;
    throw new AssertionFault('id-token-audience', 'one client');
  } catch (thrown) {
    throw asRefusal(thrown);
  }
}

function asRefusal(thrown: unknown): unknown {
  if (!(thrown instanceof AssertionFault)) return thrown;
  return new OAuthError('invalid_request', 'The parameter id_token_hint is not valid.', failedCheck(thrown));
}
