/** A public key as RFC 7517 4 writes it, judged when it was registered or fetched. */
export type PublicJwk = Readonly<Record<string, unknown>>;

/** RFC 7517 5. */
export interface JwkSet {
  readonly keys: readonly PublicJwk[];
}

/** Where the keys of a client or of a trusted issuer are. At least one of them has something. */
export interface KeyMaterial {
  readonly jwks: JwkSet | null;
  /** Fetched when first needed, cached, and never more often than once a minute. */
  readonly jwksUri: string | null;
  /** X.509 certificates, DER in base64: only their keys count, and only because they are registered. */
  readonly certificates: readonly string[];
  /** JWS algorithms it may sign with; empty: whatever fits the key. */
  readonly assertionAlgorithms: readonly string[];
  /** Seconds that an assertion may live from now on, within the server's own cap; null: that cap. */
  readonly assertionMaxSeconds: number | null;
}
