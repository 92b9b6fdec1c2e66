import type { ServerContext } from '../server/context.ts';
import type { Instant } from '../store/brands.ts';
import type { Client } from './client.ts';
import { openClientSecret } from './sealed-secret.ts';

/** Bytes that a key for each HMAC has at least (RFC 7518 3.2). */
const SHORTEST: Readonly<Record<string, number>> = { HS256: 32, HS384: 48, HS512: 64 };

/** A secret that both have, and the HMACs it is long enough for. */
export interface HmacSecret {
  readonly kid: null;
  readonly key: Buffer;
  readonly algorithms: readonly string[];
}

/** The HMACs that a secret of so many bytes is long enough for (SEC-143). */
export function hmacsFor(bytes: number): readonly string[] {
  return Object.keys(SHORTEST).filter((alg) => bytes >= (SHORTEST[alg] ?? Number.POSITIVE_INFINITY));
}

/** The secrets of a client that are kept for HMACs, those that have not ended. */
export function hmacSecrets(
  { secrets }: Pick<ServerContext, 'secrets'>,
  client: Client,
  now: Instant,
): readonly HmacSecret[] {
  return client.sealedSecrets
    .filter(({ expiresAt }) => expiresAt === undefined || now < expiresAt)
    .flatMap(({ sealed }) => openClientSecret(secrets, client.id, sealed) ?? [])
    .map((key) => ({
      kid: null,
      key,
      algorithms: hmacsFor(key.length),
    }));
}
