import type { TrustedIssuer } from '../assertions/trusted-issuer.ts';
import type { ClientAuthMethod } from '../client/client.ts';
import type { OAuthErrorCode } from '../oauth/errors.ts';

/** What a refresh gives: a new refresh token, none, or the same again. */
export type RefreshMode = 'new' | 'none' | 'preserve';

/** What one grant's tokens look like; each grant may have its own (parity.md 2.2). */
export interface TokenSettings {
  readonly accessToken: {
    readonly ttlSeconds: number;
    readonly length: number;
    /** Free text; `Bearer` unless a deployment has its own. */
    readonly type: string;
    /** Stored with the token; values may hold selectors. */
    readonly metadata: Readonly<Record<string, string>>;
  };
  readonly refreshToken: { readonly mode: RefreshMode; readonly ttlSeconds: number; readonly length: number };
  readonly scopes: { readonly source: 'application' | 'hook'; readonly match: 'any' | 'all' };
  /** Where client credentials are accepted. */
  readonly clientAuth: 'any' | 'header' | 'body';
  /** Names of stored metadata that the token response shows. */
  readonly returnMetadata: readonly string[];
}

/** Failures allowed in a window, and what follows. */
export interface FailureLimit {
  readonly failures: number;
  readonly windowSeconds: number;
  readonly lockSeconds: number;
}

/** How a protected resource finds and judges tokens. */
export interface ResourceSettings {
  readonly location: 'header' | 'body' | 'query' | 'attribute';
  /** Field name of `body` and `query`. */
  readonly parameter: string;
  /** For `attribute`: a selector of the request, such as `${http.headers["X-Token"]}`. */
  readonly attribute: string;
  readonly headerPrefix: string;
  readonly scopes: { readonly match: 'any' | 'all'; readonly list: readonly string[] };
  readonly removeCredentials: boolean;
  readonly missingTokenChallenge: boolean;
  readonly acceptQueryToken: boolean;
  readonly realm: string;
}

/** Everything core can be told, complete: defaults are in defaults.ts and nowhere else. */
export interface Settings {
  /** https URL without query or fragment; http on loopback only, unless allowed. */
  readonly issuer: string;
  /** Path under which the endpoints are: `/api/oauth`. */
  readonly basePath: string;
  readonly compat: 'none' | 'axway';
  /** Per grant, by its `grant_type` value; `implicit` for the front channel. */
  readonly grants: ReadonlyMap<string, TokenSettings>;
  /** Grants that exist on this server at all. */
  readonly enabledGrants: ReadonlySet<string>;
  readonly refresh: {
    /** Seconds in which a retry gets the same answer again. */
    readonly graceSeconds: number;
    /** A family's absolute life. */
    readonly familySeconds: number;
    /** Whether a refresh token the store should know and does not is refused instead of `temporarily_unavailable`. */
    readonly refuseUnknownGeneration: boolean;
  };
  readonly authorize: {
    readonly skipConsent: boolean;
    readonly code: {
      readonly length: number;
      readonly ttlSeconds: number;
      readonly metadata: Readonly<Record<string, string>>;
    };
    /** Seconds an interaction (consent page) stays open. */
    readonly interactionSeconds: number;
    readonly requirePkce: 'all' | 'public' | 'perClient';
    /** `openid` is a valid scope for every client. */
    readonly openidScope: boolean;
  };
  readonly login: {
    readonly sessionSeconds: number;
    readonly lockout: {
      readonly enabled: boolean;
      readonly accountAndNetwork: FailureLimit;
      readonly account: FailureLimit;
      readonly network: FailureLimit;
      /** `axway`: per client and per user, as the reference system counts. */
      readonly keys: 'network' | 'axway';
    };
  };
  /** Whether the facts of access tokens and grants are encrypted before a store sees them. */
  readonly encryptRecords: boolean;
  /** Seconds for which a client from the store may be kept; a change through another process is seen that late. */
  readonly clientCacheSeconds: number;
  readonly clientAuthentication: {
    readonly failures: FailureLimit;
    readonly allowedMethods: readonly ClientAuthMethod[];
  };
  /** What assertions as grants and as client credentials have in common (RFC 7521). */
  readonly assertion: {
    /** Audiences that count besides the issuer and the token endpoint; for grants alone. */
    readonly audience: readonly string[];
    /** Of a SAML assertion; empty: the token endpoint. */
    readonly recipient: readonly string[];
    /** Seconds by which a JWT's clock may differ; null: 5, and 0 under `compat: axway`. */
    readonly clockSkewSeconds: number | null;
    /** The same of a SAML assertion. */
    readonly driftSeconds: number | null;
    /** Seconds from now on after which none may still be good. */
    readonly maxSeconds: number;
    /** Whether values of SAML attributes may say that they are of a simple type, as many makers write it. */
    readonly typedAttributes: boolean;
    /** Assertions are taken although the store forgets with the process which ones were used (R44). */
    readonly allowReplayAfterRestart: boolean;
  };
  readonly mtls: {
    /** Whether clients can show a certificate at all: on a listener of its own, or through a trusted proxy. */
    readonly enabled: boolean;
    /** DER in base64: whose certificates `tls_client_auth` takes. */
    readonly authorities: readonly string[];
    /** Where the endpoints are reached with a certificate; null: where they are reached without one. */
    readonly url: string | null;
  };
  /** By the name they give themselves. */
  readonly trustedIssuers: ReadonlyMap<string, TrustedIssuer>;
  readonly revoke: {
    readonly clientAuth: 'any' | 'header' | 'body';
    /** Of access tokens that a store whose tokens are `eventual` does not find, asked for by a client that only names itself. */
    readonly failures: FailureLimit;
  };
  readonly tokeninfo: {
    readonly location: 'body' | 'query' | 'selector';
    readonly parameter: string;
    readonly selector: string;
    readonly extra: Readonly<Record<string, string>>;
    /** False: a client must authenticate. */
    readonly anonymous: boolean;
    readonly failures: FailureLimit;
    readonly acceptQueryToken: boolean;
  };
  /** OpenID Connect, which a server speaks that has a key to sign with. */
  readonly idToken: {
    readonly ttlSeconds: number;
    /** Selector of `sub`; the same at UserInfo. */
    readonly subject: string;
    /** Selector of `iss`; empty: the server's issuer. */
    readonly issuer: string;
    /** More claims, name to selector. */
    readonly claims: Readonly<Record<string, string>>;
  };
  readonly openid: {
    /** Whether OpenID Connect Discovery describes the server. */
    readonly discovery: boolean;
    /** Where UserInfo is. */
    readonly userInfoPath: string;
  };
  readonly introspection: { readonly ownAudienceOnly: boolean };
  readonly resource: ResourceSettings;
  /** Descriptions an operator put in place of ours. */
  readonly errorDescriptions: Readonly<Partial<Record<OAuthErrorCode, string>>>;
  readonly limits: Limits;
  readonly monitoring: {
    readonly enabled: boolean;
    readonly serviceName: string;
    readonly clientAttribute: string;
    readonly compositeContext: boolean;
    readonly recordOutbound: boolean;
  };
}

/** Bytes unless said otherwise; checked before any work is done for the value (security.md 1.1). */
export interface Limits {
  readonly requestLine: number;
  readonly headers: number;
  readonly authorization: number;
  readonly body: number;
  readonly parameters: number;
  readonly clientId: number;
  readonly clientSecret: number;
  readonly username: number;
  readonly password: number;
  readonly redirectUri: number;
  readonly state: number;
  readonly nonce: number;
  readonly shortText: number;
  readonly scope: number;
  readonly scopeTokens: number;
  readonly scopeToken: number;
  readonly resources: number;
  readonly handle: number;
  /** A JWT of whatever kind, as it is sent. */
  readonly jwt: number;
  /** A SAML assertion in base64url, as it is sent. */
  readonly saml: number;
  /** Elements inside each other, in XML. */
  readonly xmlDepth: number;
  /** Elements in all; as many attributes. */
  readonly xmlElements: number;
  /** Attributes of one element. */
  readonly xmlAttributes: number;
  /** Namespace declarations in all. */
  readonly xmlNamespaces: number;
  /** Names in one `InclusiveNamespaces`. */
  readonly xmlPrefixes: number;
  /** The header of a JWT or JWE, decoded. */
  readonly joseHeader: number;
  /** A `jti`, an assertion's `ID`, a `kid`. */
  readonly assertionId: number;
  /** A key set that is fetched. */
  readonly jwks: number;
  /** Keys in a key set. */
  readonly jwksKeys: number;
  /** Names and values of a request's parameters that are stored with its tokens. */
  readonly keptParameters: number;
  /** argon2id or scrypt at once, for each core. */
  readonly slowHashesPerCore: number;
  /** Slow hashes that may wait; the next is refused. */
  readonly slowHashesWaiting: number;
  /** One store call, milliseconds. */
  readonly storeCallMs: number;
}
