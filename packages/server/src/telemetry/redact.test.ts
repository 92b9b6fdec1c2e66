import { describe, expect, test } from 'vitest';
import { loggable, redacted, redactedFields } from './redact.ts';

const TOKEN = 'gA1wad8ZUBf6JLSydsAFLbBcJshrKYJ1iorNmxcAcNkfTaDfjrXjzs';

describe('[SEC-123] a text', () => {
  const keys: [string, string][] = [
    ['an access token', TOKEN],
    ['a refresh token', TOKEN.replace('gA', 'gR')],
    ['a code', TOKEN.replace('gA', 'gC').slice(0, 30)],
    ['a Basic header', 'Basic U2FtcGxlQ29uZmlkZW50aWFsQXBwOjY4MDhkNGI2'],
    ['a Bearer header', 'Bearer 2YotnFZFEjr1zCsicMWpAA'],
    ['a JWT', 'eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ4In0.c2lnbmF0dXJl'],
  ];
  test.each(keys)('loses %s', (_, key) => {
    const secret = key.split(' ').at(-1) ?? '';
    expect(loggable(`before ${key} after`)).toMatch(/^before .*\[redacted\].* after$/);
    expect(loggable(`before ${key} after`)).not.toContain(secret.slice(8));
  });

  test('loses the credentials of a query', () => {
    expect(loggable('/cb?code=abc123&state=s3cr3t&x=1')).toBe('/cb?code=[redacted]&state=[redacted]&x=1');
  });

  test('keeps the words that only look like them', () => {
    expect(loggable('kind access_token of gA1 by basic authentication')).toBe(
      'kind access_token of gA1 by basic authentication',
    );
  });
});

describe('[SEC-140] outside text', () => {
  test('stays on one line, and is shown as it is', () => {
    const text = 'a\r\nb\u001b[31mc\u2028d\u202ee\u0000f\u0085g\ufeffh';
    expect(loggable(text)).toBe('a\\u000d\\u000ab\\u001b[31mc\\u2028d\\u202ee\\u0000f\\u0085g\\ufeffh');
  });

  test('is cut, and well formed', () => {
    expect(loggable('x'.repeat(5_000))).toHaveLength(1_025);
    expect(loggable('\ud800').isWellFormed()).toBe(true);
  });

  test('is escaped in names of fields, in lists, errors and causes too', () => {
    const error = new Error('bad\nline', { cause: new Error(`token ${TOKEN}`) });
    const text = JSON.stringify(redactedFields({ 'x\ny': ['a\nb'], error }));
    expect(text).not.toMatch(/[\n\r]|\\n/);
    expect(text).not.toContain(TOKEN);
    expect(text).toContain('bad\\\\u000aline');
  });
});

describe('[SEC-123] a field', () => {
  test('with the name of a secret never shows what it holds', () => {
    for (const name of [
      'password',
      'client_secret',
      'clientSecret',
      'Set-Cookie',
      'authorization',
      'code_verifier',
      'access_token',
    ])
      expect(redactedFields({ [name]: 'value' })).toEqual({ [name]: '[redacted]' });
    expect(redactedFields({ deep: { list: [{ token: 'value' }] } })).toEqual({
      deep: { list: [{ token: '[redacted]' }] },
    });
  });

  test('shows numbers, flags and what is absent', () => {
    expect(redactedFields({ refresh: true, token: null, ms: 2, at: undefined })).toEqual({
      refresh: true,
      token: null,
      ms: 2,
      at: undefined,
    });
  });

  test('is not followed without end, nor into bytes', () => {
    const loop: Record<string, unknown> = {};
    loop['again'] = loop;
    expect(() => JSON.stringify(redacted(loop))).not.toThrow();
    expect(redacted(Buffer.from('secret'))).toBe('[redacted]');
  });
});
