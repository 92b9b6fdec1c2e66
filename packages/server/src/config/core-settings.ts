import { DEFAULT_SETTINGS, DEFAULT_TOKENS, type Settings, type TokenSettings } from '@gatehouse/core';
import type { Config } from './config.ts';

type Tree = Readonly<Record<string, unknown>>;
const isTree = (value: unknown): value is Tree =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  Object.getPrototypeOf(value) !== Map.prototype;

/** Of a configuration, what the model has members for; an empty object in the model takes any names. */
function like<T>(model: T, given: unknown): T {
  if (given === undefined) return model;
  if (!isTree(model) || !isTree(given)) return given as T;
  if (Object.keys(model).length === 0) return { ...given } as T;
  return Object.fromEntries(Object.keys(model).map((name) => [name, like((model as Tree)[name], given[name])])) as T;
}

/** Core's settings out of a configuration that has been checked: maps and sets in place of objects and lists. */
export function coreSettings(
  config: Config,
  issuer: string,
  errorDescriptions: Settings['errorDescriptions'],
): Settings {
  const { grants, enabledGrants, ...model } = DEFAULT_SETTINGS;
  const tokens = Object.entries(config.grants ?? {}).map(([grant, given]): [string, TokenSettings] => [
    grant,
    like(grants.get(grant) ?? DEFAULT_TOKENS, given),
  ]);
  return {
    ...like(model, { ...config, errorDescriptions: {} }),
    issuer: issuer.replace(/\/$/, ''),
    grants: new Map(tokens),
    enabledGrants: new Set(config.enabledGrants ?? enabledGrants),
    errorDescriptions,
  };
}
