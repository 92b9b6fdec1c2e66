import { HMAC_ALGORITHMS } from '../assertions/verification-key.ts';
import { endpointUrl, issuerUrl } from '../endpoints/endpoint-url.ts';
import { OFFLINE_ACCESS } from '../oauth/scope.ts';
import { LOGOUT_PATH } from '../owner/own-path.ts';
import type { ServerContext } from '../server/context.ts';
import { speaksOpenid } from './id-token-signer.ts';
import { CLAIMS_OF_SCOPE } from './standard-claims.ts';
import { claimsOfUserInfo } from './user-info.ts';

/** What OpenID Connect Discovery 3 adds to RFC 8414; nothing where the server has no key. */
export function openidMetadata(
  context: Pick<ServerContext, 'settings' | 'signingKeys'>,
): Readonly<Record<string, unknown>> {
  if (!speaksOpenid(context)) return {};
  const { settings, signingKeys } = context;
  const claims = claimsOfUserInfo(settings);
  // A scope by which nothing is told is promised to nobody.
  const scopes = [...CLAIMS_OF_SCOPE].filter(([, names]) => names.some((name) => claims.includes(name)));
  return {
    jwks_uri: endpointUrl(settings, 'jwks'),
    end_session_endpoint: issuerUrl(settings, LOGOUT_PATH),
    userinfo_endpoint: issuerUrl(settings, settings.openid.userInfoPath),
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: [
      ...new Set(signingKeys.map(({ algorithm }) => algorithm)),
      // With a client's own secret, where its registration says so.
      ...HMAC_ALGORITHMS,
    ],
    scopes_supported: [
      ...(settings.authorize.openidScope ? ['openid'] : []),
      ...scopes.map(([scope]) => scope),
      OFFLINE_ACCESS,
    ],
    claims_supported: [
      ...['sub', 'iss', 'aud', 'exp', 'iat', 'auth_time', 'nonce', 'sid', 'at_hash', 'c_hash'],
      ...claims,
    ],
    prompt_values_supported: ['none', 'login', 'consent', 'select_account'],
    // Left out, the last one would mean true.
    claims_parameter_supported: false,
    request_parameter_supported: false,
    request_uri_parameter_supported: false,
  };
}
