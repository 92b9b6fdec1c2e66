import type { KeyMaterial } from '../assertions/key-material.ts';
import { hasKeys, KEY_MEMBERS, keyMembers } from '../assertions/key-members.ts';
import { HMAC_ALGORITHMS, isHmac } from '../assertions/verification-key.ts';
import { RESPONSE_TYPES } from '../authorize/response-type.ts';
import { tlsClientAuthOf } from '../mtls/tls-client-auth-members.ts';
import { isNativeRedirectUri, OUT_OF_BAND, redirectUriFault } from '../oauth/redirect-uri.ts';
import { isScopeToken } from '../oauth/scope.ts';
import { DEFAULT_LIMITS } from '../server/defaults.ts';
import type { Client, ClientAuthMethod } from './client.ts';
import { hmacsFor } from './hmac-secrets.ts';
import {
  ClientMetadataError,
  flagMember,
  listMember,
  type Members,
  membersOf,
  textMember,
  textsMember,
  wordMember,
} from './metadata-members.ts';
import { sealedBytes } from './sealed-secret.ts';
import { clientSecrets, sealedSecretsOf } from './secret-members.ts';

const MEMBERS: ReadonlySet<string> = new Set([
  'id',
  'name',
  'description',
  'logo',
  'contacts',
  'applicationId',
  'type',
  'enabled',
  'secret',
  'secrets',
  'authMethods',
  'redirectUris',
  'postLogoutRedirectUris',
  'grantTypes',
  'responseTypes',
  'scopes',
  'defaultScopes',
  'audience',
  'requirePkce',
  'allowPlainPkce',
  'rawBasic',
  'skipConsent',
  'corsOrigins',
  'sealedSecrets',
  'mayAssertOwners',
  'idTokenSignedResponseAlg',
  'assertionAudience',
  'tlsClientAuth',
  'certificateBoundTokens',
  ...KEY_MEMBERS,
]);

const WITH_SECRET: readonly ClientAuthMethod[] = ['client_secret_basic', 'client_secret_post'];
const WITH_CERTIFICATE: readonly ClientAuthMethod[] = ['tls_client_auth', 'self_signed_tls_client_auth'];
const AUTH_METHODS: readonly string[] = [
  'none',
  ...WITH_SECRET,
  'private_key_jwt',
  'client_secret_jwt',
  ...WITH_CERTIFICATE,
];
/** RFC 6749 appendix A.1, without space: what can be typed and compared without surprises. */
const CLIENT_ID = /^[\x21-\x7e]+$/;
/** What ID tokens may be signed with. */
export const ID_TOKEN_ALGORITHMS: readonly string[] = ['RS256', 'ES256', 'ES384', 'ES512', 'EdDSA', ...HMAC_ALGORITHMS];
const LOGO_BYTES = 1_048_576;

/**
 * A client as a registration, the configuration or an update says it, complete and judged as a whole (R39). Beside the
 * members of {@link Client} it may have `secret`: one that a machine made, in the clear.
 * @throws ClientMetadataError naming the member
 */
export function validateClient(input: unknown): Client {
  const members = membersOf(input, 'itself', MEMBERS);
  const id = clientId(members);
  const type = wordMember(members, 'type', ['confidential', 'public'], 'confidential');
  const secrets = clientSecrets(members);
  const sealedSecrets = sealedSecretsOf(members);
  const keys = keyMembers(members);
  const tlsClientAuth = tlsClientAuthOf(members);
  const grantTypes = textsMember(members, 'grantTypes', ['authorization_code', 'refresh_token'], wordFault);
  const scopes = textsMember(members, 'scopes', [], scopeFault);
  const client: Client = {
    id,
    name: textMember(members, 'name', id),
    description: textMember(members, 'description', ''),
    logo: clientLogo(members),
    contacts: textsMember(members, 'contacts', [], wordFault),
    applicationId: textMember(members, 'applicationId', id),
    type,
    enabled: flagMember(members, 'enabled', true),
    secrets,
    authMethods: textsMember(
      members,
      'authMethods',
      defaultAuthMethods(type, { ...keys, secrets, sealedSecrets, tlsClientAuth }),
      (method) => (AUTH_METHODS.includes(method) ? null : `is none of ${AUTH_METHODS.join(', ')}`),
    ) as readonly ClientAuthMethod[],
    redirectUris: uriList(members, 'redirectUris'),
    postLogoutRedirectUris: uriList(members, 'postLogoutRedirectUris'),
    grantTypes,
    responseTypes: textsMember(members, 'responseTypes', defaultResponseTypes(grantTypes), (responseType) =>
      RESPONSE_TYPES.has(responseType) ? null : `is none of ${[...RESPONSE_TYPES.keys()].join(', ')}`,
    ),
    scopes,
    defaultScopes: textsMember(members, 'defaultScopes', [], (scope) =>
      scopes.includes(scope) ? null : 'is not among scopes',
    ),
    audience: textsMember(members, 'audience', [], resourceFault),
    requirePkce: flagMember(members, 'requirePkce', true),
    allowPlainPkce: flagMember(members, 'allowPlainPkce', false),
    rawBasic: flagMember(members, 'rawBasic', false),
    skipConsent: flagMember(members, 'skipConsent', false),
    corsOrigins: textsMember(members, 'corsOrigins', [], originFault),
    sealedSecrets,
    mayAssertOwners: flagMember(members, 'mayAssertOwners', false),
    tlsClientAuth,
    idTokenSignedResponseAlg: idTokenAlgorithm(members),
    certificateBoundTokens: flagMember(members, 'certificateBoundTokens', false),
    assertionAudience: wordMember(members, 'assertionAudience', ['issuer', 'token_endpoint'], 'issuer'),
    ...keys,
  };
  for (const rule of RULES) if (rule.broken(client)) throw new ClientMetadataError(rule.member, rule.fault);
  return client;
}

/** What members say only together. */
const RULES: readonly { readonly member: string; readonly fault: string; broken(client: Client): boolean }[] = [
  {
    member: 'secrets',
    fault: 'is empty: a confidential client has a secret, or keys',
    broken: (client) =>
      client.type === 'confidential' &&
      client.secrets.length === 0 &&
      client.sealedSecrets.length === 0 &&
      !client.tlsClientAuth &&
      !hasKeys(client),
  },
  {
    member: 'authMethods',
    fault: 'is empty',
    broken: (client) => client.authMethods.length === 0,
  },
  {
    // RFC 6749 2.3.1, R18: `none` is for clients that cannot keep a secret.
    member: 'authMethods',
    fault: 'has none, which a confidential client may not use',
    broken: (client) => client.type === 'confidential' && client.authMethods.includes('none'),
  },
  {
    member: 'authMethods',
    fault: 'names a method with a secret for a client without one',
    broken: (client) =>
      client.secrets.length === 0 && client.authMethods.some((method) => WITH_SECRET.includes(method)),
  },
  {
    member: 'authMethods',
    fault: 'has private_key_jwt for a client without jwks, jwksUri and certificates',
    broken: (client) => client.authMethods.includes('private_key_jwt') && !hasKeys(client),
  },
  {
    member: 'authMethods',
    fault: 'has tls_client_auth for a client without tlsClientAuth',
    broken: (client) => client.authMethods.includes('tls_client_auth') && !client.tlsClientAuth,
  },
  {
    member: 'authMethods',
    fault: 'has self_signed_tls_client_auth for a client without certificates',
    broken: (client) => client.authMethods.includes('self_signed_tls_client_auth') && client.certificates.length === 0,
  },
  {
    // One proof, one way: a certificate of a chain and a registered one are judged by different rules.
    member: 'authMethods',
    fault: 'has both methods of mutual TLS',
    broken: (client) => WITH_CERTIFICATE.every((method) => client.authMethods.includes(method)),
  },
  {
    member: 'authMethods',
    fault: 'has client_secret_jwt for a client without sealedSecrets',
    broken: (client) => client.authMethods.includes('client_secret_jwt') && client.sealedSecrets.length === 0,
  },
  {
    // OpenID Connect Core 10.1: the HMAC of an ID token is made with the client's own secret.
    member: 'idTokenSignedResponseAlg',
    fault: 'is an HMAC, and sealedSecrets has no secret of that many bits',
    broken: ({ idTokenSignedResponseAlg: alg, sealedSecrets }) =>
      alg !== null && isHmac(alg) && !sealedSecrets.some(({ sealed }) => hmacsFor(sealedBytes(sealed)).includes(alg)),
  },
  {
    // RFC 6749 2.1: what has a key of its own to sign with can keep a secret.
    member: 'type',
    fault: 'is public, although the client has keys or secrets to sign with, or may assert owners',
    broken: (client) =>
      client.type === 'public' &&
      (hasKeys(client) || client.sealedSecrets.length > 0 || client.mayAssertOwners || client.tlsClientAuth !== null),
  },
  {
    // RFC 6749 4.4, R20.
    member: 'grantTypes',
    fault: 'has client_credentials, which a public client may not use',
    broken: (client) => client.type === 'public' && client.grantTypes.includes('client_credentials'),
  },
  {
    // RFC 7591 2.1.
    member: 'responseTypes',
    fault: 'names a response type whose grant (authorization_code, implicit) is not in grantTypes',
    broken: (client) =>
      client.responseTypes.some((type) => !grantsOf(type).every((grant) => client.grantTypes.includes(grant))),
  },
  {
    // RFC 8252 8.6, R37: anybody's program could have that URI, so the owner is asked each time.
    member: 'skipConsent',
    fault: 'is on for a public client with a loopback or private-scheme redirect URI',
    broken: (client) => client.skipConsent && client.type === 'public' && client.redirectUris.some(isNativeRedirectUri),
  },
];

/** Never `none`: an ID token that nobody signed says nothing (OpenID Connect Core 3.1.3.7). */
function idTokenAlgorithm(members: Members): string | null {
  if ((members.get('idTokenSignedResponseAlg') ?? null) === null) return null;
  return wordMember(members, 'idTokenSignedResponseAlg', ID_TOKEN_ALGORITHMS, 'RS256');
}

function clientId(members: Members): string {
  const id = textMember(members, 'id', '');
  if (id === '') throw new ClientMetadataError('id', 'is missing');
  if (!CLIENT_ID.test(id)) throw new ClientMetadataError('id', 'has a character outside printable ASCII, or a space');
  if (id.length > DEFAULT_LIMITS.clientId)
    throw new ClientMetadataError('id', `is longer than ${DEFAULT_LIMITS.clientId} characters`);
  return id;
}

/** With a secret the two that everybody knows; else what its keys are there for. */
function defaultAuthMethods(
  type: Client['type'],
  has: KeyMaterial & Pick<Client, 'secrets' | 'sealedSecrets' | 'tlsClientAuth'>,
): readonly ClientAuthMethod[] {
  const withSecret = has.secrets.length === 0 ? [] : WITH_SECRET;
  if (type === 'public') return ['none', ...withSecret];
  if (withSecret.length > 0) return withSecret;
  if (has.tlsClientAuth) return ['tls_client_auth'];
  return [
    ...(hasKeys(has) ? (['private_key_jwt'] as const) : []),
    ...(has.sealedSecrets.length > 0 ? (['client_secret_jwt'] as const) : []),
  ];
}

function defaultResponseTypes(grantTypes: readonly string[]): readonly string[] {
  return [...RESPONSE_TYPES.keys()].filter((type) => grantsOf(type).every((grant) => grantTypes.includes(grant)));
}

/** OpenID Connect Registration 2: the grants that a response type takes. */
function grantsOf(responseType: string): readonly string[] {
  return RESPONSE_TYPES.get(responseType)?.grantTypes ?? [];
}

/** Blank lines of a registration are no URIs (SEC-92, AX-202). */
function uriList(members: Members, name: 'redirectUris' | 'postLogoutRedirectUris'): readonly string[] {
  const list = listMember(members, name) ?? [];
  const filled = new Map(members).set(
    name,
    list.map((uri) => (typeof uri === 'string' ? uri.trim() : uri)).filter((uri) => uri !== ''),
  );
  return textsMember(filled, name, [], (uri) =>
    uri.length > DEFAULT_LIMITS.redirectUri
      ? `is longer than ${DEFAULT_LIMITS.redirectUri} characters`
      : name === 'postLogoutRedirectUris' && uri === OUT_OF_BAND
        ? 'is no address that a browser can go to'
        : redirectUriFault(uri),
  );
}

function clientLogo(members: Members): string | null {
  if (members.get('logo') === null) return null;
  const logo = textMember(members, 'logo', '');
  if (logo === '') return null;
  if (logo.length > LOGO_BYTES) throw new ClientMetadataError('logo', 'is larger than 1 MB');
  // Never fetched from elsewhere, so never a URL of elsewhere (SEC-134); `/\host` and `/<tab>/host` are read as one, too.
  if (!/^(?:\/(?!\/)[!-[\]-~]*$|data:image\/[a-z0-9.+-]+;base64,)/.test(logo))
    throw new ClientMetadataError('logo', 'is neither a path on this server nor an image as data:image/…;base64,…');
  return logo;
}

function wordFault(text: string): string | null {
  return text.trim() === '' || text.length > 255 ? 'is empty or longer than 255 characters' : null;
}

function scopeFault(text: string): string | null {
  if (text.length > DEFAULT_LIMITS.scopeToken) return `is longer than ${DEFAULT_LIMITS.scopeToken} characters`;
  return isScopeToken(text) ? null : 'is no scope: printable ASCII without space, comma, quote and backslash';
}

/** RFC 8707 2: an absolute URI without fragment. */
function resourceFault(text: string): string | null {
  return URL.canParse(text) && !text.includes('#') ? null : 'is not an absolute URI without fragment';
}

/** An origin as browsers send it, or `*` (AX-203); never `null`, which every sandboxed page sends. */
function originFault(text: string): string | null {
  if (text === '*') return null;
  const origin = URL.canParse(text) ? new URL(text).origin : 'null';
  return origin !== 'null' && origin === text ? null : 'is not an origin (scheme, host, port and nothing else)';
}
