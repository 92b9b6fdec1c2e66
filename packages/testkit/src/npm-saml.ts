// @ts-expect-error: the package brings no types
import { Saml20 } from 'saml';

/** Options of the npm package saml, as far as tests set them. */
export interface NpmSamlOptions {
  /** PEM. */
  readonly key: string | Buffer;
  /** PEM; only put into `KeyInfo`. */
  readonly cert: string;
  readonly issuer: string;
  readonly lifetimeInSeconds: number;
  readonly audiences: string | readonly string[];
  readonly recipient: string;
  readonly nameIdentifier: string;
  readonly signatureAlgorithm?: 'rsa-sha256' | 'rsa-sha1';
  readonly digestAlgorithm?: 'sha256' | 'sha1';
  readonly attributes?: Readonly<Record<string, unknown>>;
  /** PEM, both of one key. */
  readonly encryptionPublicKey?: string;
  readonly encryptionCert?: string;
  readonly encryptionAlgorithm?: string;
  readonly keyEncryptionAlgorithm?: string;
  readonly disallowEncryptionWithInsecureAlgorithm?: boolean;
  readonly warnOnInsecureEncryptionAlgorithm?: boolean;
}

/** An assertion by somebody else's hand: the npm package saml. */
export function npmSaml(options: NpmSamlOptions): string {
  return (Saml20 as { create(options: NpmSamlOptions): string }).create(options);
}

/** The same, encrypted. */
export function npmSamlEncrypted(options: NpmSamlOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    (Saml20 as { create(options: NpmSamlOptions, done: (error: unknown, xml: string) => void): void }).create(
      options,
      (error, xml) => (error ? reject(error) : resolve(xml)),
    );
  });
}
