import { describe, expect, it } from 'vitest';
import { parseStrictJson, parseStrictObject } from './strict-json.ts';

describe('JSON that nobody can read in two ways', () => {
  it.each([
    ['{"a":1,"b":[{"a":2},{"a":3}],"c":"a:{"}', 3],
    ['{"a":{"a":{"a":"\\"a\\":1"}}}', 1],
    ['{"__proto__":1,"constructor":2}', 2],
  ])('%s is taken', (text, members) => {
    expect(Object.keys(parseStrictObject(text))).toHaveLength(members);
  });

  it.each([
    ['the same name twice', '{"a":1,"a":1}'],
    ['the same name escaped', '{"sub":1,"\\u0073ub":2}'],
    ['twice further in', '{"a":[{"b":1,"c":2,"b":3}]}'],
    ['twice around an object', '{"a":{"x":1},"a":2}'],
    ['a lone surrogate', '{"a":"\\ud800"}'],
    ['U+0000', '{"a":"\\u0000"}'],
    ['17 levels', `${'['.repeat(17)}${']'.repeat(17)}`],
    ['a byte order mark', '\uFEFF{}'],
    ['no JSON', '{a:1}'],
  ])('[SEC-101] %s is refused', (_, text) => {
    expect(() => parseStrictJson(text)).toThrow(SyntaxError);
  });

  it('is not an object: a list, a text, null', () => {
    for (const text of ['[]', '"a"', 'null', '1'])
      expect(() => parseStrictObject(text)).toThrow('It is not an object.');
  });
});
