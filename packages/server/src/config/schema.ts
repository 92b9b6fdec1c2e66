import * as z from 'zod';
import type { Setting } from './setting.ts';
import { SETTINGS } from './settings/index.ts';

interface Branch {
  readonly children: Map<string, Branch>;
  setting?: Setting;
}

/** The settings as a tree: what the configuration is made of. */
function grow(settings: readonly Setting[]): Branch {
  const root: Branch = { children: new Map() };
  for (const setting of settings) {
    let branch = root;
    for (const step of setting.key.split('.')) {
      let next = branch.children.get(step);
      if (!next) {
        next = { children: new Map() };
        branch.children.set(step, next);
      }
      branch = next;
    }
    branch.setting = setting;
  }
  return root;
}

function schemaOf(branch: Branch): z.ZodType {
  if (branch.setting) return branch.setting.type.zod.meta({ description: branch.setting.meaning });
  const items = branch.children.get('[]');
  if (items) return z.array(schemaOf(items));
  const named = branch.children.get('*');
  if (named) return z.record(z.string(), schemaOf(named));
  const shape: Record<string, z.ZodType> = {};
  for (const [name, child] of branch.children)
    shape[name] = child.setting?.required ? schemaOf(child) : schemaOf(child).optional();
  return z.strictObject(shape);
}

/** What a configuration may hold that has these settings, with nothing else beside. */
export function schemaFor(settings: readonly Setting[]): z.ZodType {
  return schemaOf(grow(settings));
}

export const CONFIG_SCHEMA: z.ZodType = schemaFor(SETTINGS);

/** Whether a path, as data has it, is the one that a key names. */
function matches(key: readonly string[], at: readonly string[]): boolean {
  return (
    key.length === at.length &&
    key.every((step, i) => step === at[i] || step === '*' || (step === '[]' && /^\d+$/.test(at[i] ?? '')))
  );
}

const SPLIT = SETTINGS.map((setting) => ({ setting, key: setting.key.split('.') }));

/** The setting at a path, or the one whose value the path leads into. */
export function settingAt(path: readonly string[]): { readonly setting: Setting; readonly depth: number } | undefined {
  for (let depth = path.length; depth > 0; depth--) {
    const at = path.slice(0, depth);
    const found = SPLIT.find(({ key }) => matches(key, at));
    if (found) return { setting: found.setting, depth };
  }
  return undefined;
}

/** Names that may stand where a path leads; empty where any may. */
export function namesAt(path: readonly string[]): readonly string[] {
  const names = new Set<string>();
  for (const { key } of SPLIT) {
    const name = key[path.length];
    if (name !== undefined && name !== '*' && name !== '[]' && matches(key.slice(0, path.length), path))
      names.add(name);
  }
  return [...names];
}
