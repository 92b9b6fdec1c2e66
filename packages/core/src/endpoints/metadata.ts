import { HMAC_ALGORITHMS, SIGNATURE_ALGORITHMS } from '../assertions/verification-key.ts';
import { offeredResponseTypes } from '../authorize/steps/response-type.ts';
import type { ClientAuthMethod } from '../client/client.ts';
import { speaksOpenid } from '../openid/id-token-signer.ts';
import { openidMetadata } from '../openid/metadata.ts';
import type { Settings } from '../server/config.ts';
import type { ServerContext } from '../server/context.ts';
import { endpointUrl } from './endpoint-url.ts';

/** What the metadata follows from. */
export type Described = Pick<ServerContext, 'settings' | 'signingKeys'>;

/** RFC 8414 2: what this server can do, from the same settings that decide whether it does. */
export function serverMetadata(context: Described): Readonly<Record<string, unknown>> {
  const { settings } = context;
  const { allowedMethods } = settings.clientAuthentication;
  const grantTypes = [...settings.enabledGrants].filter((grant) => settings.grants.has(grant));
  const responseTypes = offeredResponseTypes(context).map(({ name }) => name);
  const withSecret = allowedMethods.filter((method) => method !== 'none');
  return {
    issuer: settings.issuer,
    ...(responseTypes.length > 0 ? { authorization_endpoint: endpointUrl(settings, 'authorize') } : {}),
    token_endpoint: endpointUrl(settings, 'token'),
    revocation_endpoint: endpointUrl(settings, 'revoke'),
    introspection_endpoint: endpointUrl(settings, 'introspect'),
    // RFC 8414 2: REQUIRED, even where the list is empty.
    response_types_supported: responseTypes,
    response_modes_supported: ['query', 'fragment', 'form_post'],
    grant_types_supported: grantTypes,
    ...authMethods('token', allowedMethods),
    ...authMethods('revocation', methodsFor(settings.revoke.clientAuth, allowedMethods)),
    ...authMethods('introspection', withSecret),
    // RFC 8705 3.3, 5: only where a certificate can be shown.
    ...(settings.mtls.enabled ? { tls_client_certificate_bound_access_tokens: true, ...mtlsAliases(context) } : {}),
    // `plain` is for single clients that cannot do better, and advertised to nobody.
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
    ...openidMetadata(context),
  };
}

/** RFC 8705 5: where a client goes that shows a certificate; on the issuer's own address every browser would be asked for one. */
function mtlsAliases(context: Described): Readonly<Record<string, unknown>> {
  const { basePath, mtls, openid } = context.settings;
  if (mtls.url === null) return {};
  const at = (name: string): string => endpointUrl({ basePath, issuer: mtls.url ?? '' }, name);
  return {
    mtls_endpoint_aliases: {
      token_endpoint: at('token'),
      revocation_endpoint: at('revoke'),
      introspection_endpoint: at('introspect'),
      ...(speaksOpenid(context) ? { userinfo_endpoint: mtls.url + openid.userInfoPath } : {}),
    },
  };
}

/** RFC 8414 2: the algorithms MUST be named beside a method that signs, and only there. */
function authMethods(endpoint: string, methods: readonly ClientAuthMethod[]): Readonly<Record<string, unknown>> {
  const algorithms = [
    ...(methods.includes('private_key_jwt') ? SIGNATURE_ALGORITHMS : []),
    ...(methods.includes('client_secret_jwt') ? HMAC_ALGORITHMS : []),
  ];
  return {
    [`${endpoint}_endpoint_auth_methods_supported`]: methods,
    ...(algorithms.length > 0 ? { [`${endpoint}_endpoint_auth_signing_alg_values_supported`]: algorithms } : {}),
  };
}

const PLACE: Record<ClientAuthMethod, 'header' | 'body' | 'any'> = {
  none: 'any',
  client_secret_basic: 'header',
  client_secret_post: 'body',
  // RFC 7523 2.2: in the body always, and no secret in the clear that a place could expose.
  private_key_jwt: 'any',
  client_secret_jwt: 'any',
  tls_client_auth: 'any',
  self_signed_tls_client_auth: 'any',
};

function methodsFor(
  where: Settings['revoke']['clientAuth'],
  methods: readonly ClientAuthMethod[],
): readonly ClientAuthMethod[] {
  return methods.filter((method) => where === 'any' || PLACE[method] === 'any' || PLACE[method] === where);
}
