import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../server/defaults.ts';
import { mergeForms, parseForm, parseQuery } from './form.ts';
import { everythingSaid, refused } from './refused.test-support.ts';

const parse = (text: string, repeatable?: ReadonlySet<string>) => parseForm(text, DEFAULT_LIMITS, repeatable);

describe('a form', () => {
  it('decodes plus, percent and UTF-8', () => {
    const form = parse('a+b=c%20d&state=%26%3D%23%25%2B+%C3%A9&raw=é');
    expect(form.get('a b')).toBe('c d');
    expect(form.get('state')).toBe('&=#%+ é');
    expect(form.get('raw')).toBe('é');
  });

  it('counts a parameter without a value as not sent', () => {
    const form = parse('scope=&state&client_id=app&&');
    expect(form.has('scope')).toBe(false);
    expect(form.get('state')).toBeUndefined();
    expect([...form.names()]).toEqual(['client_id']);
    expect(form.sent('scope')).toBe(true);
  });

  it.each(['a=1&a=1', 'a=1&a=2', 'a=&a=2', 'a=1&a=', 'a&a=1', '%61=1&a=2', 'unknown=1&unknown=2'])(
    '[SEC-19] refuses the repeated parameter of %s',
    (text) => {
      const error = refused(() => parse(text));
      expect(error).toMatchObject({ code: 'invalid_request', status: 400 });
    },
  );

  it('[SEC-19] lets only the named parameters repeat', () => {
    const resources = new Set(['resource']);
    const form = parse('resource=https%3A%2F%2Fa&resource=https%3A%2F%2Fb&resource=', resources);
    expect(form.all('resource')).toEqual(['https://a', 'https://b']);
    expect(form.all('scope')).toEqual([]);
    expect(refused(() => parse('resource=a&scope=b&scope=c', resources)).failed.check).toBe('parameter-once');
  });

  it.each(['a=%', 'a=%4', 'a=%zz', '%f=1', 'a=%ff', 'a=%c0%af', 'a=%ed%a0%80', 'a=%00', 'a=\0', '%00=a', 'a=\ud800'])(
    'refuses the encoding of %j',
    (text) => {
      expect(refused(() => parse(text))).toMatchObject({ code: 'invalid_request', status: 400 });
    },
  );

  it('[SEC-61] finds no parameter that was not sent, whatever its name', () => {
    const form = parse('a=1');
    for (const name of ['constructor', 'toString', '__proto__', 'hasOwnProperty']) {
      expect(form.get(name)).toBeUndefined();
      expect(form.has(name)).toBe(false);
      expect(form.all(name)).toEqual([]);
    }
    expect(parse('__proto__=x').get('__proto__')).toBe('x');
  });

  it('[SEC-43] takes as many bytes and parameters as allowed, and not one more', () => {
    const text = `a=${'x'.repeat(DEFAULT_LIMITS.body - 2)}`;
    expect(parse(text).get('a')).toHaveLength(DEFAULT_LIMITS.body - 2);
    expect(refused(() => parse(`${text}x`))).toMatchObject({ code: 'invalid_request', status: 413 });
    expect(refused(() => parse(`a=${'é'.repeat(DEFAULT_LIMITS.body / 2)}`)).status).toBe(413);
    const many = Array.from({ length: DEFAULT_LIMITS.parameters }, (_, i) => `p${i}=1`).join('&');
    expect([...parse(many).names()]).toHaveLength(DEFAULT_LIMITS.parameters);
    expect(refused(() => parse(`${many}&last=1`))).toMatchObject({ code: 'invalid_request', status: 400 });
  });

  it('[SEC-43] gives up on ten thousand parameters at the first one too many', () => {
    const limits = { ...DEFAULT_LIMITS, body: 1_000_000 };
    // Were the rest read, its encoding would be what is refused.
    const text = `${Array.from({ length: 10_000 }, (_, i) => `p${i}=1`).join('&')}&x=%`;
    expect(refused(() => parseForm(text, limits)).failed.check).toBe('parameter-count');
  });

  it('never repeats what was sent', () => {
    const secret = 'S3cr3t-of-a-client';
    for (const text of [`client_secret=${secret}&client_secret=${secret}`, `${secret}=1&${secret}=2`, `a=${secret}%`])
      expect(everythingSaid(refused(() => parse(text)))).not.toContain(secret);
  });
});

describe('query and body together', () => {
  it('reads a query with or without its question mark', () => {
    expect(parseQuery('?a=1', DEFAULT_LIMITS).get('a')).toBe('1');
    expect(parseQuery('a=1', DEFAULT_LIMITS).get('a')).toBe('1');
    expect([...parseQuery('', DEFAULT_LIMITS).names()]).toEqual([]);
  });

  it('[SEC-43] refuses a query longer than a request line with 414', () => {
    expect(refused(() => parseQuery('x'.repeat(DEFAULT_LIMITS.requestLine + 1), DEFAULT_LIMITS)).status).toBe(414);
  });

  it('merges them', () => {
    const resources = new Set(['resource']);
    const form = mergeForms(parse('a=1&resource=x&resource=y', resources), parse('b=2&c='));
    expect([form.get('a'), form.get('b'), form.all('resource'), form.sent('c')]).toEqual(['1', '2', ['x', 'y'], true]);
  });

  it.each([
    ['scope=a', 'scope=b'],
    ['scope=', 'scope=b'],
    ['scope=a', 'scope'],
    ['resource=a', 'resource=b'],
  ])('[SEC-19] refuses the same parameter in both: %s and %s', (query, body) => {
    const resources = new Set(['resource']);
    const error = refused(() => mergeForms(parse(query, resources), parse(body, resources)));
    expect(error.code).toBe('invalid_request');
  });
});
