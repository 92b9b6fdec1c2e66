import type { Limits, ResourceSettings, Settings, TokenSettings } from './config.ts';

/** Every default with its unit and its reason; the manual is generated from what reads this file. */

export const DEFAULT_TOKENS: TokenSettings = {
  // parity.md 2.2: an hour, 54 characters, Bearer.
  accessToken: { ttlSeconds: 3600, length: 54, type: 'Bearer', metadata: {} },
  // parity.md 2.2: twelve hours unused, 46 characters, a new one with each use (RFC 9700 4.14.2).
  refreshToken: { mode: 'new', ttlSeconds: 43_200, length: 46 },
  // Any: what is asked and registered; empty is invalid_scope.
  scopes: { source: 'application', match: 'any' },
  clientAuth: 'any',
  returnMetadata: [],
};

// No owner is there to be spared a sign-in, so a refresh token buys nothing (RFC 6749 4.4.3).
const WITHOUT_REFRESH: TokenSettings = {
  ...DEFAULT_TOKENS,
  refreshToken: { ...DEFAULT_TOKENS.refreshToken, mode: 'none' },
};

/** The grants of core, by `grant_type`; `implicit` for the front channel. */
export const DEFAULT_GRANTS: ReadonlyMap<string, TokenSettings> = new Map([
  ['authorization_code', DEFAULT_TOKENS],
  ['implicit', WITHOUT_REFRESH],
  ['password', DEFAULT_TOKENS],
  ['client_credentials', WITHOUT_REFRESH],
  ['refresh_token', DEFAULT_TOKENS],
  // The next assertion is as good as a refresh token (RFC 7521 4.1).
  ['urn:ietf:params:oauth:grant-type:jwt-bearer', WITHOUT_REFRESH],
  ['urn:ietf:params:oauth:grant-type:saml2-bearer', WITHOUT_REFRESH],
]);

/** security.md 1.1: caps that no honest client meets. */
export const DEFAULT_LIMITS: Limits = {
  requestLine: 16_384,
  headers: 32_768,
  authorization: 8_192,
  body: 65_536,
  parameters: 64,
  clientId: 255,
  clientSecret: 512,
  username: 256,
  password: 1_024,
  redirectUri: 2_048,
  state: 2_048,
  nonce: 512,
  shortText: 256,
  scope: 4_096,
  scopeTokens: 100,
  scopeToken: 255,
  resources: 10,
  handle: 256,
  jwt: 16_384,
  saml: 49_152,
  // An assertion has some ten levels, fifty elements and five namespaces.
  xmlDepth: 32,
  xmlElements: 1_000,
  xmlAttributes: 32,
  xmlNamespaces: 64,
  xmlPrefixes: 16,
  joseHeader: 2_048,
  assertionId: 255,
  jwks: 262_144,
  jwksKeys: 50,
  // An honest request has some hundred bytes; each is kept with each token as long as that lives.
  keptParameters: 2_048,
  slowHashesPerCore: 2,
  slowHashesWaiting: 64,
  storeCallMs: 3_000,
};

/** The sample resource. */
export const DEFAULT_RESOURCE: ResourceSettings = {
  location: 'header',
  parameter: 'access_token',
  attribute: '',
  headerPrefix: 'Bearer',
  scopes: { match: 'any', list: ['resource.READ', 'resource.WRITE'] },
  removeCredentials: true,
  missingTokenChallenge: false,
  acceptQueryToken: false,
  realm: 'DefaultRealm',
};

/** All but the issuer, which has no default. */
export const DEFAULT_SETTINGS: Omit<Settings, 'issuer'> = {
  basePath: '/api/oauth',
  compat: 'none',
  grants: DEFAULT_GRANTS,
  enabledGrants: new Set(DEFAULT_GRANTS.keys()),
  refresh: {
    // A lost answer is asked for again within seconds; longer only helps a thief.
    graceSeconds: 30,
    // 30 days, then the owner decides anew (RFC 9700 4.14.2).
    familySeconds: 2_592_000,
    refuseUnknownGeneration: false,
  },
  authorize: {
    skipConsent: false,
    // 600 s is the ceiling of RFC 6749 4.1.2; a person types the curl line.
    code: { length: 30, ttlSeconds: 600, metadata: {} },
    interactionSeconds: 600,
    requirePkce: 'perClient',
    openidScope: true,
  },
  login: {
    // parity.md 5: ten minutes of single sign-on.
    sessionSeconds: 600,
    lockout: {
      enabled: true,
      accountAndNetwork: { failures: 6, windowSeconds: 300, lockSeconds: 1_800 },
      account: { failures: 100, windowSeconds: 3_600, lockSeconds: 10 },
      network: { failures: 60, windowSeconds: 300, lockSeconds: 300 },
      keys: 'network',
    },
  },
  // Microseconds for each record, and nothing gained where nobody else reads the back end.
  encryptRecords: false,
  // Spares a read per request; a disabled client is refused by every process after five seconds at most.
  clientCacheSeconds: 5,
  clientAuthentication: {
    failures: { failures: 20, windowSeconds: 60, lockSeconds: 60 },
    // client_secret_jwt needs a secret in the clear, so it is offered only where somebody asks for it.
    allowedMethods: [
      'none',
      'client_secret_basic',
      'client_secret_post',
      'private_key_jwt',
      'tls_client_auth',
      'self_signed_tls_client_auth',
    ],
  },
  assertion: {
    audience: [],
    recipient: [],
    clockSkewSeconds: null,
    driftSeconds: null,
    // Each one is remembered until it is over: far ends would fill the store (R26).
    maxSeconds: 300,
    // R29: a type changes what an element is; makers put one on attribute values all the same.
    typedAttributes: false,
    allowReplayAfterRestart: false,
  },
  mtls: { enabled: false, authorities: [], url: null },
  trustedIssuers: new Map(),
  revoke: { clientAuth: 'any', failures: { failures: 60, windowSeconds: 60, lockSeconds: 60 } },
  tokeninfo: {
    location: 'body',
    parameter: 'access_token',
    selector: '',
    extra: {},
    anonymous: true,
    failures: { failures: 60, windowSeconds: 60, lockSeconds: 60 },
    acceptQueryToken: false,
  },
  // parity.md 2.7: a minute, for it says who signs in and is not carried around.
  idToken: { ttlSeconds: 60, subject: '${authentication.subject.id}', issuer: '', claims: {} },
  openid: { discovery: true, userInfoPath: '/api/openid/user_info' },
  introspection: { ownAudienceOnly: false },
  resource: DEFAULT_RESOURCE,
  errorDescriptions: {},
  limits: DEFAULT_LIMITS,
  monitoring: {
    enabled: true,
    serviceName: '',
    clientAttribute: 'authentication.application.id',
    compositeContext: false,
    recordOutbound: true,
  },
};
