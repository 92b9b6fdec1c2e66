import type { Limits } from '../server/config.ts';
import { OAuthError } from './errors.ts';
import { formDecode, formEncode } from './form-encoding.ts';

/** Parameters of a request: decoded, each at most once (but for the repeatable ones), none empty (RFC 6749 3.1). */
export interface Form {
  get(name: string): string | undefined;
  /** All values of a repeatable parameter (`resource`, RFC 8707 §2). */
  all(name: string): readonly string[];
  has(name: string): boolean;
  names(): Iterable<string>;
  /** Whether the name was there at all, with or without a value: what "sent twice" is judged by. */
  sent(name: string): boolean;
}

const NONE: readonly string[] = [];
const NO_NAMES: ReadonlySet<string> = new Set();

class ParsedForm implements Form {
  readonly #values = new Map<string, string[]>();
  readonly #sent = new Set<string>();

  add(name: string, value: string): void {
    this.#sent.add(name);
    // RFC 6749 3.1, 3.2: a parameter sent without a value counts as omitted.
    if (value === '') return;
    const values = this.#values.get(name);
    if (values) values.push(value);
    else this.#values.set(name, [value]);
  }

  get(name: string): string | undefined {
    return this.#values.get(name)?.[0];
  }

  all(name: string): readonly string[] {
    return this.#values.get(name) ?? NONE;
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  names(): Iterable<string> {
    return this.#values.keys();
  }

  sent(name: string): boolean {
    return this.#sent.has(name);
  }

  allSent(): Iterable<string> {
    return this.#sent;
  }
}

/** @throws OAuthError `invalid_request`: malformed, repeated or too many parameters; the message holds nothing of them */
export function parseForm(text: string, limits: Limits, repeatable: ReadonlySet<string> = NO_NAMES): Form {
  if (Buffer.byteLength(text) > limits.body)
    throw new OAuthError('invalid_request', 'The request body is too large.', {
      check: 'body-size',
      expected: `at most ${limits.body} bytes`,
      status: 413,
    });
  return parse(text, limits.parameters, repeatable);
}

/** The query of a URL, with or without its question mark. @throws OAuthError as {@link parseForm} */
export function parseQuery(search: string, limits: Limits, repeatable: ReadonlySet<string> = NO_NAMES): Form {
  if (Buffer.byteLength(search) > limits.requestLine)
    throw new OAuthError('invalid_request', 'The request line is too long.', {
      check: 'query-size',
      expected: `at most ${limits.requestLine} bytes`,
      status: 414,
    });
  return parse(search.startsWith('?') ? search.slice(1) : search, limits.parameters, repeatable);
}

/** The parameters of a form as a query, without its question mark; but for those that are left out. */
export function queryOf(form: Form, leftOut: ReadonlySet<string> = NO_NAMES): string {
  return [...form.names()]
    .filter((name) => !leftOut.has(name))
    .flatMap((name) => form.all(name).map((value) => `${formEncode(name)}=${formEncode(value)}`))
    .join('&');
}

/** Both together. @throws OAuthError `invalid_request` where a name is in both, repeatable or not (R14) */
export function mergeForms(query: Form, body: Form): Form {
  const merged = new ParsedForm();
  for (const form of [query, body])
    for (const name of sentNames(form)) {
      if (merged.sent(name)) throw repeated(name);
      const values = form.all(name);
      if (values.length === 0) merged.add(name, '');
      for (const value of values) merged.add(name, value);
    }
  return merged;
}

function sentNames(form: Form): Iterable<string> {
  return form instanceof ParsedForm ? form.allSent() : form.names();
}

function parse(text: string, most: number, repeatable: ReadonlySet<string>): Form {
  if (!text.isWellFormed()) throw malformed('well-formed Unicode');
  const form = new ParsedForm();
  let count = 0;
  for (let start = 0; start < text.length; ) {
    let end = text.indexOf('&', start);
    if (end === -1) end = text.length;
    if (end > start) {
      count += 1;
      if (count > most)
        throw new OAuthError('invalid_request', 'The request has too many parameters.', {
          check: 'parameter-count',
          expected: `at most ${most}`,
        });
      addPair(form, text.slice(start, end), repeatable);
    }
    start = end + 1;
  }
  return form;
}

function addPair(form: ParsedForm, pair: string, repeatable: ReadonlySet<string>): void {
  const equals = pair.indexOf('=');
  const name = formDecode(equals === -1 ? pair : pair.slice(0, equals));
  const value = equals === -1 ? '' : formDecode(pair.slice(equals + 1));
  if (name === null || value === null) throw malformed('percent-encoded UTF-8 without U+0000');
  // RFC 6749 3.1, 3.2: parameters MUST NOT be included more than once.
  if (form.sent(name) && !repeatable.has(name)) throw repeated(name);
  form.add(name, value);
}

function malformed(expected: string): OAuthError {
  return new OAuthError('invalid_request', 'The request has malformed parameters.', {
    check: 'parameter-encoding',
    expected,
  });
}

/** The operator may read a name that looks like one; anything else could be a value in the wrong place. */
function repeated(name: string): OAuthError {
  return new OAuthError('invalid_request', 'The request includes a parameter more than once.', {
    check: 'parameter-once',
    expected: 'each parameter at most once',
    got: /^[a-z_]{1,40}$/.test(name) ? `${name} repeated` : 'a name unknown here, repeated',
  });
}
