import { ID_TOKEN_ALGORITHMS, RESPONSE_TYPES } from '@gatehouse/core';
import * as z from 'zod';
import type { Setting } from '../setting.ts';
import {
  clientAuthMethods,
  filledText,
  flag,
  oneOf,
  ownForm,
  SECRET_SOURCES,
  secrets,
  text,
  texts,
  textsOf,
  whole,
} from '../value-types.ts';
import { keySettings } from './assertions.ts';

const source = z.union([
  ...SECRET_SOURCES,
  z.strictObject({
    hash: z.string().regex(/^(sha256|argon2id|scrypt):/),
    expiresAt: z.union([z.iso.datetime({ offset: true }), z.int().positive()]).optional(),
  }),
]);

/** Clients that live in the configuration. */
export const CLIENT_SETTINGS: readonly Setting[] = [
  {
    key: 'clientCacheSeconds',
    type: whole(0, 300),
    unit: 's',
    meaning: 'How long a client out of a shared store may be kept in memory; a change elsewhere is seen that late.',
  },
  { key: 'clients.[].id', type: filledText, meaning: 'The `client_id`.', required: true },
  { key: 'clients.[].name', type: filledText, meaning: 'What the consent page calls it; left out: the id.' },
  { key: 'clients.[].description', type: text, meaning: 'A sentence for the consent page.' },
  {
    key: 'clients.[].logo',
    type: ownForm(
      z.union([z.string().min(1), z.strictObject({ file: z.string().min(1) })]),
      'a path on this server, an image as data:image/…;base64,…, or { file: "<path>" }',
      'text',
    ),
    meaning: 'A picture of at most 1 MiB: a path on this server, `data:`, or `{ file }` (PNG, JPEG, GIF, WebP, SVG).',
    reference: 'image',
  },
  { key: 'clients.[].contacts', type: texts, meaning: 'Whom to ask.', reference: 'email, phone' },
  {
    key: 'clients.[].applicationId',
    type: filledText,
    meaning: 'The application it belongs to, which monitoring names; left out: the id.',
    reference: 'applicationId',
  },
  {
    key: 'clients.[].type',
    type: oneOf('confidential', 'public'),
    meaning: 'Whether it can keep a secret; left out: confidential.',
    reference: 'type',
  },
  { key: 'clients.[].enabled', type: flag, meaning: 'Whether it is served; left out: yes.', reference: 'enabled' },
  {
    key: 'clients.[].secrets',
    type: {
      ...ownForm(
        z.union([source, z.array(source).max(2)]),
        'one or two of: a text, { file: "<path>" }, { env: "<name>" }, a function, { hash: "sha256:…", expiresAt }',
        'list',
      ),
      secret: true,
    },
    meaning: 'Its secret, or two that overlap while one replaces the other. Only hashes are kept.',
    reference: 'secret',
  },
  {
    key: 'clients.[].authMethods',
    type: clientAuthMethods,
    meaning:
      'Methods it may authenticate with; left out: Basic and post with a secret, `private_key_jwt` with keys alone, none without either.',
  },
  {
    key: 'clients.[].redirectUris',
    type: texts,
    meaning: 'Where answers may be sent; compared character by character, but for the port of a loopback address.',
    reference: 'redirectUrls',
  },
  {
    key: 'clients.[].postLogoutRedirectUris',
    type: texts,
    meaning:
      'Where the browser may be sent after the client has had its owner signed out; compared as `redirectUris` are.',
  },
  {
    key: 'clients.[].grantTypes',
    type: texts,
    meaning: 'Grants it may use; left out: `authorization_code` and `refresh_token`.',
  },
  {
    key: 'clients.[].responseTypes',
    type: textsOf(...RESPONSE_TYPES.keys()),
    meaning: 'Response types it may ask for; left out: those of its grants.',
  },
  { key: 'clients.[].scopes', type: texts, meaning: 'Scopes it may be granted.', reference: 'scope' },
  {
    key: 'clients.[].defaultScopes',
    type: texts,
    meaning: 'Scopes of a request that names none; left out: none.',
    reference: 'isDefault',
  },
  { key: 'clients.[].audience', type: texts, meaning: 'Resources (RFC 8707) its tokens are for.' },
  { key: 'clients.[].requirePkce', type: flag, meaning: 'Whether it must use PKCE; left out: yes.' },
  { key: 'clients.[].allowPlainPkce', type: flag, meaning: 'Whether the method `plain` is taken; left out: no.' },
  { key: 'clients.[].rawBasic', type: flag, meaning: 'Whether its Basic header is not form-encoded; left out: no.' },
  { key: 'clients.[].skipConsent', type: flag, meaning: 'Whether no consent page is shown; left out: no.' },
  {
    key: 'clients.[].corsOrigins',
    type: texts,
    meaning: 'Origins whose scripts may call the token and revocation endpoints and UserInfo; `*` for any.',
    reference: 'corsOrigins',
  },
  {
    key: 'clients.[].hmacSecrets',
    type: secrets,
    meaning:
      'Secrets for `client_secret_jwt` and for ID tokens by HMAC, of at least 32 bytes: kept sealed, for an HMAC needs them in the clear.',
  },
  {
    key: 'clients.[].idTokenSignedResponseAlg',
    type: oneOf(...ID_TOKEN_ALGORITHMS),
    meaning: 'Algorithm of its ID tokens; an HMAC is made with one of `hmacSecrets`. Left out: that of the first key.',
    reference: 'signature',
  },
  {
    key: 'clients.[].mayAssertOwners',
    type: flag,
    meaning: 'Whether its own assertions may name owners of this server as their subject; left out: no.',
  },
  {
    key: 'clients.[].assertionAudience',
    type: oneOf('issuer', 'token_endpoint'),
    meaning:
      'The `aud` of the assertions it authenticates with: the issuer, or, for old clients, the token endpoint; left out: the issuer.',
  },
  {
    key: 'clients.[].tlsClientAuth',
    type: ownForm(
      z.strictObject(
        Object.fromEntries(
          ['subjectDn', 'sanDns', 'sanUri', 'sanIp', 'sanEmail'].map((name) => [name, z.string().min(1).optional()]),
        ),
      ),
      'an object with one of subjectDn, sanDns, sanUri, sanIp, sanEmail',
    ),
    meaning:
      'The one subject of its certificate, for `tls_client_auth`: the distinguished name (RFC 4514), or one alternative name.',
  },
  {
    key: 'clients.[].certificateBoundTokens',
    type: flag,
    meaning: 'Whether its tokens are bound to the certificate it asks with (RFC 8705 §3); left out: no.',
  },
  ...keySettings('clients', 'its'),
];

/** Owners that live in the configuration. */
export const OWNER_SETTINGS: readonly Setting[] = [
  { key: 'owners.[].username', type: filledText, meaning: 'The name to sign in with.', required: true },
  {
    key: 'owners.[].passwordHash',
    type: {
      ...ownForm(
        z.string().regex(/^(argon2id|scrypt):/),
        'a hash that `gatehouse user hash` made, starting with argon2id: or scrypt:',
        'text',
      ),
      secret: true,
    },
    meaning: 'Hash of the password; `gatehouse user hash` makes it.',
    required: true,
  },
  {
    key: 'owners.[].subject',
    type: filledText,
    meaning: 'What tokens carry, stable and never given to another; left out: the name.',
  },
  { key: 'owners.[].enabled', type: flag, meaning: 'Whether the owner exists at all; left out: yes.' },
  {
    key: 'owners.[].locked',
    type: flag,
    meaning: 'Whether an administrator locked the owner, which also stops redemption; left out: no.',
  },
  { key: 'owners.[].role', type: filledText, meaning: 'A role, among the claims.', reference: 'role' },
  {
    key: 'owners.[].claims',
    type: ownForm(z.record(z.string(), z.json()), 'an object of names and values'),
    meaning: 'Facts about the owner.',
  },
];
