/** What is wrong with a client's registration: the member, and what about it. Neither holds a secret. */
export class ClientMetadataError extends Error {
  override readonly name = 'ClientMetadataError';
  /** `redirectUris`, `secrets[1].hash` … */
  readonly member: string;
  /** A predicate, without its full stop. */
  readonly fault: string;

  constructor(member: string, fault: string) {
    super(`The member ${member} of the client ${fault}.`);
    this.member = member;
    this.fault = fault;
  }
}

/** The members of an object from outside: own ones only, whatever their names (SEC-61). */
export type Members = ReadonlyMap<string, unknown>;

export function membersOf(value: unknown, where: string, known: ReadonlySet<string>): Members {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new ClientMetadataError(where, 'is not an object');
  const members = new Map<string, unknown>(Object.entries(value));
  for (const name of members.keys())
    if (!known.has(name)) throw new ClientMetadataError(JSON.stringify(name.slice(0, 64)), 'is not known');
  return members;
}

export function textMember(members: Members, name: string, fallback: string): string {
  const value = members.get(name) ?? fallback;
  if (typeof value !== 'string') throw new ClientMetadataError(name, 'is not a text');
  if (!value.isWellFormed() || value.includes('\0'))
    throw new ClientMetadataError(name, 'has a character that cannot be stored');
  return value;
}

export function flagMember(members: Members, name: string, fallback: boolean): boolean {
  const value = members.get(name) ?? fallback;
  if (typeof value !== 'boolean') throw new ClientMetadataError(name, 'is neither true nor false');
  return value;
}

/** One of a few words. */
export function wordMember<T extends string>(members: Members, name: string, words: readonly T[], fallback: T): T {
  const value = members.get(name) ?? fallback;
  const word = words.find((candidate) => candidate === value);
  if (word === undefined) throw new ClientMetadataError(name, `is none of ${words.join(', ')}`);
  return word;
}

/** A list without holes (SEC-57); undefined where it is not there. */
export function listMember(members: Members, name: string): readonly unknown[] | undefined {
  const value = members.get(name);
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) throw new ClientMetadataError(name, 'is not a list');
  for (let i = 0; i < value.length; i++)
    if (!Object.hasOwn(value, i)) throw new ClientMetadataError(`${name}[${i}]`, 'is a hole in the list');
  return value;
}

/** A list of texts, each kept once; `fault` says what is wrong with one, or null. */
export function textsMember(
  members: Members,
  name: string,
  fallback: readonly string[],
  fault: (text: string) => string | null,
): readonly string[] {
  const list = listMember(members, name);
  if (!list) return fallback;
  const texts = new Set<string>();
  list.forEach((text, i) => {
    if (typeof text !== 'string') throw new ClientMetadataError(`${name}[${i}]`, 'is not a text');
    const wrong = text.isWellFormed() && !text.includes('\0') ? fault(text) : 'has a character that cannot be stored';
    if (wrong !== null) throw new ClientMetadataError(`${name}[${i}]`, wrong);
    texts.add(text);
  });
  return [...texts];
}
