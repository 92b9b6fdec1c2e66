import { DEFAULT_GRANTS } from '@gatehouse/core';
import { type Layer, putAt } from './layer.ts';
import { SETTINGS } from './settings/index.ts';
import { typedText } from './typed-text.ts';
import type { ValueType } from './value-types.ts';

const PREFIX = 'GATEHOUSE_';

/** The variable that names the configuration file. */
export const CONFIG_VARIABLE: string = `${PREFIX}CONFIG`;

const words = (key: string): string =>
  key
    .replaceAll('.', '_')
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toUpperCase();

/** `authorize.code.ttlSeconds` → `GATEHOUSE_AUTHORIZE_CODE_TTL_SECONDS`. */
export function variableOf(key: string): string {
  return PREFIX + words(key);
}

interface Target {
  readonly path: readonly string[];
  readonly from: ValueType['from'];
  readonly secretFile: boolean;
}

function targets(): ReadonlyMap<string, Target> {
  const all = new Map<string, Target>();
  const add = (name: string, key: string, from: ValueType['from'], secret: boolean): void => {
    const path = key.split('.');
    all.set(name, { path, from, secretFile: false });
    if (secret) all.set(`${name}_FILE`, { path, from: 'text', secretFile: true });
  };
  for (const { key, type, alias } of SETTINGS) {
    if (key.includes('[]')) continue;
    if (key.startsWith('grants.*.'))
      for (const grant of DEFAULT_GRANTS.keys())
        add(variableOf(key.replace('*', grant)), key.replace('*', grant), type.from, type.secret === true);
    else if (!key.includes('*')) {
      add(variableOf(key), key, type.from, type.secret === true);
      if (alias?.variable) add(alias.variable, key, type.from, false);
    }
  }
  for (const whole of ['clients', 'owners', 'stores']) add(variableOf(whole), whole, 'json', false);
  return all;
}

// A service named "gatehouse" makes Kubernetes set GATEHOUSE_PORT=tcp://… and its kin in every pod.
const OF_THE_CLUSTER =
  /^GATEHOUSE_(\w+_)?(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)$/;

/** The settings among the variables of the environment; an empty variable counts as not set. */
export function readEnvironment(
  variables: Readonly<Record<string, string | undefined>>,
  folder: string,
): Layer & { readonly unknown: readonly string[] } {
  const known = targets();
  const values = Object.create(null) as Record<string, unknown>;
  const origins = new Map<string, string>();
  const unknown: string[] = [];
  for (const [name, text] of Object.entries(variables)) {
    if (text === undefined || text === '') continue;
    const target = known.get(name);
    if (target) {
      putAt(values, target.path, target.secretFile ? { file: text } : typedText(text, target.from));
      origins.set(target.path.join('.'), name);
    } else if (name.startsWith(PREFIX) && name !== CONFIG_VARIABLE && !OF_THE_CLUSTER.test(name)) unknown.push(name);
  }
  return {
    values,
    folder,
    unknown,
    origin(path) {
      for (let depth = path.length; depth > 0; depth--) {
        const name = origins.get(path.slice(0, depth).join('.'));
        if (name !== undefined) return `the environment variable ${name}`;
      }
      return 'the environment';
    },
  };
}

/** The variables there are, for {@link nearest}. */
export function knownVariables(): readonly string[] {
  return [...targets().keys()];
}
