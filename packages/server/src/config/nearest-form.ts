import * as z from 'zod';
import { fixOfUnknown } from './nearest.ts';

/** What is wrong with one member of a value that is an object. */
export interface MemberFault {
  readonly path: readonly string[];
  readonly problem: string;
  readonly fix: string;
}

type Issue = z.core.$ZodIssue;

const KINDS: Readonly<Record<string, string>> = {
  array: 'a list',
  boolean: 'true or false',
  int: 'a whole number',
  number: 'a number',
  object: 'an object',
  string: 'a text',
};

/**
 * Of a value that may have one of several forms: its faults by the form that it comes nearest to. Null where it has none
 * of them, or none in particular. No value is repeated: it may hold a password.
 */
export function faultsByNearestForm(type: z.ZodType, value: unknown): readonly MemberFault[] | null {
  if (!(type instanceof z.ZodUnion)) return null;
  const forms = type.options
    .map((form) => ({ form: form as z.ZodType, issues: (form as z.ZodType).safeParse(value).error?.issues ?? [] }))
    .filter(({ issues }) => issues.every(isOfMember))
    .sort((one, other) => weight(one.issues) - weight(other.issues));
  const [first] = forms;
  return first === undefined ? null : first.issues.flatMap((issue) => faultsOf(first.form, issue));
}

/** Whatever is wrong with the whole says that it has another form. */
const isOfMember = ({ code, path }: Issue): boolean => code === 'unrecognized_keys' || path.length > 0;

/** Whose URL is of another form is not meant to have this one, whatever else fits. */
const OTHER_URL = 100;

const weight = (issues: readonly Issue[]): number =>
  issues.reduce((sum, issue) => {
    if (issue.code === 'unrecognized_keys') return sum + issue.keys.length;
    return sum + (issue.path[0] === 'url' ? OTHER_URL : 1);
  }, 0);

function faultsOf(form: z.ZodType, issue: Issue): readonly MemberFault[] {
  const path = issue.path.map(String);
  if (issue.code !== 'unrecognized_keys')
    return [{ path, problem: 'does not have the form it needs', fix: `it must be ${wantedBy(issue)}` }];
  return issue.keys.map((name) => ({
    path: [...path, name],
    problem: 'is not a setting',
    fix: fixOfUnknown(name, membersAt(form, path)),
  }));
}

function wantedBy(issue: Issue): string {
  if (issue.code === 'invalid_value') return `one of ${issue.values.map((one) => JSON.stringify(one)).join(', ')}`;
  if (issue.code === 'invalid_type') return KINDS[issue.expected] ?? 'of another type';
  if (issue.code === 'too_small')
    return issue.origin === 'array' ? `a list of at least ${issue.minimum}` : `${issue.minimum} or more`;
  if (issue.code === 'invalid_format') return 'a URL such as "postgresql://user@host/database"';
  if (issue.code === 'too_big') return `${issue.maximum} or less`;
  return issue.code === 'invalid_union' ? 'a text, { file: "<path>" } or { env: "<name>" }' : 'of another form';
}

function membersAt(form: z.ZodType, path: readonly string[]): readonly string[] {
  if (form instanceof z.ZodOptional) return membersAt(form.unwrap() as z.ZodType, path);
  if (!(form instanceof z.ZodObject)) return [];
  const [name, ...rest] = path;
  if (name === undefined) return Object.keys(form.shape);
  const member: unknown = form.shape[name];
  return member instanceof z.ZodType ? membersAt(member, rest) : [];
}
