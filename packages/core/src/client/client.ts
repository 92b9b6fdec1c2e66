import type { KeyMaterial } from '../assertions/key-material.ts';
import type { ClientId, Instant } from '../store/brands.ts';

/** RFC 7591 2, `token_endpoint_auth_method`: those there are. */
export type ClientAuthMethod =
  | 'none'
  | 'client_secret_basic'
  | 'client_secret_post'
  | 'private_key_jwt'
  | 'client_secret_jwt'
  | 'tls_client_auth'
  | 'self_signed_tls_client_auth';

/** A stored secret: `sha256:<base64url>` for what a machine made, `argon2id:…` or `scrypt:…` for what a person chose or was imported. */
export interface ClientSecret {
  readonly hash: string;
  /** Absent: until it is removed. Two overlapping secrets make a rotation. */
  readonly expiresAt?: Instant;
}

/** A secret that has to be read back, for HMACs: sealed with the server's secret and bound to the client's id (R30). */
export interface SealedSecret {
  readonly sealed: string;
  readonly expiresAt?: Instant;
}

/** Which certificate is the client's, by exactly one of them (RFC 8705 2.1.2). */
export interface TlsClientAuth {
  /** RFC 4514, the most significant part last. */
  readonly subjectDn?: string;
  readonly sanDns?: string;
  readonly sanUri?: string;
  readonly sanIp?: string;
  readonly sanEmail?: string;
}

/** A registered client (RFC 7591 §2 names, in camel case), wherever it is kept. */
export interface Client extends KeyMaterial {
  readonly id: ClientId;
  readonly name: string;
  readonly description: string;
  /** Path or data the logo endpoint serves; never fetched from elsewhere. */
  readonly logo: string | null;
  readonly contacts: readonly string[];
  /** The application this credential belongs to; monitoring names it. Default: the id. */
  readonly applicationId: string;
  readonly type: 'confidential' | 'public';
  readonly enabled: boolean;
  readonly secrets: readonly ClientSecret[];
  /** With a secret: Basic and post unless the registration says less. */
  readonly authMethods: readonly ClientAuthMethod[];
  readonly redirectUris: readonly string[];
  /** Where the browser may be sent after a sign-out (OpenID Connect RP-Initiated Logout 3.1). */
  readonly postLogoutRedirectUris: readonly string[];
  readonly grantTypes: readonly string[];
  readonly responseTypes: readonly string[];
  readonly scopes: readonly string[];
  readonly defaultScopes: readonly string[];
  /** Resource identifiers (RFC 8707) its tokens are for; empty: none named. */
  readonly audience: readonly string[];
  readonly requirePkce: boolean;
  readonly allowPlainPkce: boolean;
  /** Basic without form decoding (RFC 6749 §2.3.1): a switch for old clients; the two are never both tried. */
  readonly rawBasic: boolean;
  /** No consent page for this client; never for a public client on a loopback or private-scheme URI. */
  readonly skipConsent: boolean;
  readonly corsOrigins: readonly string[];
  /** For `tls_client_auth` alone. */
  readonly tlsClientAuth: TlsClientAuth | null;
  /** Its tokens are bound to the certificate it asks with (RFC 8705 3). */
  readonly certificateBoundTokens: boolean;
  /** For `client_secret_jwt` alone. */
  readonly sealedSecrets: readonly SealedSecret[];
  /** Its own assertions may name owners (SEC-125). */
  readonly mayAssertOwners: boolean;
  /** JWS algorithm of its ID tokens (OpenID Connect Registration 2); null: that of the server's first key. */
  readonly idTokenSignedResponseAlg: string | null;
  /** What the `aud` of its client assertions is: the issuer, or for old clients the token endpoint (R21). */
  readonly assertionAudience: 'issuer' | 'token_endpoint';
}
