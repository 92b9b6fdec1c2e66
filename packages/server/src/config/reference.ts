import { DEFAULT_SETTINGS } from '@gatehouse/core';
import { DEFAULT_CACHE_LIMITS } from '@gatehouse/store-cache';
import * as z from 'zod';
import { DEFAULT_CONFIG } from './defaults.ts';
import { variableOf } from './environment.ts';
import { SETTING_FLAGS } from './flags.ts';
import { valueAt } from './layer.ts';
import { schemaFor } from './schema.ts';
import type { Setting } from './setting.ts';
import { SETTING_GROUPS, SETTINGS } from './settings/index.ts';

/** The manual's page and the editors' schema, made of the table of settings. */

/** Defaults that another package owns, by our key. */
const ELSEWHERE: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['enabledGrants', [...DEFAULT_SETTINGS.enabledGrants]],
  ['cache.maxElementsInMemory', DEFAULT_CACHE_LIMITS.maxElements],
  ['cache.maxRegisters', DEFAULT_CACHE_LIMITS.maxRegisters],
  ['cache.maxNonces', DEFAULT_CACHE_LIMITS.maxNonces],
  ['cache.maxNoncesPerSpace', DEFAULT_CACHE_LIMITS.maxNoncesPerSpace],
  ['cache.maxCounters', DEFAULT_CACHE_LIMITS.maxCounters],
]);

function show(value: unknown): string {
  if (value === '') return 'empty';
  return `\`${typeof value === 'string' ? value : JSON.stringify(value).replaceAll('","', '", "')}\``;
}

/** Of a grant's setting, the value of most grants, and of those that differ. */
function defaultOfGrants(key: string): string {
  const rest = key.slice('grants.*.'.length).split('.');
  const values = Object.entries(DEFAULT_CONFIG.grants ?? {}).map(
    ([grant, tokens]) => [grant, valueAt(tokens, rest)] as const,
  );
  const common = valueAt(DEFAULT_CONFIG.grants?.['authorization_code'], rest);
  if (common === undefined) return '';
  const others = values.filter(([, value]) => JSON.stringify(value) !== JSON.stringify(common));
  return [show(common), ...others.map(([grant, value]) => `${grant}: ${show(value)}`)].join('; ');
}

function defaultOf({ key, effect }: Setting): string {
  if (effect === 'none') return '';
  if (key.startsWith('grants.*.')) return defaultOfGrants(key);
  const value = ELSEWHERE.get(key) ?? valueAt(DEFAULT_CONFIG, key.split('.'));
  return value === undefined || value === null ? '' : show(value);
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

function row(setting: Setting): string {
  const { key, type, unit, meaning, reference, alias } = setting;
  const fallback = defaultOf(setting);
  const also = alias?.key === undefined ? '' : ` Also \`${alias.key}\`.`;
  const columns = [
    `\`${key}\``,
    type.must + (unit === undefined ? '' : ` (${unit})`),
    fallback + (unit !== undefined && fallback !== '' && unit.length < 3 ? ` ${unit}` : ''),
    meaning + also,
    reference === undefined ? '' : `\`${reference}\``,
  ];
  return `| ${columns.map(cell).join(' | ')} |`;
}

const INTRODUCTION = `# Configuration

A server is configured by \`gatehouse.config.ts\` (or \`.js\`, \`.json\`, \`.yaml\`) in its folder or named by \`--config\`, by the
environment, and by flags. Flags win over the environment, the environment over the file, the file over the defaults.
What is not a setting, \`null\`, or of another type is refused at start, with the key, where it was said, and what to do.

\`\`\`ts
import { defineConfig } from '@gatehouse/server';

export default defineConfig({
  issuer: 'https://login.example.com',
  secrets: [{ file: '/run/secrets/gatehouse' }],
  listener: { trustedHops: 1, host: '0.0.0.0' },
  clients: [
    {
      id: 'my-app',
      secrets: { env: 'MY_APP_SECRET' },
      redirectUris: ['https://app.example.com/callback'],
      scopes: ['orders.read'],
    },
  ],
});
\`\`\`

The same in YAML, with the schema for the editor:

\`\`\`yaml
# yaml-language-server: $schema=./docs/gatehouse.schema.json
issuer: https://login.example.com
secrets: [{ file: /run/secrets/gatehouse }]
\`\`\`

- **Environment**: \`authorize.code.ttlSeconds\` is \`${variableOf('authorize.code.ttlSeconds')}\`; the port is also \`PORT\`. Of a
  grant: \`${variableOf('grants.password.accessToken.ttlSeconds')}\`. A list is written with commas or as JSON; an object,
  \`clients\` and \`owners\` included, as JSON. A secret can be a file: \`${variableOf('secrets')}_FILE\`.
- **Flags**: ${Object.entries(SETTING_FLAGS)
  .map(([flag, { value, key }]) => `\`--${flag} ${value}\` (\`${key}\`)`)
  .join(', ')}, and \`--set key=value\` for every other.
- **Secrets** are a text, \`{ "file": "…" }\` (one line end is cut), \`{ "env": "…" }\` or, in TypeScript, a function. Lists rotate: the
  first is used, all of them are accepted.
- **Paths** in a file start from that file's folder.
- \`*\` stands for any name, \`[]\` for each item of a list. \`gatehouse check\` reads all of it and starts nothing.
`;

/** docs/configuration.md. */
export function configurationPage(): string {
  const groups = SETTING_GROUPS.map(({ title, settings }) =>
    [
      `## ${title}`,
      '',
      '| Key | Value | Default | Meaning | Reference system |',
      '| --- | --- | --- | --- | --- |',
      ...settings.map(row),
      '',
    ].join('\n'),
  );
  return [INTRODUCTION, ...groups].join('\n');
}

/** docs/gatehouse.schema.json: for editors, of what a JSON or YAML file may hold. */
export function configurationSchema(): string {
  const also = SETTINGS.flatMap((setting) =>
    setting.alias?.key === undefined
      ? []
      : [{ ...setting, key: setting.alias.key, meaning: `The same as ${setting.key}.` }],
  );
  const schema = z.toJSONSchema(schemaFor([...SETTINGS, ...also]), {
    io: 'input',
    unrepresentable: 'any',
    reused: 'inline',
  });
  const named = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Gatehouse configuration',
    ...schema,
    // A JSON file names this schema so.
    properties: { $schema: { type: 'string' }, ...schema.properties },
  };
  return `${JSON.stringify(withoutFunctions(named), null, 2)}\n`;
}

/** A function cannot be written in JSON: where it is one choice of several it goes, alone it stays as anything. */
function withoutFunctions(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutFunctions);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      name === 'anyOf' && Array.isArray(member)
        ? member.filter((choice) => Object.keys(choice as object).length > 0).map(withoutFunctions)
        : withoutFunctions(member),
    ]),
  );
}
