import * as z from 'zod';
import { isNetwork } from '../http/networks.ts';

/**
 * The kinds of values a setting may have. Each knows in words what it asks for, so that an error can say it:
 * the sentence "it must be …" is the type's `must`.
 */
export interface ValueType {
  readonly zod: z.ZodType;
  readonly must: string;
  /** What a text from the environment or a flag is read as before it is checked. */
  readonly from: 'text' | 'number' | 'boolean' | 'list' | 'json';
  /** Whether a text names a file, taken from the folder of the file that names it. */
  readonly path?: true;
  /** Whether the value must not be shown, in errors as anywhere. */
  readonly secret?: true;
  /** Whether a part of it may be a password: shown in no error either. */
  readonly holdsPassword?: true;
  /** Whether only a configuration written in TypeScript or JavaScript can hold one. */
  readonly code?: true;
}

export function whole(least: number, most: number): ValueType {
  return {
    zod: z.int().min(least).max(most),
    must: `a whole number from ${least} to ${most}`,
    from: 'number',
  };
}

export const flag: ValueType = { zod: z.boolean(), must: 'true or false', from: 'boolean' };

export const text: ValueType = { zod: z.string(), must: 'a text', from: 'text' };

export const filledText: ValueType = { zod: z.string().min(1), must: 'a text that is not empty', from: 'text' };

/** A text of a given form; `must` says the form in words. */
export function textLike(pattern: RegExp, must: string): ValueType {
  return { zod: z.string().regex(pattern), must, from: 'text' };
}

export function oneOf(...values: readonly string[]): ValueType {
  return { zod: z.enum(values), must: `one of ${values.map((v) => `"${v}"`).join(', ')}`, from: 'text' };
}

export const path: ValueType = {
  zod: z.string().min(1),
  must: 'the path of a file or folder',
  from: 'text',
  path: true,
};

export const networks: ValueType = {
  zod: z.array(z.string().refine(isNetwork)),
  must: 'a list of addresses and networks, such as 10.0.0.0/8',
  from: 'list',
};

export const texts: ValueType = { zod: z.array(z.string()), must: 'a list of texts', from: 'list' };

export function textsOf(...values: readonly string[]): ValueType {
  return {
    zod: z.array(z.enum(values)),
    must: `a list of ${values.map((v) => `"${v}"`).join(', ')}`,
    from: 'list',
  };
}

export const clientAuthMethods: ValueType = textsOf(
  'none',
  'client_secret_basic',
  'client_secret_post',
  'private_key_jwt',
  'client_secret_jwt',
  'tls_client_auth',
  'self_signed_tls_client_auth',
);

export const paths: ValueType = { zod: z.array(z.string().min(1)), must: 'a list of paths', from: 'list', path: true };

export const pairs: ValueType = {
  zod: z.record(z.string(), z.string()),
  must: 'an object of texts by name',
  from: 'json',
};

const fn = z.custom<(...given: never[]) => unknown>((value) => typeof value === 'function');

export const hook: ValueType = { zod: fn, must: 'a function', from: 'json', code: true };

const isGrant = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'grantType' in value && 'parse' in value && 'authorize' in value;

export const grants: ValueType = {
  zod: z.array(z.custom(isGrant)),
  must: 'a list of what `defineGrant` gives',
  from: 'json',
  code: true,
};

/** Where a secret may come from. */
export const SECRET_SOURCES: readonly z.ZodType[] = [
  z.string().min(1),
  z.strictObject({ file: z.string().min(1) }),
  z.strictObject({ env: z.string().min(1) }),
  fn,
];

/** By value, as `{ file }`, as `{ env }`, or as a function that gives it. */
export const secret: ValueType = {
  zod: z.union(SECRET_SOURCES),
  must: 'a text, { file: "<path>" }, { env: "<name>" } or a function',
  from: 'json',
  secret: true,
};

export const secrets: ValueType = {
  zod: z.union([...SECRET_SOURCES, z.array(z.union(SECRET_SOURCES))]),
  must: 'a secret or a list of secrets, each a text, { file: "<path>" }, { env: "<name>" } or a function',
  from: 'list',
  secret: true,
};

/** A value of its own form: what `zod` says, in the words of `must`. */
export function ownForm(zod: z.ZodType, must: string, from: ValueType['from'] = 'json'): ValueType {
  return { zod, must, from };
}
