import path from 'node:path';
import type { ConfigProblem } from './config-error.ts';
import { type Layer, putAt, valueAt } from './layer.ts';
import { plainData } from './plain-data.ts';
import { settingAt } from './schema.ts';
import { SETTINGS } from './settings/index.ts';

type Tree = Record<string, unknown>;

/** Layers laid over each other, the last on top. */
export interface Merged {
  readonly values: unknown;
  /** Where what counts at a path was said; null where nobody said anything. */
  origin(path: readonly string[]): string | null;
}

const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value);

const ALIASES = SETTINGS.flatMap(({ key, alias }) =>
  alias?.key === undefined ? [] : [{ from: alias.key.split('.'), to: key.split('.') }],
);

function useOwnNames(values: Tree, layer: Layer, problems: ConfigProblem[]): void {
  for (const { from, to } of ALIASES) {
    const value = valueAt(values, from);
    if (value === undefined) continue;
    const other = valueAt(values, to);
    if (other !== undefined && JSON.stringify(other) !== JSON.stringify(value))
      problems.push({
        key: from.join('.'),
        origin: layer.origin(from),
        problem: `says something else than ${to.join('.')}`,
        fix: 'they are one setting; keep one of the two',
      });
    putAt(values, to, value);
    const parent = valueAt(values, from.slice(0, -1)) as Tree;
    delete parent[from.at(-1) ?? ''];
    if (from.length > 1 && Object.keys(parent).length === 0) {
      const above = (from.length === 2 ? values : valueAt(values, from.slice(0, -2))) as Tree;
      delete above[from.at(-2) ?? ''];
    }
  }
}

function absolute(value: unknown, folder: string): unknown {
  if (typeof value === 'string') return path.resolve(folder, value);
  if (Array.isArray(value)) return value.map((item: unknown) => absolute(item, folder));
  return value;
}

/** `{ file }`, alone or in a list, wherever a value may come from a file. */
function absoluteFile(value: unknown, folder: string): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => absoluteFile(item, folder));
  const file = isTree(value) ? value['file'] : undefined;
  return typeof file === 'string' ? { ...(value as Tree), file: path.resolve(folder, file) } : value;
}

function overlay(below: unknown, above: unknown, at: readonly string[], folder: string): unknown {
  const found = settingAt(at);
  if (found && found.depth === at.length) {
    const value = found.setting.type.path ? absolute(above, folder) : absoluteFile(above, folder);
    return found.setting.byMember && isTree(below) && isTree(value) ? { ...below, ...value } : value;
  }
  if (Array.isArray(above)) return above.map((item, i) => overlay(undefined, item, [...at, String(i)], folder));
  if (!isTree(above)) return above;
  const result = Object.create(null) as Tree;
  if (isTree(below)) for (const name of Object.keys(below)) result[name] = below[name];
  for (const name of Object.keys(above)) result[name] = overlay(result[name], above[name], [...at, name], folder);
  return result;
}

/** Checks that each layer is plain data and puts them together; a list takes the place of a list. */
export function mergeLayers(layers: readonly Layer[], problems: ConfigProblem[]): Merged {
  let values: unknown = Object.create(null);
  const copies: { readonly layer: Layer; readonly values: unknown }[] = [];
  for (const layer of layers) {
    const copy = plainData(layer.values, ({ path: at, problem, fix }) =>
      problems.push({ key: at.join('.'), origin: layer.origin(at), problem, fix }),
    );
    if (isTree(copy)) useOwnNames(copy, layer, problems);
    copies.unshift({ layer, values: copy });
    values = overlay(values, copy, [], layer.folder);
  }
  return {
    values,
    origin(at) {
      for (let depth = at.length; depth > 0; depth--) {
        const found = copies.find((copy) => valueAt(copy.values, at.slice(0, depth)) !== undefined);
        if (found) return found.layer.origin(at);
      }
      return null;
    },
  };
}
