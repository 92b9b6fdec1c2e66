/** Something in a configuration that is not data. */
export interface NotPlain {
  readonly path: readonly string[];
  readonly problem: string;
  readonly fix: string;
}

function kindOf(value: object): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === null || prototype === Object.prototype || Array.isArray(value)) return 'plain';
  const name = (prototype as { constructor?: { name?: unknown } }).constructor?.name;
  return typeof name === 'string' && name !== '' && name !== 'Object' ? `an instance of ${name}` : 'inherits members';
}

/**
 * A copy that nothing is inherited by: objects without a prototype, lists without holes, texts, finite numbers, booleans
 * and functions. Everything else is reported (SEC-58).
 */
export function plainData(value: unknown, report: (found: NotPlain) => void, path: readonly string[] = []): unknown {
  const refuse = (problem: string, fix: string): undefined => {
    report({ path, problem, fix });
    return undefined;
  };
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'function':
      return value;
    case 'number':
      return Number.isFinite(value) ? value : refuse(`is ${value}`, 'give a finite number');
    case 'object':
      break;
    default:
      return refuse(`is ${typeof value}`, 'leave it out, or give a value');
  }
  if (value === null) return refuse('is null', 'leave it out for the default, or give a value');
  if (Array.isArray(value)) {
    const list: unknown[] = [];
    for (let i = 0; i < value.length; i++) {
      if (Object.hasOwn(value, i)) list.push(plainData(value[i], report, [...path, String(i)]));
      else report({ path: [...path, String(i)], problem: 'is a hole in a list', fix: 'remove it' });
    }
    return list;
  }
  const kind = kindOf(value as object);
  if (kind !== 'plain') return refuse(kind === 'inherits members' ? kind : `is ${kind}`, 'give a plain object');
  const copy = Object.create(null) as Record<string, unknown>;
  for (const [name, member] of Object.entries(value as object)) {
    if (member === undefined) continue;
    // Not even as the name of something of one's own: whoever copies it into an object loses it there.
    if (name === '__proto__') report({ path: [...path, name], problem: 'is not a setting', fix: 'remove it' });
    else copy[name] = plainData(member, report, [...path, name]);
  }
  return copy;
}
