import { describe, expect, it } from 'vitest';
import { bind, bindColumns, compile, compileRows, type RepeatedText } from './statement.ts';

const NUMBERED = { spell: (position: number) => `$${position}`, reuses: true };
const ANONYMOUS = { spell: () => '?', reuses: false };

describe('a text with named parameters', () => {
  const text = `
    UPDATE t SET a = :a,
           b = CASE WHEN b < :b THEN :b ELSE b END
     WHERE k = ':no' AND l = 'it''s :no' AND m = :a`;

  it('has one position for a name where the driver numbers them', () => {
    expect(compile('x', { text, reads: false }, NUMBERED)).toEqual({
      id: 'x',
      reads: false,
      text: "UPDATE t SET a = $1, b = CASE WHEN b < $2 THEN $2 ELSE b END WHERE k = ':no' AND l = 'it''s :no' AND m = $1",
      order: ['a', 'b'],
    });
  });

  it('has a position each time where it does not', () => {
    const compiled = compile('x', { text, reads: true }, ANONYMOUS);
    expect(compiled.text).toContain('a = ?, b = CASE WHEN b < ? THEN ? ELSE b END');
    expect(compiled.order).toEqual(['a', 'b', 'b', 'a']);
    expect(bind(compiled, { a: 'one', b: 2 })).toEqual(['one', 2, 2, 'one']);
  });

  it.each([undefined, true, 1.5, Number.NaN, 2 ** 53, 7n, new Date(0), Buffer.from('x'), ['x'], {}])(
    'refuses %s as a parameter',
    (value) => {
      const compiled = compile('x', { text: 'SELECT :a', reads: true }, NUMBERED);
      expect(() => bind(compiled, { a: value as never })).toThrow(/the parameter a is no text/);
    },
  );

  it('takes texts, safe integers and null', () => {
    const compiled = compile('x', { text: 'SELECT :a, :b, :c', reads: true }, NUMBERED);
    expect(bind(compiled, { a: '', b: -(2 ** 53) + 1, c: null })).toEqual(['', -(2 ** 53) + 1, null]);
  });
});

describe('a text for several rows', () => {
  const many: RepeatedText = {
    form: 'repeated',
    head: 'DELETE FROM t WHERE p < :before AND (a, b) IN (',
    row: '(:a, :b)',
    between: ', ',
    tail: ') AND q = :q',
  };

  it('counts positions through all rows and binds each row its own', () => {
    const compiled = compileRows('x', many, 2, NUMBERED);
    expect(compiled.id).toBe('x_2');
    expect(compiled.text).toBe('DELETE FROM t WHERE p < $1 AND (a, b) IN (($2, $3), ($4, $5)) AND q = $6');
    const rows = [
      { a: 'a0', b: 'b0' },
      { a: 'a1', b: 'b1' },
    ];
    expect(bind(compiled, { before: 9, q: 'q' }, rows)).toEqual([9, 'a0', 'b0', 'a1', 'b1', 'q']);
  });

  it('may take whole columns instead', () => {
    const compiled = compile('x', { text: 'SELECT :t, unnest(:a), unnest(:b)', reads: false }, NUMBERED);
    const rows = [
      { a: 'a0', b: null },
      { a: 'a1', b: 1 },
    ];
    expect(bindColumns(compiled, ['t'], { t: 'tenant' }, rows)).toEqual(['tenant', ['a0', 'a1'], [null, 1]]);
  });
});
