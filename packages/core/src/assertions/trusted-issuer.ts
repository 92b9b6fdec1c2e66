import type { ClientId } from '../store/brands.ts';
import type { KeyMaterial } from './key-material.ts';

/** Somebody else whose assertions about owners this server takes (RFC 7521 3). */
export interface TrustedIssuer extends KeyMaterial {
  /** The `iss` of its JWTs, the `Issuer` of its SAML assertions; compared letter by letter. */
  readonly issuer: string;
  /** Clients that may bring its assertions; null: every confidential one. A public client must be listed. */
  readonly clients: readonly ClientId[] | null;
  /** Audiences that count for its assertions besides the server's own. */
  readonly audience: readonly string[];
  /** The most that its assertions can give; null: what the client may have. */
  readonly scopes: readonly string[] | null;
}
