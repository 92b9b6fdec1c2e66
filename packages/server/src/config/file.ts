import { access, readFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { ConfigError } from './config-error.ts';
import type { Layer } from './layer.ts';

const NAMES = ['ts', 'mts', 'js', 'mjs', 'json', 'yaml', 'yml'].map((ending) => `gatehouse.config.${ending}`);

const refuse = (file: string, problem: string, fix: string): ConfigError =>
  new ConfigError([{ key: '', origin: file, problem, fix }]);

const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n', 1)[0]?.trim().replace(/[.:]$/, '') ?? '';

async function parse(file: string, read: (text: string) => unknown, form: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw refuse(file, 'cannot be read', `see that it is there and that this user may read it (${firstLine(error)})`);
  }
  try {
    return read(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw refuse(file, `is not ${form}`, firstLine(error));
  }
}

async function load(file: string): Promise<unknown> {
  try {
    const module = (await import(pathToFileURL(file).href)) as Record<string, unknown>;
    return module['default'] ?? module['config'];
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT' || !(await exists(file)))
      throw refuse(file, 'cannot be read', 'see that it is there');
    throw refuse(file, 'cannot be loaded', firstLine(error));
  }
}

type ParseDocument = typeof import('yaml').parseDocument;

/** Editors are told by `$schema` what a file may hold; it is no setting. */
function parseJson(text: string, parseDocument: ParseDocument): unknown {
  const values: unknown = JSON.parse(text);
  // RFC 8259 4: of two members with one name the last counts here, and nobody is told. YAML, which JSON is, knows better.
  const twice = parseDocument(text).errors.find(({ code }) => code === 'DUPLICATE_KEY');
  if (twice) throw twice;
  if (typeof values === 'object' && values !== null && !Array.isArray(values))
    Reflect.deleteProperty(values, '$schema');
  return values;
}

const READERS: ReadonlyMap<string, (file: string) => Promise<unknown>> = new Map([
  [
    '.json',
    async (file: string) => {
      const { parseDocument } = await import('yaml');
      return parse(file, (text) => parseJson(text, parseDocument), 'JSON');
    },
  ],
  ...['.yaml', '.yml'].map(
    (ending) =>
      [
        ending,
        async (file: string) => {
          const { parse: parseYaml } = await import('yaml');
          return parse(file, (text) => parseYaml(text, { prettyErrors: true, uniqueKeys: true, merge: false }), 'YAML');
        },
      ] as const,
  ),
  ...['.ts', '.mts', '.js', '.mjs'].map((ending) => [ending, load] as const),
]);

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

/**
 * Finds `gatehouse.config.*` in a folder.
 * @throws ConfigError when there are two of them
 */
export async function findConfigFile(folder: string): Promise<string | undefined> {
  const there = await Promise.all(NAMES.map((name) => exists(path.join(folder, name))));
  const found = NAMES.filter((_, i) => there[i]);
  if (found.length > 1)
    throw refuse(folder, `holds ${found.join(' and ')}`, 'keep one of them, or name one with --config');
  return found[0] === undefined ? undefined : path.join(folder, found[0]);
}

/**
 * Reads one configuration file, in TypeScript, JavaScript, JSON or YAML.
 * @throws ConfigError naming the file
 */
export async function readConfigFile(file: string): Promise<Layer> {
  const absolute = path.resolve(file);
  const read = READERS.get(path.extname(absolute));
  if (!read) throw refuse(file, 'has an unknown ending', `use one of ${[...READERS.keys()].join(', ')}`);
  const values = await read(absolute);
  if (values === undefined || values === null) {
    const fix =
      read === load
        ? 'export the configuration as `default` or as `config`'
        : 'write the settings into it, or remove it';
    throw refuse(file, 'holds no configuration', fix);
  }
  if (typeof values !== 'object' || Array.isArray(values))
    throw refuse(file, 'does not hold an object', 'write settings as names with values');
  return { values, folder: path.dirname(absolute), origin: () => path.relative(process.cwd(), absolute) || absolute };
}
