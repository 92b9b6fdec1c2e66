import { ownPaths } from '../routes/own-paths.ts';
import { EVENT_NAMES } from '../telemetry/event-names.ts';
import type { ConfigProblem } from './config-error.ts';
import type { LoadedConfig } from './load-config.ts';
import { nearest } from './nearest.ts';

/** A hook for what there is not would never be called, and nobody would know. */
export function hookNameProblems(loaded: LoadedConfig): readonly ConfigProblem[] {
  const { config } = loaded;
  const paths = ownPaths(config);
  const named = [
    ...Object.keys(config.hooks?.events ?? {}).map((name) => ({ under: 'hooks.events', name, known: EVENT_NAMES })),
    ...Object.keys(config.paths ?? {}).map((name) => ({ under: 'paths', name, known: paths })),
  ];
  return named
    .filter(({ name, known }) => !known.some((one) => one === name))
    .map(({ under, name, known }) => {
      const near = nearest(name, known);
      return {
        key: `${under}.${name}`,
        origin: loaded.origin(under),
        problem: under === 'paths' ? 'is no path of this server' : 'is no event',
        fix: near === undefined ? `use one of ${known.join(', ')}` : `did you mean "${near}"?`,
      };
    });
}
