import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../server/defaults.ts';
import { createMemoryStore } from '../store/memory-store.test-support.ts';
import { makeAccessToken, makeFamilyId, makeRefreshToken } from '../tokens/handle.ts';
import { aGate, NOT_FOUND, refusal, UNKNOWN } from './gate.test-support.ts';

describe('a token by the exact grammar', () => {
  it.each([
    ['two spaces', (t: string) => ({ authorization: `Bearer  ${t}` })],
    ['a tab', (t: string) => ({ authorization: `Bearer\t${t}` })],
    ['two headers in one', (t: string) => ({ authorization: `Bearer ${t}, Bearer ${t}` })],
    ['a list of tokens', (t: string) => ({ authorization: `Bearer ${t},${t}` })],
    ['two tokens', (t: string) => ({ authorization: `Bearer ${t} ${t}` })],
    ['a comma after the scheme', (t: string) => ({ authorization: `Bearer, ${t}` })],
    ['quotes', (t: string) => ({ authorization: `Bearer "${t}"` })],
    ['a parameter', (t: string) => ({ authorization: `Bearer token=${t}` })],
    ['a semicolon', (t: string) => ({ authorization: `Bearer ${t};x` })],
    ['a percent sign', (t: string) => ({ authorization: `Bearer ${t}%20` })],
    ['a leading =', (t: string) => ({ authorization: `Bearer =${t}` })],
    ['the scheme alone', () => ({ authorization: 'Bearer' })],
    ['the scheme twice', (t: string) => ({ authorization: `Bearer Bearer ${t}` })],
  ])('[SEC-47] refuses %s', async (_, headers) => {
    const gate = aGate();
    const handle = await gate.token();
    expect(refusal(await gate.ask({ headers: headers(handle) }))).toEqual({ status: 400, challenge: NOT_FOUND });
  });

  it('[SEC-11] [SEC-47] knows no handle but the whole one', async () => {
    const gate = aGate();
    const handle = await gate.token();
    const swapped = handle.replace(/[a-z]/, (letter) => letter.toUpperCase());
    const refresh = makeRefreshToken(gate.context.runtime.entropy, 46, makeFamilyId(gate.context.runtime.entropy), 1);
    for (const nearly of [
      handle.slice(0, -1),
      `${handle}=`,
      `${handle}x`,
      handle.slice(1),
      swapped,
      refresh,
      'x',
      '-._~+/',
    ])
      expect(refusal(await gate.bearer(nearly))).toEqual({ status: 401, challenge: UNKNOWN });
  });

  it('[SEC-43] looks no handle up that is longer than any', async () => {
    const store = createMemoryStore();
    const gate = aGate({ store });
    const long = makeAccessToken(gate.context.runtime.entropy, DEFAULT_LIMITS.handle + 1);
    expect(refusal(await gate.bearer(long))).toEqual({ status: 401, challenge: UNKNOWN });
    expect(refusal(await gate.bearer('x'.repeat(DEFAULT_LIMITS.handle + 1)))).toEqual({
      status: 401,
      challenge: UNKNOWN,
    });
    expect(store.calls).toEqual([]);
  });

  it.each([
    ['header and body', { method: 'POST', query: false, body: true }],
    ['header and query', { method: 'GET', query: true, body: false }],
  ])('[SEC-47] refuses a token in %s, even the same one', async (_, { body, method, query }) => {
    const gate = aGate();
    const handle = await gate.token();
    const decision = await gate.bearer(handle, {
      method,
      url: `/x${query ? `?access_token=${handle}` : ''}`,
      body: body ? `access_token=${handle}` : '',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(refusal(decision)).toEqual({ status: 400, challenge: NOT_FOUND });
  });
});

describe('another place for the token', () => {
  const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

  it('[AX-125] another prefix', async () => {
    const gate = aGate();
    const handle = await gate.token();
    const settings = { headerPrefix: 'OAuth' };
    expect((await gate.ask({ settings, headers: { authorization: `oauth ${handle}` } })).kind).toBe('allowed');
    expect(refusal(await gate.bearer(handle, { settings })).status).toBe(400);
  });

  it('[AX-126] a field of the form body', async () => {
    const gate = aGate();
    const handle = await gate.token();
    const settings = { location: 'body', parameter: 'tok' } as const;
    const post = { method: 'POST', body: `tok=${handle}&x=y`, headers: FORM, settings };
    expect(await gate.ask(post)).toMatchObject({ kind: 'allowed', remove: { in: 'body', name: 'tok' } });
    for (const other of [
      { ...post, method: 'GET' },
      { ...post, headers: { 'content-type': 'text/plain' } },
      { ...post, body: 'x=y' },
      { ...post, body: 'tok=' },
      { ...post, body: `tok=${handle}&tok=${handle}` },
      { ...post, headers: { ...FORM, authorization: `Bearer ${handle}` } },
      { ...post, url: `/x?tok=${handle}` },
      { ...post, body: '', url: `/x?tok=${handle}` },
    ])
      expect(refusal(await gate.ask(other)).status).toBe(400);
  });

  it('[AX-126] [SEC-76] the query, only where the resource accepts it', async () => {
    const gate = aGate();
    const handle = await gate.token();
    const url = `/x?access_token=${handle}`;
    for (const location of ['query', 'body'] as const) {
      expect(refusal(await gate.ask({ url, settings: { location } }))).toEqual({ status: 400, challenge: NOT_FOUND });
      expect(await gate.ask({ url, settings: { location, acceptQueryToken: true } })).toMatchObject({
        kind: 'allowed',
        remove: { in: 'query', name: 'access_token' },
      });
    }
    expect(refusal(await gate.ask({ url, settings: { acceptQueryToken: true } })).status).toBe(400);
  });

  it('[AX-127] an attribute of the request', async () => {
    const gate = aGate();
    const handle = await gate.token();
    const settings = { location: 'attribute', attribute: '${http.headers["X-Token"]}' } as const;
    expect(await gate.ask({ settings, headers: { 'x-token': handle } })).toMatchObject({
      kind: 'allowed',
      remove: null,
    });
    expect(refusal(await gate.ask({ settings }))).toEqual({ status: 400, challenge: NOT_FOUND });
  });
});

describe('the parameters of the resource itself', () => {
  it('are its own to judge: repeated, malformed, many', async () => {
    const gate = aGate();
    const handle = await gate.token();
    const many = Array.from({ length: 500 }, (_, i) => `p${i}=1`).join('&');
    const url = `/x?tag=a&tag=b&bad=%&nul=%00&${many}`;
    expect((await gate.bearer(handle, { url })).kind).toBe('allowed');
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const body = `tag=a&tag=b&bad=%&${many}`;
    expect((await gate.bearer(handle, { url, method: 'POST', headers, body })).kind).toBe('allowed');
    const settings = { location: 'body' } as const;
    expect((await gate.ask({ method: 'POST', headers, body: `${body}&access_token=${handle}`, settings })).kind).toBe(
      'allowed',
    );
  });

  it('[SEC-19] hide no second token', async () => {
    const gate = aGate();
    const handle = await gate.token();
    for (const url of [`/x?access%5Ftoken=${handle}`, '/x?access_token', '/x?a&access_token=', '/x?access_token=%'])
      expect(refusal(await gate.bearer(handle, { url })).status).toBe(400);
  });
});
