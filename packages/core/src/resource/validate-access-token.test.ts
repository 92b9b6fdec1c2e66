import { describe, expect, it } from 'vitest';
import { aClient, type WorldOptions } from '../grants/world.test-support.ts';
import { compileSelector } from '../selectors/selector.ts';
import { DEFAULT_RESOURCE } from '../server/defaults.ts';
import { createMemoryStore } from '../store/memory-store.test-support.ts';
import { StoreError } from '../store/store-error.ts';
import { keyOf, makeAccessToken } from '../tokens/handle.ts';
import { aGate, EXPIRED, NO_CLIENT, NOT_FOUND, refusal, scopes, UNKNOWN } from './gate.test-support.ts';
import { validateAccessToken } from './validate-access-token.ts';

describe('a request for a protected resource', () => {
  it('[AX-124] [AX-125] is allowed with a live token in its header, the scheme in any case', async () => {
    const gate = aGate();
    const handle = await gate.token();
    for (const scheme of ['Bearer', 'bearer', 'BEARER'])
      expect(await gate.ask({ headers: { authorization: `${scheme} ${handle}` } })).toMatchObject({
        kind: 'allowed',
        subject: null,
        scope: ['resource.READ'],
        client: { id: 'app' },
      });
    expect(gate.events).toEqual([]);
  });

  it('[AX-138] tells the owner and what selectors read of the token', async () => {
    const gate = aGate();
    const handle = await gate.token({}, { Department: 'Engineering' });
    const decision = await gate.bearer(handle);
    if (decision.kind !== 'allowed') throw new Error('The request was refused.');
    const read = (text: string) => compileSelector(text).resolve(decision.attributes);
    expect(read('${accesstoken.getValue()}')).toBe(handle);
    expect(read('${accesstoken.getAdditionalInformation().get("Department")}')).toBe('Engineering');
    expect(read('${accesstoken.getExpiresIn()} ${http.request.verb} ${http.request.uri}')).toBe(
      '3600 GET /api/oauth/protected',
    );
    expect(read('${scopes.required}')).toBe('resource.READ resource.WRITE');
    expect(read('${authentication.subject.id}|${oauth.client.details.getClientSecret()}')).toBe('|');
  });

  it('[AX-139] names the credentials to take away, unless that is off', async () => {
    const gate = aGate();
    const handle = await gate.token();
    expect(await gate.bearer(handle)).toMatchObject({ remove: { in: 'header', name: 'authorization' } });
    expect(await gate.bearer(handle, { settings: { removeCredentials: false } })).toMatchObject({ remove: null });
  });
});

describe('the five refusals', () => {
  it.each([
    ['nothing', {}],
    ['another scheme', { authorization: 'Basic YTpi' }],
    ['a scheme that only begins so', { authorization: 'BearerX abc' }],
    ['an empty header', { authorization: '' }],
  ])('[AX-131] [AX-136] %s where the token should be: 400', async (_, headers) => {
    expect(refusal(await aGate().ask({ headers: headers as Record<string, string> }))).toEqual({
      status: 400,
      challenge: NOT_FOUND,
    });
  });

  it('[AX-132] a token that is not known, or revoked: 401', async () => {
    const gate = aGate();
    const handle = await gate.token();
    const never = makeAccessToken(gate.context.runtime.entropy, 54);
    expect(refusal(await gate.bearer(never))).toEqual({ status: 401, challenge: UNKNOWN });
    await gate.store.revoke({ token: keyOf('access_token', handle) }, gate.time.now, 'test');
    expect(refusal(await gate.bearer(handle))).toEqual({ status: 401, challenge: UNKNOWN });
  });

  it('[AX-133] [SEC-50] a token at the end of its time: 401, and not a millisecond sooner', async () => {
    const gate = aGate();
    const handle = await gate.token();
    gate.time.now += 3_599_999;
    expect((await gate.bearer(handle)).kind).toBe('allowed');
    gate.time.now += 1;
    expect(refusal(await gate.bearer(handle))).toEqual({ status: 401, challenge: EXPIRED });
  });

  it('[AX-134] a client that is gone or disabled: 401', async () => {
    const gate = aGate();
    const handle = await gate.token();
    gate.clients.set('app', aClient({ enabled: false }));
    expect(refusal(await gate.bearer(handle))).toEqual({ status: 401, challenge: NO_CLIENT });
    gate.clients.delete('app');
    expect(refusal(await gate.bearer(handle))).toEqual({ status: 401, challenge: NO_CLIENT });
  });

  it('[AX-135] scopes that do not suffice: 403, naming every one in order', async () => {
    const gate = aGate();
    const handle = await gate.token({ scope: ['other'] });
    expect(refusal(await gate.bearer(handle))).toEqual({
      status: 403,
      challenge: scopes('Any of these scopes:resource.READ resource.WRITE'),
    });
    const settings = { scopes: { match: 'all', list: ['a', 'b'] } } as const;
    expect(refusal(await gate.bearer(handle, { settings }))).toEqual({
      status: 403,
      challenge: scopes('All of these scopes:a b'),
    });
  });

  it('[AX-137] come in this order: found, known, live, client, scopes', async () => {
    const gate = aGate();
    const handle = await gate.token({ scope: ['other'] });
    const statusOf = async (send: string | null) =>
      refusal(send === null ? await gate.ask({}) : await gate.bearer(send)).challenge;
    const allWrong: (string | undefined)[] = [await statusOf(handle)];
    gate.clients.delete('app');
    allWrong.push(await statusOf(handle));
    gate.time.now += 3_600_000;
    allWrong.push(await statusOf(handle));
    await gate.store.revoke({ token: keyOf('access_token', handle) }, gate.time.now, 'test');
    allWrong.push(await statusOf(handle), await statusOf(null));
    expect(allWrong).toEqual([
      scopes('Any of these scopes:resource.READ resource.WRITE'),
      NO_CLIENT,
      EXPIRED,
      UNKNOWN,
      NOT_FOUND,
    ]);
  });

  it('are told to the operator under the trace id, without the handle', async () => {
    const gate = aGate();
    const handle = await gate.token({ scope: ['other'] });
    await gate.bearer(handle);
    expect(gate.events).toEqual([
      {
        name: 'request.refused',
        event: expect.objectContaining({
          traceId: 'trace-9',
          endpoint: 'resource',
          check: 'resource-scope',
          clientId: 'app',
        }),
      },
    ]);
    expect(JSON.stringify(gate.events)).not.toContain(handle);
  });

  it('name the realm of the resource', async () => {
    const { challenge } = refusal(await aGate().ask({ settings: { realm: 'My "API"' } }));
    expect(challenge).toBe(NOT_FOUND.replace('DefaultRealm', 'My \\"API\\"'));
  });
});

describe('a missing token', () => {
  const settings = { missingTokenChallenge: true };

  it('gets the bare challenge of RFC 6750 where the resource says so', async () => {
    for (const headers of [{}, { authorization: 'Basic YTpi' }])
      expect(refusal(await aGate().ask({ settings, headers: headers as Record<string, string> }))).toEqual({
        status: 401,
        challenge: 'Bearer realm="DefaultRealm"',
      });
  });

  it('is not one that is malformed', async () => {
    expect(refusal(await aGate().bearer('a b', { settings }))).toEqual({ status: 400, challenge: NOT_FOUND });
  });
});

describe('the scopes a resource wants', () => {
  const ask = async (held: string[], list: string[], match: 'any' | 'all', options: WorldOptions = {}) => {
    const gate = aGate(options);
    return (await gate.bearer(await gate.token({ scope: held }), { settings: { scopes: { match, list } } })).kind;
  };

  it('[AX-128] Any: one of them', async () => {
    expect(await ask(['b', 'c'], ['a', 'b'], 'any')).toBe('allowed');
    expect(await ask(['c'], ['a', 'b'], 'any')).toBe('refused');
    expect(await ask([], ['a'], 'any')).toBe('refused');
  });

  it('[AX-128] [SEC-79] All: each of them, and more do no harm', async () => {
    expect(await ask(['a', 'b', 'c'], ['a', 'b'], 'all')).toBe('allowed');
    expect(await ask(['a'], ['a', 'b'], 'all')).toBe('refused');
  });

  it('may be none', async () => {
    expect(await ask([], [], 'any')).toBe('allowed');
    expect(await ask([], [], 'all')).toBe('allowed');
  });

  it('[AX-129] may be named by the request itself', async () => {
    expect(await ask(['/api/oauth/protected'], ['${http.request.uri}'], 'any')).toBe('allowed');
    expect(await ask(['GET:/api/oauth/protected'], ['${http.request.verb}:${http.request.uri}'], 'all')).toBe(
      'allowed',
    );
    expect(await ask(['/api/oauth'], ['${http.request.uri}'], 'any')).toBe('refused');
  });

  it('[AX-130] may be named by a hook, whose word counts alone', async () => {
    const hooks = { requiredScopes: ({ method, path }: { method: string; path: string }) => [`${method} ${path}`] };
    expect(await ask(['GET /api/oauth/protected'], ['other'], 'any', { hooks })).toBe('allowed');
    expect(await ask(['other'], ['other'], 'any', { hooks })).toBe('refused');
  });

  it('are not taken for granted where the hook fails', async () => {
    const gate = aGate({ hooks: { requiredScopes: () => Promise.reject(new Error('no')) } });
    expect(refusal(await gate.bearer(await gate.token()))).toEqual({ status: 500, challenge: undefined });
  });
});

describe('what does not answer', () => {
  it('[SEC-90] [AX-134] a store: 503 with Retry-After, and no word about the token', async () => {
    const store = createMemoryStore();
    const find = (() => Promise.reject(new StoreError('unavailable', 'db-7 down'))) as typeof store.find;
    const gate = aGate({ store: { ...store, find } });
    const decision = await gate.bearer(makeAccessToken(gate.context.runtime.entropy, 54));
    expect(decision).toMatchObject({ kind: 'refused', status: 503, headers: { 'Retry-After': expect.any(String) } });
    expect(refusal(decision).challenge).toBeUndefined();
  });

  it('[SEC-90] [AX-134] the clients: 503, never a bad token', async () => {
    const gate = aGate();
    const handle = await gate.token();
    const clients = { find: () => Promise.reject(new StoreError('timeout', 'loading')) };
    const decision = await validateAccessToken(
      { ...gate.context, clients },
      {
        method: 'GET',
        url: new URL('https://issuer.example/x'),
        headers: new Headers({ authorization: `Bearer ${handle}` }),
        body: '',
        traceId: 't',
      },
      DEFAULT_RESOURCE,
    );
    expect(refusal(decision)).toEqual({ status: 503, challenge: undefined });
  });
});
