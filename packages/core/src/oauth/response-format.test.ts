import { describe, expect, it } from 'vitest';
import { refused } from './refused.test-support.ts';
import { parseResponseFormat, renderData } from './response-format.ts';

const TOKEN = { access_token: 'abc', expires_in: 3600, scope: 'a b' };

describe('the parameter format', () => {
  it.each([
    [undefined, 'json'],
    ['json', 'json'],
    ['urlencoded', 'urlencoded'],
    ['query', 'urlencoded'],
    ['xml', 'xml'],
  ])('[AX-63] %s asks for %s', (value, format) => {
    expect(parseResponseFormat(value)).toBe(format);
  });

  it.each(['JSON', 'yaml', 'constructor', '__proto__', 'toString'])('[SEC-61] %s is no format', (value) => {
    expect(refused(() => parseResponseFormat(value))).toMatchObject({ code: 'invalid_request', status: 400 });
  });
});

describe('a rendered answer', () => {
  it('[AX-62] [AX-63] is JSON', () => {
    const { contentType, text } = renderData(TOKEN, 'json');
    expect(contentType).toBe('application/json');
    expect(text).toBe('{"access_token":"abc","expires_in":3600,"scope":"a b"}');
  });

  it('[AX-63] is form-encoded', () => {
    const { contentType, text } = renderData(
      { ...TOKEN, 'Ex piry': "&=#%+ é'", none: null, aud: ['x', 'y'] },
      'urlencoded',
    );
    expect(contentType).toBe('application/x-www-form-urlencoded');
    expect(text).toBe('access_token=abc&expires_in=3600&scope=a+b&Ex+piry=%26%3D%23%25%2B+%C3%A9%27&aud=x&aud=y');
    expect(new URLSearchParams(text).get('Ex piry')).toBe("&=#%+ é'");
  });

  it('[AX-63] is XML', () => {
    const { contentType, text } = renderData({ ...TOKEN, active: true, aud: ['x', 'y'], none: undefined }, 'xml');
    expect(contentType).toBe('application/xml; charset=utf-8');
    expect(text).toBe(
      '<?xml version="1.0" encoding="UTF-8"?>\n<oauth><access_token>abc</access_token><expires_in>3600</expires_in>' +
        '<scope>a b</scope><active>true</active><aud>x</aud><aud>y</aud></oauth>',
    );
  });

  it('[SEC-93] holds markup of any member as text', () => {
    const { text } = renderData(
      { note: `</note><x a="b">&'\r\n\t`, '"><x>': ']]>', 'Expiry Date': 'now', xmlns: 'u' },
      'xml',
    );
    expect(text).toContain('<note>&lt;/note&gt;&lt;x a=&quot;b&quot;&gt;&amp;&apos;&#13;&#10;&#9;</note>');
    expect(text).toContain('<parameter name="&quot;&gt;&lt;x&gt;">]]&gt;</parameter>');
    expect(text).toContain('<parameter name="Expiry Date">now</parameter>');
    expect(text).toContain('<parameter name="xmlns">u</parameter>');
  });

  it('replaces what XML cannot hold at all', () => {
    const { text } = renderData({ note: 'a\0b\u001bc\ufffed\ud800e😀' }, 'xml');
    expect(text).toContain('<note>a\ufffdb\ufffdc\ufffdd\ufffde😀</note>');
  });
});
