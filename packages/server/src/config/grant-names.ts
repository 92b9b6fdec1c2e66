import { DEFAULT_GRANTS } from '@gatehouse/core';
import type { ConfigProblem } from './config-error.ts';
import type { LoadedConfig } from './load-config.ts';
import { nearest } from './nearest.ts';

/** Every grant that is named has to be one: ours, or one of `customGrants`. */
export function grantNameProblems(loaded: LoadedConfig): readonly ConfigProblem[] {
  const { config } = loaded;
  const known = new Set([...DEFAULT_GRANTS.keys(), ...(config.customGrants ?? []).map(({ grantType }) => grantType)]);
  const named = [
    ...Object.keys(config.grants ?? {}).map((grant) => ({ key: `grants.${grant}`, grant })),
    ...(config.enabledGrants ?? []).map((grant, i) => ({ key: `enabledGrants.${i}`, grant })),
    ...(config.clients ?? []).flatMap(({ grantTypes = [] }, client) =>
      grantTypes.map((grant, i) => ({ key: `clients.${client}.grantTypes.${i}`, grant })),
    ),
  ];
  return named
    .filter(({ grant }) => !known.has(grant))
    .map(({ key, grant }) => {
      const near = nearest(grant, known);
      return {
        key,
        origin: loaded.origin(key),
        problem: `names the grant ${JSON.stringify(grant)}, which there is not`,
        fix: near === undefined ? `use one of ${[...known].join(', ')}` : `did you mean "${near}"?`,
      };
    });
}
