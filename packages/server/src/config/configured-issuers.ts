import { type TrustedIssuer, TrustedIssuerError, validateTrustedIssuer } from '@gatehouse/core';
import type { TrustedIssuerConfig } from './config.ts';
import { ConfigError, type ConfigProblem } from './config-error.ts';
import { readKeySources } from './key-sources.ts';
import type { LoadedConfig } from './load-config.ts';

/**
 * The trusted issuers of a configuration, with the files of their keys read.
 * @throws ConfigError with what is wrong with each of them
 */
export async function readTrustedIssuers(loaded: LoadedConfig): Promise<ReadonlyMap<string, TrustedIssuer>> {
  const { hooks, trustedIssuers = [] } = loaded.config;
  const problems: ConfigProblem[] = [];
  const issuers = new Map<string, TrustedIssuer>();
  for (const [index, given] of trustedIssuers.entries()) {
    const key = `trustedIssuers.${index}`;
    const origin = loaded.origin(key);
    try {
      const issuer = await readIssuer(key, origin, given);
      if (issuers.has(issuer.issuer))
        throw refuse(`${key}.issuer`, origin, 'is the name of another one too', 'put the two together');
      issuers.set(issuer.issuer, issuer);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      problems.push(...error.problems);
    }
  }
  // Nobody but the deployment can say whom a foreign name means here.
  if (issuers.size > 0 && !hooks?.mapAssertedSubject)
    problems.push({
      key: 'hooks.mapAssertedSubject',
      origin: null,
      problem: 'is missing, and there are trustedIssuers',
      fix: 'write the hook: it says which owner of this server a subject of theirs is',
    });
  if (problems.length > 0) throw new ConfigError(problems);
  return issuers;
}

async function readIssuer(key: string, origin: string | null, given: TrustedIssuerConfig): Promise<TrustedIssuer> {
  const keys = await readKeySources(key, origin, given);
  try {
    return validateTrustedIssuer({ ...given, ...keys });
  } catch (error) {
    if (!(error instanceof TrustedIssuerError)) throw error;
    const at = `${key}.${error.member.replaceAll(/\[(\d+)\]/g, '.$1')}`;
    throw refuse(at, origin, error.fault, `mend it in the entry of ${JSON.stringify(given.issuer)}`);
  }
}

function refuse(key: string, origin: string | null, problem: string, fix: string): ConfigError {
  return new ConfigError([{ key, origin, problem, fix }]);
}
