import { X509Certificate } from 'node:crypto';
import { ConfigError } from './config-error.ts';
import { readKeySources } from './key-sources.ts';
import type { LoadedConfig } from './load-config.ts';

const KEY = 'mtls.authorities';

/**
 * Those whose certificates count, DER in base64.
 * @throws ConfigError naming the file
 */
export async function readAuthorities({ config, origin }: LoadedConfig): Promise<readonly string[]> {
  const given = config.mtls?.authorities;
  const at = origin(KEY);
  const { certificates = [] } = await readKeySources('mtls', at, given === undefined ? {} : { certificates: given });
  return certificates.map((text) => {
    try {
      const pem = text.trimStart().startsWith('-----BEGIN');
      const certificate = new X509Certificate(pem ? text : Buffer.from(text, 'base64'));
      return certificate.raw.toString('base64');
    } catch {
      throw new ConfigError([
        {
          key: KEY,
          origin: at,
          problem: 'has something that is no X.509 certificate',
          fix: 'give PEM files of authorities',
        },
      ]);
    }
  });
}
