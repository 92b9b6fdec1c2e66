import { HMAC_ALGORITHMS, SIGNATURE_ALGORITHMS } from '../assertions/verification-key.ts';
import { RESPONSE_TYPES } from '../authorize/response-type.ts';
import type { ClientAuthMethod } from '../client/client.ts';
import type { Settings } from '../server/config.ts';

/** RFC 8414 2: what this server can do, from the same settings that decide whether it does. */
export function serverMetadata(settings: Settings): Readonly<Record<string, unknown>> {
  const { allowedMethods } = settings.clientAuthentication;
  const grantTypes = [...settings.enabledGrants].filter((grant) => settings.grants.has(grant));
  const responseTypes = [...RESPONSE_TYPES.values()]
    .filter(({ grantType }) => grantTypes.includes(grantType))
    .map(({ name }) => name);
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
    ...(settings.mtls.enabled ? { tls_client_certificate_bound_access_tokens: true, ...mtlsAliases(settings) } : {}),
    // `plain` is for single clients that cannot do better, and advertised to nobody.
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
  };
}

/** The URL of one endpoint: only the configured issuer is ever believed, never a request (SEC-130). */
export function endpointUrl({ basePath, issuer }: Pick<Settings, 'basePath' | 'issuer'>, name: string): string {
  return `${issuer.replace(/\/$/, '')}${basePath}/${name}`;
}

/** RFC 8705 5: where a client goes that shows a certificate; on the issuer's own address every browser would be asked for one. */
function mtlsAliases({ basePath, mtls }: Settings): Readonly<Record<string, unknown>> {
  if (mtls.url === null) return {};
  const at = (name: string): string => endpointUrl({ basePath, issuer: mtls.url ?? '' }, name);
  return {
    mtls_endpoint_aliases: {
      token_endpoint: at('token'),
      revocation_endpoint: at('revoke'),
      introspection_endpoint: at('introspect'),
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
