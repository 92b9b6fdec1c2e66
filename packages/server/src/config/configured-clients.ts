import { readFile, stat } from 'node:fs/promises';
import {
  type Client,
  ClientMetadataError,
  hashMachineSecret,
  type SealedSecret,
  type ServerSecrets,
  sealClientSecret,
  systemEntropy,
  validateClient,
} from '@gatehouse/core';
import type { ClientConfig, ClientSecretSource, SecretSource } from './config.ts';
import { ConfigError, type ConfigProblem } from './config-error.ts';
import { readKeySources } from './key-sources.ts';
import type { LoadedConfig } from './load-config.ts';
import { readSecret, sourcesOf } from './secret-source.ts';

const LARGEST_LOGO = 700_000;

/** First bytes of the formats a browser shows. */
const IMAGES: readonly (readonly [type: string, starts: RegExp])[] = [
  ['image/png', /^\x89PNG\r\n/],
  ['image/jpeg', /^\xff\xd8\xff/],
  ['image/gif', /^GIF8[79]a/],
  ['image/webp', /^RIFF....WEBP/s],
  ['image/svg+xml', /^\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)?<svg[\s>]/s],
];

async function readLogo(key: string, origin: string | null, file: string): Promise<string> {
  const refuse = (problem: string, fix: string): ConfigError => new ConfigError([{ key, origin, problem, fix }]);
  let bytes: Buffer;
  try {
    if ((await stat(file)).size > LARGEST_LOGO)
      throw refuse(`names the file ${file}, which is too large`, `a logo has at most ${LARGEST_LOGO} bytes`);
    bytes = await readFile(file);
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw refuse(`names the file ${file}, which cannot be read`, 'see that it is there and may be read');
  }
  const start = bytes.subarray(0, 512).toString('latin1');
  const type = IMAGES.find(([, starts]) => starts.test(start))?.[0];
  if (type === undefined)
    throw refuse(`names the file ${file}, which is no picture`, 'give a PNG, JPEG, GIF, WebP or SVG file');
  return `data:${type};base64,${bytes.toString('base64')}`;
}

async function storedSecret(
  key: string,
  origin: string | null,
  source: ClientSecretSource,
): Promise<{ hash: string; expiresAt?: number | string }> {
  if (typeof source === 'object' && 'hash' in source) return source;
  return { hash: hashMachineSecret(await readSecret(key, origin, source)) };
}

async function readClient(
  loaded: LoadedConfig,
  serverSecrets: ServerSecrets,
  given: ClientConfig,
  index: number,
): Promise<Client> {
  const key = `clients.${index}`;
  const origin = loaded.origin(key);
  const { secrets: sources, hmacSecrets, logo, ...members } = given;
  const secrets = await Promise.all(
    sourcesOf<ClientSecretSource>(sources).map((source) => storedSecret(`${key}.secrets`, origin, source)),
  );
  const plain = await Promise.all(
    sourcesOf<SecretSource>(hmacSecrets).map((source) => readSecret(`${key}.hmacSecrets`, origin, source)),
  );
  const keys = await readKeySources(key, origin, given);
  const picture = typeof logo === 'object' ? await readLogo(`${key}.logo`, origin, logo.file) : logo;
  try {
    const entropy = systemEntropy();
    const sealedSecrets = plain.map(
      (secret): SealedSecret => ({ sealed: sealClientSecret({ entropy, secrets: serverSecrets }, given.id, secret) }),
    );
    const pictured = picture === undefined ? {} : { logo: picture };
    return validateClient({ ...members, ...keys, secrets, sealedSecrets, ...pictured });
  } catch (error) {
    if (!(error instanceof ClientMetadataError)) throw error;
    const asSetting = (text: string): string => text.replace(/\bsealedSecrets\b/, 'hmacSecrets');
    const [fault, ...reasons] = asSetting(error.fault).split(': ');
    throw new ConfigError([
      {
        // `redirectUris[0]` as every other key is written.
        key: `${key}.${asSetting(error.member).replaceAll(/\[(\d+)\]/g, '.$1')}`,
        origin,
        problem: fault ?? error.fault,
        fix: reasons.length > 0 ? reasons.join(': ') : `mend it in the client ${JSON.stringify(given.id)}`,
      },
    ]);
  }
}

/**
 * The clients in a configuration, with their secrets hashed.
 * @throws ConfigError with what is wrong with each of them
 */
export async function readClients(loaded: LoadedConfig, secrets: ServerSecrets): Promise<readonly Client[]> {
  const results = await Promise.allSettled(
    (loaded.config.clients ?? []).map((given, index) => readClient(loaded, secrets, given, index)),
  );
  const problems: ConfigProblem[] = [];
  const clients = new Map<string, Client>();
  results.forEach((result, index) => {
    if (result.status === 'rejected') {
      if (!(result.reason instanceof ConfigError)) throw result.reason;
      problems.push(...result.reason.problems);
    } else if (clients.has(result.value.id)) {
      const key = `clients.${index}.id`;
      const problem = `is ${JSON.stringify(result.value.id)}, which another client has too`;
      problems.push({ key, origin: loaded.origin(key), problem, fix: 'give each client an id of its own' });
    } else clients.set(result.value.id, result.value);
  });
  if (problems.length > 0) throw new ConfigError(problems);
  return [...clients.values()];
}
