import type { KeyObject } from 'node:crypto';
import {
  type Client,
  createServerSecrets,
  type Settings,
  type SigningKey,
  type VerificationKey,
} from '@gatehouse/core';
import { isLoopback } from '../http/listen.ts';
import type { TlsFiles } from '../http/tls.ts';
import type { OwnerRecord } from '../owners/configured-owner-directory.ts';
import type { CompleteConfig } from './config.ts';
import { ConfigError, type ConfigProblem } from './config-error.ts';
import { readClients } from './configured-clients.ts';
import { readTrustedIssuers } from './configured-issuers.ts';
import { readOwners } from './configured-owners.ts';
import { readDecryptionKeys } from './decryption-keys.ts';
import { readErrorDescriptions } from './error-descriptions.ts';
import { grantNameProblems } from './grant-names.ts';
import { hookNameProblems } from './hook-names.ts';
import type { LoadedConfig } from './load-config.ts';
import { readAuthorities } from './mtls-authorities.ts';
import { namedStoreProblems } from './named-stores.ts';
import { ruleProblems } from './rules.ts';
import { readSecret } from './secret-source.ts';
import { makeServerSecret, readServerSecrets, type ServerSecretList } from './server-secrets.ts';
import { readRetiredKeys, readSigningKeys } from './signing-keys.ts';
import { schemeOf } from './store-scheme.ts';

/** A configuration with everything read that it points to. */
export interface ResolvedConfig {
  readonly loaded: LoadedConfig;
  readonly config: CompleteConfig;
  readonly secrets: ServerSecretList;
  readonly clients: readonly Client[];
  readonly owners: readonly OwnerRecord[];
  readonly errorDescriptions: Settings['errorDescriptions'];
  readonly trustedIssuers: Settings['trustedIssuers'];
  /** Whose certificates `tls_client_auth` takes, DER in base64. */
  readonly mtlsAuthorities: readonly string[];
  /** That assertions may be encrypted to. */
  readonly decryptionKeys: readonly KeyObject[];
  /** That ID tokens are signed with; none: no OpenID Connect. */
  readonly signingKeys: readonly SigningKey[];
  /** That signed before. */
  readonly retiredKeys: readonly VerificationKey[];
  readonly tls: TlsFiles | null;
  /** Whether nobody but this machine can reach the listener. */
  readonly loopback: boolean;
}

/** Whether secrets and keys may end with the process: nobody but this machine reaches it, and what the store holds ends too. */
export function mayBeEphemeral({ config }: LoadedConfig): boolean {
  const url = typeof config.store === 'object' ? config.store.url : config.store;
  const forgets = typeof url === 'string' && schemeOf(url) === 'cache' && config.cache?.snapshot?.file === undefined;
  return forgets && isLoopback(config.listener.host);
}

async function tlsFiles({ config, origin }: LoadedConfig): Promise<TlsFiles | null> {
  const { certificate, key, passphrase, minimumVersion } = config.listener.tls;
  if (certificate === undefined || key === undefined) return null;
  const name = 'listener.tls.passphrase';
  return {
    certificate,
    key,
    passphrase: passphrase === undefined ? null : await readSecret(name, origin(name), passphrase),
    minimumVersion,
  };
}

/**
 * Reads secrets, files, clients and owners, and checks what settings say together.
 * @throws ConfigError with every problem found
 */
export async function resolveConfig(loaded: LoadedConfig): Promise<ResolvedConfig> {
  const { config } = loaded;
  const problems: ConfigProblem[] = [
    ...ruleProblems(loaded),
    ...grantNameProblems(loaded),
    ...hookNameProblems(loaded),
    ...namedStoreProblems(loaded),
  ];
  const part = async <T>(read: () => T | Promise<T>): Promise<T> => {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      problems.push(...error.problems);
      // Never seen: with a problem the whole is refused.
      return undefined as T;
    }
  };
  const ephemeral = mayBeEphemeral(loaded);
  // Making one takes a moment of another core, so it is begun first.
  const signingKeys = part(() => readSigningKeys(loaded, ephemeral));
  const secrets = await part(() => readServerSecrets(loaded, ephemeral));
  const resolved: ResolvedConfig = {
    loaded,
    config,
    loopback: isLoopback(config.listener.host),
    secrets,
    // Without the server's secrets the whole is refused; what else is wrong is said all the same.
    clients: await part(() => readClients(loaded, createServerSecrets(secrets?.secrets ?? [makeServerSecret()]))),
    owners: await part(() => readOwners(loaded)),
    errorDescriptions: await part(() =>
      readErrorDescriptions(config.errorDescriptions, loaded.origin('errorDescriptions')),
    ),
    trustedIssuers: await part(() => readTrustedIssuers(loaded)),
    mtlsAuthorities: await part(() => readAuthorities(loaded)),
    decryptionKeys: await part(() => readDecryptionKeys(loaded)),
    signingKeys: await signingKeys,
    retiredKeys: await part(() => readRetiredKeys(loaded)),
    tls: await part(() => tlsFiles(loaded)),
  };
  if (problems.length > 0) throw new ConfigError(problems);
  return resolved;
}
