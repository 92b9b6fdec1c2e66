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
    token_endpoint_auth_methods_supported: allowedMethods,
    revocation_endpoint_auth_methods_supported: methodsFor(settings.revoke.clientAuth, allowedMethods),
    introspection_endpoint_auth_methods_supported: withSecret,
    // `plain` is for single clients that cannot do better, and advertised to nobody.
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
  };
}

/** The URL of one endpoint: only the configured issuer is ever believed, never a request (SEC-130). */
function endpointUrl({ basePath, issuer }: Pick<Settings, 'basePath' | 'issuer'>, name: string): string {
  return `${issuer.replace(/\/$/, '')}${basePath}/${name}`;
}

const PLACE: Record<ClientAuthMethod, 'header' | 'body' | 'any'> = {
  none: 'any',
  client_secret_basic: 'header',
  client_secret_post: 'body',
};

function methodsFor(
  where: Settings['revoke']['clientAuth'],
  methods: readonly ClientAuthMethod[],
): readonly ClientAuthMethod[] {
  return methods.filter((method) => where === 'any' || PLACE[method] === 'any' || PLACE[method] === where);
}
