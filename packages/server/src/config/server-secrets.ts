import { randomBytes } from 'node:crypto';
import { MINIMUM_SECRET_BYTES } from '@gatehouse/core';
import { ConfigError } from './config-error.ts';
import type { LoadedConfig } from './load-config.ts';
import { readSecret, sourcesOf } from './secret-source.ts';

export interface ServerSecretList {
  /** The first seals, all of them open. */
  readonly secrets: readonly string[];
  /** Made for this process, so that nothing it sealed is ever opened by another. */
  readonly ephemeral: boolean;
}

/** 256 bits, as `gatehouse secret` prints them. */
export function makeServerSecret(): string {
  return randomBytes(32).toString('base64url');
}

/**
 * The server's secrets. A missing one is made for the process where nothing outlives it: then what it sealed is worth
 * nothing after a restart anyway (R43).
 * @throws ConfigError when it is missing elsewhere, or too short
 */
export async function readServerSecrets(loaded: LoadedConfig, mayBeEphemeral: boolean): Promise<ServerSecretList> {
  const key = 'secrets';
  const sources = sourcesOf(loaded.config.secrets);
  if (sources.length === 0) {
    if (mayBeEphemeral) return { secrets: [makeServerSecret()], ephemeral: true };
    throw new ConfigError([
      {
        key,
        origin: null,
        problem: 'is missing, and the store outlives the process or the server listens to other machines',
        fix: 'make one with `gatehouse secret` and give it as `secrets`, GATEHOUSE_SECRETS or GATEHOUSE_SECRETS_FILE',
      },
    ]);
  }
  const origin = loaded.origin(key);
  const secrets = await Promise.all(sources.map((source) => readSecret(key, origin, source)));
  const short = secrets.findIndex((secret) => Buffer.byteLength(secret) < MINIMUM_SECRET_BYTES);
  if (short >= 0)
    throw new ConfigError([
      {
        key: secrets.length === 1 ? key : `${key}.${short}`,
        origin,
        problem: `has ${Buffer.byteLength(secrets[short] ?? '')} bytes`,
        fix: `a secret has at least ${MINIMUM_SECRET_BYTES}; \`gatehouse secret\` makes one`,
      },
    ]);
  return { secrets, ephemeral: false };
}
