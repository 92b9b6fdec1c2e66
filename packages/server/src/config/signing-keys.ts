import { readRetiredKey, readSigningKey, type SigningKey, signingKeyOf, type VerificationKey } from '@gatehouse/core';
import type { SecretSource } from './config.ts';
import { ConfigError } from './config-error.ts';
import type { LoadedConfig } from './load-config.ts';
import { makeRs256Key } from './make-signing-key.ts';
import { readSecret, sourcesOf } from './secret-source.ts';

const KEYS = 'idToken.keys';
const RETIRED = 'idToken.retiredKeys';

/**
 * The private keys that ID tokens are signed with. A missing one is made for the process where nothing outlives it, as
 * the server's secret is; elsewhere none means that the server does not speak OpenID Connect.
 * @throws ConfigError without a word of a key
 */
export async function readSigningKeys(loaded: LoadedConfig, mayBeEphemeral: boolean): Promise<readonly SigningKey[]> {
  const keys = await readKeys(loaded, KEYS, sourcesOf(loaded.config.idToken?.keys), readSigningKey);
  return keys.length === 0 && mayBeEphemeral ? [signingKeyOf((await makeRs256Key()).privateKey)] : keys;
}

/** Keys that signed before, private or public. @throws ConfigError without a word of a key */
export function readRetiredKeys(loaded: LoadedConfig): Promise<readonly VerificationKey[]> {
  return readKeys(loaded, RETIRED, sourcesOf(loaded.config.idToken?.retiredKeys), readRetiredKey);
}

async function readKeys<T extends { readonly kid: string | null }>(
  loaded: LoadedConfig,
  setting: string,
  sources: readonly SecretSource[],
  read: (pem: string) => T,
): Promise<readonly T[]> {
  const origin = loaded.origin(setting);
  const refuse = (problem: string): ConfigError =>
    new ConfigError([
      { key: setting, origin, problem, fix: 'give each key as a file of its own, such as `gatehouse keys` makes' },
    ]);
  const keys = await Promise.all(
    sources.map(async (source) => {
      const text = await readSecret(setting, origin, source);
      try {
        return read(text);
      } catch (error) {
        throw refuse(error instanceof Error ? error.message : String(error));
      }
    }),
  );
  if (new Set(keys.map(({ kid }) => kid)).size < keys.length) throw refuse('has the same key twice');
  return keys;
}
