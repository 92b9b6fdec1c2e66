import { createPrivateKey, type KeyObject } from 'node:crypto';
import { ConfigError } from './config-error.ts';
import type { LoadedConfig } from './load-config.ts';
import { readSecret, sourcesOf } from './secret-source.ts';

const KEY = 'assertion.decryptionKeys';
const SHORTEST_RSA = 2_048;

/**
 * The private keys that assertions may be encrypted to.
 * @throws ConfigError without a word of the key
 */
export async function readDecryptionKeys({ config, origin }: LoadedConfig): Promise<readonly KeyObject[]> {
  const sources = sourcesOf(config.assertion?.decryptionKeys);
  const at = origin(KEY);
  return Promise.all(
    sources.map(async (source) => {
      const text = await readSecret(KEY, at, source);
      let key: KeyObject;
      try {
        key = createPrivateKey(text);
      } catch {
        throw refuse(at, 'has something that is no private key in PEM', 'give a PEM file without a passphrase');
      }
      const { asymmetricKeyDetails: details, asymmetricKeyType: type } = key;
      if (type === 'rsa' ? (details?.modulusLength ?? 0) < SHORTEST_RSA : type !== 'ec')
        throw refuse(at, 'has a key that is neither RSA of 2048 bits nor EC', 'make such a one');
      return key;
    }),
  );
}

function refuse(origin: string | null, problem: string, fix: string): ConfigError {
  return new ConfigError([{ key: KEY, origin, problem, fix }]);
}
