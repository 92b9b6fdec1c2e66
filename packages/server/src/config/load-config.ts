import { checkAgainstSchema } from './check.ts';
import type { CompleteConfig } from './config.ts';
import { ConfigError, type ConfigProblem } from './config-error.ts';
import { DEFAULT_CONFIG } from './defaults.ts';
import { knownVariables, readEnvironment } from './environment.ts';
import { type Layer, valueAt } from './layer.ts';
import { mergeLayers } from './merge.ts';
import { nearest } from './nearest.ts';
import { SETTINGS } from './settings/index.ts';

/** What an operator said, checked, and everything else by default. */
export interface LoadedConfig {
  readonly config: CompleteConfig;
  /** Whether a setting was said at all, as against by default. */
  given(key: string): boolean;
  /** Where a setting was said; null: by default. */
  origin(key: string): string | null;
  /** Sentences that an operator should read. */
  readonly warnings: readonly string[];
}

type Tree = Record<string, unknown>;
const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value);

function withDefaults(defaults: unknown, given: unknown): unknown {
  if (given === undefined) return defaults;
  if (!isTree(defaults) || !isTree(given)) return given;
  const result: Tree = { ...defaults };
  for (const name of Object.keys(given)) result[name] = withDefaults(defaults[name], given[name]);
  return result;
}

function ineffective(values: unknown): readonly string[] {
  return SETTINGS.filter(({ effect, key }) => effect === 'none' && valueAt(values, key.split('.')) !== undefined).map(
    ({ key, reference, meaning }) => `${key} (${reference}) has no effect. ${meaning}`,
  );
}

/**
 * Lays file, environment and flags over each other and checks the whole.
 * @throws ConfigError with every problem found
 */
export function loadConfig(
  layers: readonly Layer[],
  also: { readonly unknownVariables?: readonly string[] } = {},
): LoadedConfig {
  const problems: ConfigProblem[] = [];
  const merged = mergeLayers(layers, problems);
  const said = new Set(problems.map(({ key }) => key));
  problems.push(...checkAgainstSchema(merged).filter(({ key }) => !said.has(key)));
  if (problems.length > 0) throw new ConfigError(problems);
  const unknown = (also.unknownVariables ?? []).map((name) => {
    const near = nearest(name, knownVariables());
    return `The environment variable ${name} is not a setting${near === undefined ? '' : `; did you mean ${near}?`}`;
  });
  const given = (key: string): boolean => valueAt(merged.values, key.split('.')) !== undefined;
  return {
    config: withDefaults(DEFAULT_CONFIG, merged.values) as CompleteConfig,
    given,
    origin: (key) => (given(key) ? merged.origin(key.split('.')) : null),
    warnings: [...unknown, ...ineffective(merged.values)],
  };
}

/** The environment as a layer, and what of it is no setting. */
export function environmentLayer(
  variables: Readonly<Record<string, string | undefined>>,
  folder: string,
): { readonly layer: Layer; readonly unknownVariables: readonly string[] } {
  const layer = readEnvironment(variables, folder);
  return { layer, unknownVariables: layer.unknown };
}
