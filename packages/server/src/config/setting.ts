import type { ValueType } from './value-types.ts';

/**
 * One thing an operator can say. The table of these is the one source of the checks, the variables of the environment,
 * the editor's schema and the manual.
 */
export interface Setting {
  /** Path in the configuration: `*` stands for each name of a record, `[]` for each item of a list. */
  readonly key: string;
  readonly type: ValueType;
  /** Of a number: `s`, `bytes`, `characters`. */
  readonly unit?: string;
  /** One sentence or two, for the manual. */
  readonly meaning: string;
  /** What the reference system calls it. */
  readonly reference?: string;
  /** Further names of the same value: a key of the reference's, a variable everybody knows. */
  readonly alias?: { readonly key?: string; readonly variable?: string };
  /** Has to be there wherever its object is. */
  readonly required?: true;
  /** An object said in two places is one of the members of both, as if each were a setting: `--set store.url=…` keeps a password. */
  readonly byMember?: true;
  /** Taken, so that an old configuration can be mapped, and said to change nothing. */
  readonly effect?: 'none';
}
