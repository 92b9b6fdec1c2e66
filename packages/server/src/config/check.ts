import type { ConfigProblem } from './config-error.ts';
import { valueAt } from './layer.ts';
import type { Merged } from './merge.ts';
import { fixOfUnknown } from './nearest.ts';
import { faultsByNearestForm } from './nearest-form.ts';
import { CONFIG_SCHEMA, namesAt, settingAt } from './schema.ts';

const SHOWN = 60;

function show(value: unknown): string {
  if (typeof value === 'string')
    return value === '' ? 'empty' : JSON.stringify(value.length > SHOWN ? `${value.slice(0, SHOWN)}…` : value);
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'function') return 'a function';
  return typeof value === 'object' ? 'an object' : String(value);
}

function unknownName(merged: Merged, path: readonly string[]): ConfigProblem {
  return {
    key: path.join('.'),
    origin: merged.origin(path),
    problem: 'is not a setting',
    fix: fixOfUnknown(path.at(-1) ?? '', namesAt(path.slice(0, -1))),
  };
}

function wrongValue(merged: Merged, path: readonly string[]): ConfigProblem {
  const found = settingAt(path);
  const value = valueAt(merged.values, path);
  const base = { key: path.join('.'), origin: merged.origin(path) };
  if (!found)
    return {
      ...base,
      problem: `is ${show(value)}`,
      fix: `it must be ${namesAt(path).length > 0 ? `an object with ${namesAt(path).join(', ')}` : 'an object or a list of objects'}`,
    };
  const { must, secret, holdsPassword } = found.setting.type;
  if (value === undefined) return { ...base, problem: 'is missing', fix: `give ${must}` };
  return {
    ...base,
    problem: secret || holdsPassword ? 'does not have the form it needs' : `is ${show(value)}`,
    fix: found.depth === path.length ? `it must be ${must}` : `${found.setting.key} must be ${must}`,
  };
}

/** Of an object that is said member by member: which of them is wrong. */
function wrongMembers(merged: Merged, path: readonly string[]): readonly ConfigProblem[] {
  const found = settingAt(path);
  const faults = found?.setting.byMember
    ? faultsByNearestForm(found.setting.type.zod, valueAt(merged.values, path))
    : null;
  if (faults === null) return [wrongValue(merged, path)];
  return faults.map(({ fix, path: member, problem }) => {
    const at = [...path, ...member];
    return { key: at.join('.'), origin: merged.origin(at), problem, fix };
  });
}

/** Holds a configuration against the schema and says all that is wrong. */
export function checkAgainstSchema(merged: Merged): readonly ConfigProblem[] {
  const issues = CONFIG_SCHEMA.safeParse(merged.values).error?.issues ?? [];
  const said = new Set<string>();
  return issues.flatMap((issue) => {
    const path = issue.path.map(String);
    // Of an object that has none of several forms, each of its faults may come by itself.
    if (settingAt(path)?.setting.byMember && said.has(path.join('.'))) return [];
    said.add(path.join('.'));
    return issue.code === 'unrecognized_keys' && !settingAt(path)
      ? issue.keys.map((name) => unknownName(merged, [...path, name]))
      : wrongMembers(merged, path);
  });
}
