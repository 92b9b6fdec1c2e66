import { describe, expect, it } from 'vitest';
import type { EndpointResponse } from '../endpoints/endpoint.ts';
import { aClient, aForm, aRequest } from '../grants/world.test-support.ts';
import { OAuthError } from '../oauth/errors.ts';
import { NEARLY } from '../oauth/redirect-corpus.test-support.ts';
import { type LogFields, silentLog } from '../runtime/log.ts';
import { StoreError } from '../store/store-error.ts';
import {
  AUTHORIZE,
  answerOf,
  aRequestPath,
  aSite,
  CALLBACK,
  type Fields,
  locationOf,
  loginPage,
} from './browser.test-support.ts';
import { runSteps } from './run-steps.ts';
import { StepTable } from './step.ts';
import { AUTHORIZE_STEPS } from './steps.ts';

const ISSUER = 'https://issuer.example';
const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';

const ask = (over: Fields, site = aSite()): Promise<EndpointResponse> => site.browser().authorize(over);

/** A refusal that stays with us: nothing of it could reach a redirect URI, and nobody was looked up for it. */
function expectPage(response: EndpointResponse, status: number, check: string): void {
  expect(response).toMatchObject({ kind: 'error_page', status, error: { failed: { check } } });
  expect(response).not.toHaveProperty('location');
  expect(response).not.toHaveProperty('fields');
}

describe('before client and redirect URI are verified', () => {
  it('[AX-19] an unknown, a disabled and a missing client are told on a page', async () => {
    const site = aSite();
    site.clients.set('off', aClient({ id: 'off', enabled: false }));
    expectPage(await ask({ client_id: 'nobody' }, site), 400, 'client-known');
    expectPage(await ask({ client_id: 'off' }, site), 400, 'client-enabled');
    expectPage(await ask({ client_id: undefined }, site), 400, 'client-id-present');
    expect(site.store.calls).toEqual([]);
    expect(site.events.map(({ event }) => event['check'])).toEqual([
      'client-known',
      'client-enabled',
      'client-id-present',
    ]);
  });

  it('[SEC-61] names from the prototype are no clients, response types, modes or prompts', async () => {
    for (const name of ['constructor', 'toString', '__proto__', 'hasOwnProperty']) {
      expectPage(await ask({ client_id: name }), 400, 'client-known');
      expect(answerOf(await ask({ response_type: name }))).toMatchObject({ error: 'unsupported_response_type' });
      expect(answerOf(await ask({ response_mode: name }))).toMatchObject({ error: 'invalid_request' });
      expect(answerOf(await ask({ prompt: name }))).toMatchObject({ error: 'invalid_request' });
      expect(answerOf(await ask({ scope: name }))).toMatchObject({ error: 'invalid_scope' });
    }
  });

  it('[AX-20] [SEC-15] [SEC-16] [SEC-55] only the registered text of a redirect URI is redirected to', async () => {
    for (const uri of NEARLY.filter((text) => text !== ''))
      expectPage(
        await ask({ redirect_uri: uri }),
        400,
        uri.includes('\0') ? 'parameter-encoding' : 'redirect-uri-registered',
      );
    loginPage(await ask({ redirect_uri: CALLBACK }));
  });

  it('[AX-20] [SEC-92] the redirect URI may be left out where exactly one is registered', async () => {
    const site = aSite();
    site.clients.set('two', aClient({ id: 'two', redirectUris: [CALLBACK, `${CALLBACK}2`] }));
    loginPage(await ask({ redirect_uri: undefined }, site));
    loginPage(await ask({ redirect_uri: '' }, site));
    expectPage(await ask({ client_id: 'two', redirect_uri: undefined }, site), 400, 'redirect-uri-present');
    expectPage(await ask({ client_id: 'two', redirect_uri: '' }, site), 400, 'redirect-uri-present');
  });

  it('[SEC-17] no response mode, known or not, takes an error off the page', async () => {
    for (const response_mode of ['query', 'fragment', 'form_post', 'form_post.jwt', 'web_message', 'x'])
      for (const response_type of ['code', 'token', 'none']) {
        const mode = { response_mode, response_type };
        expectPage(await ask({ ...mode, client_id: 'nobody' }), 400, 'client-known');
        expectPage(await ask({ ...mode, redirect_uri: 'https://evil.test/' }), 400, 'redirect-uri-registered');
      }
  });

  it('[SEC-90] a directory of clients that does not answer is 503, never an unknown client', async () => {
    const site = aSite();
    site.context.clients.find = () => Promise.reject(new StoreError('unavailable', 'down'));
    const response = await ask({}, site);
    expect(response).toMatchObject({ kind: 'error_page', status: 503, headers: { 'Retry-After': '1' } });
  });

  it('[SEC-19] a parameter sent twice is refused, and so is one in query and body', async () => {
    const browser = aSite().browser();
    for (const name of ['state', 'client_id', 'redirect_uri', 'scope', 'x'])
      expectPage(await browser.get(`${aRequestPath({ [name]: 'a' })}&${name}=a`), 400, 'parameter-once');
    expectPage(await browser.post(aRequestPath(), { state: 'xyz' }), 400, 'parameter-once');
    expectPage(await browser.post(AUTHORIZE, { client_id: 'app', scope: ['read', 'write'] }), 400, 'parameter-once');
  });

  it('[SEC-43] each parameter has a cap: one byte past it is refused on a page', async () => {
    const site = aSite();
    const caps = { client_id: 255, redirect_uri: 2048, state: 2048, nonce: 512, login_hint: 256, prompt: 256 };
    for (const [name, cap] of Object.entries(caps)) {
      expectPage(await ask({ [name]: 'a'.repeat(cap + 1) }, site), 400, 'parameter-size');
      const atTheCap = await ask({ [name]: 'a'.repeat(cap) }, site);
      expect(JSON.stringify(atTheCap)).not.toContain('parameter-size');
    }
    const many = Array.from({ length: 65 }, (_, index) => `p${index}=1`).join('&');
    expectPage(await site.browser().get(`${AUTHORIZE}?${many}`), 400, 'parameter-count');
    expectPage(await site.browser().get(`${AUTHORIZE}?x=${'a'.repeat(16_400)}`), 414, 'query-size');
    expect(site.store.calls).toEqual([]);
  });

  it('refuses credentials in the URL', async () => {
    for (const name of ['client_secret', 'password', 'access_token', 'code'])
      expectPage(await ask({ [name]: 'x' }), 400, 'credentials-in-query');
    expectPage(
      await aSite().browser().post(AUTHORIZE, { client_id: 'app', client_secret: 'x' }),
      400,
      'credentials-in-query',
    );
  });
});

describe('a POST that is no decision', () => {
  it('[SEC-136] goes on by 303 to its own GET, before any cookie counts', async () => {
    const site = aSite();
    const browser = site.browser();
    const response = await browser.post(`${AUTHORIZE}?client_id=app`, { state: 'a&b=#%+ é', scope: 'read' });
    expect(response).toMatchObject({ kind: 'redirect', status: 303 });
    const url = new URL(locationOf(response), ISSUER);
    expect(url.pathname).toBe(AUTHORIZE);
    expect(Object.fromEntries(url.searchParams)).toEqual({ client_id: 'app', state: 'a&b=#%+ é', scope: 'read' });
    expect(site.store.calls).toEqual([]);
  });

  it('is refused where the GET would be too long, of another type, or by another method', async () => {
    const browser = aSite().browser();
    expectPage(await browser.post(AUTHORIZE, { x: 'a'.repeat(16_400) }), 414, 'query-size');
    expectPage(
      await browser.post(AUTHORIZE, {}, { headers: { 'content-type': 'application/json' } }),
      400,
      'content-type',
    );
  });
});

describe('a refusal that the client is told', () => {
  it('[AX-16] [AX-22] [AX-31] [SEC-139] is a redirect with error, description, state and iss', async () => {
    const refusals: readonly (readonly [Fields, string])[] = [
      [{ response_type: undefined }, 'invalid_request'],
      [{ response_type: 'none' }, 'unsupported_response_type'],
      [{ response_mode: 'web_message' }, 'invalid_request'],
      [{ request: 'e30.e30.' }, 'request_not_supported'],
      [{ request_uri: 'https://client.example/r' }, 'request_uri_not_supported'],
      [{ registration: '{}' }, 'registration_not_supported'],
      [{ prompt: 'maybe' }, 'invalid_request'],
      [{ prompt: 'none login' }, 'invalid_request'],
      [{ prompt: 'none' }, 'login_required'],
      [{ max_age: '-1' }, 'invalid_request'],
      [{ max_age: '1.5' }, 'invalid_request'],
      [{ scope: 'elsewhere' }, 'invalid_scope'],
      [{ resource: 'https://api.example/' }, 'invalid_target'],
      [{ code_challenge: CHALLENGE }, 'invalid_request'],
      [{ code_challenge: CHALLENGE, code_challenge_method: 'plain' }, 'invalid_request'],
      [{ code_challenge_method: 'S256' }, 'invalid_request'],
    ];
    for (const [over, error] of refusals) {
      const site = aSite();
      const response = await ask({ ...over, state: 'a&b=#%+ é' }, site);
      expect(response).toMatchObject({ kind: 'redirect', status: 302 });
      expect(locationOf(response).startsWith(`${CALLBACK}?error=`)).toBe(true);
      expect(answerOf(response)).toEqual({
        error,
        error_description: expect.any(String),
        state: 'a&b=#%+ é',
        iss: ISSUER,
      });
      expect(site.store.calls).toEqual([]);
    }
  });

  it('[AX-156] a request object is said to be unsupported, not ignored', async () => {
    expect(answerOf(await ask({ request: 'x' }))).toMatchObject({ error: 'request_not_supported' });
  });

  it('[SEC-139] travels as the response mode says, and never in the query where a token was asked for', async () => {
    const refused = { scope: 'elsewhere' };
    expect(locationOf(await ask({ ...refused, response_mode: 'fragment' }))).toContain('#error=invalid_scope');
    expect(locationOf(await ask({ ...refused, response_type: 'token' }))).toContain('#error=invalid_scope');
    expect(await ask({ ...refused, response_mode: 'form_post' })).toEqual({
      kind: 'form_post',
      action: CALLBACK,
      fields: { error: 'invalid_scope', error_description: expect.any(String), state: 'xyz', iss: ISSUER },
    });
    const inQuery = await ask({ response_type: 'token', response_mode: 'query' });
    expect(locationOf(inQuery).split('#')[0]).toBe(CALLBACK);
    expect(answerOf(inQuery)).toMatchObject({ error: 'invalid_request' });
    expect(locationOf(await ask({ response_type: 'code token x' }))).toContain('#error=unsupported_response_type');
  });

  it('[AX-17] [AX-107] the implicit grant is off for a client that does not name it, and for a server that has it off', async () => {
    const site = aSite();
    const grantTypes = ['implicit'];
    const responseTypes = ['token'];
    for (const registered of [{}, { grantTypes }, { responseTypes }]) {
      site.clients.set('app', aClient(registered));
      expect(answerOf(await ask({ response_type: 'token' }, site))).toMatchObject({ error: 'unauthorized_client' });
    }
    site.clients.set('app', aClient({ grantTypes, responseTypes }));
    expect(answerOf(await ask({}, site))).toMatchObject({ error: 'unauthorized_client' });
    const off = aSite({ settings: { enabledGrants: new Set(['authorization_code']) } });
    expect(answerOf(await ask({ response_type: 'token' }, off))).toMatchObject({ error: 'unsupported_response_type' });
    expect([site.store.calls, off.store.calls]).toEqual([[], []]);
  });

  it('[SEC-43] says which of scope and resource is too much', async () => {
    const site = aSite();
    const scopes = Array.from({ length: 101 }, (_, index) => `s${index}`).join(' ');
    for (const scope of [scopes, 'a'.repeat(256), 'a'.repeat(4_097), 'read  write', 'read"', 'réad'])
      expect(answerOf(await ask({ scope }, site))).toMatchObject({ error: 'invalid_scope', state: 'xyz' });
    const resource = Array.from({ length: 11 }, (_, index) => `https://api${index}.example/`);
    expect(answerOf(await ask({ resource }, site))).toMatchObject({ error: 'invalid_target' });
    expect(site.store.calls).toEqual([]);
  });

  it('[AX-65] has the operator’s description where there is one', async () => {
    const site = aSite({ settings: { errorDescriptions: { invalid_scope: 'Ask the help desk.' } } });
    expect(answerOf(await ask({ scope: 'x' }, site))).toMatchObject({ error_description: 'Ask the help desk.' });
  });

  it('[SEC-75] keeps the query of the registered URI', async () => {
    const site = aSite();
    const uris = {
      'https://client.example/q?a=b': 'https://client.example/q?a=b&error=',
      'https://client.example/e?': 'https://client.example/e?error=',
    };
    site.clients.set('app', aClient({ redirectUris: Object.keys(uris) }));
    for (const [redirect_uri, start] of Object.entries(uris))
      expect(locationOf(await ask({ redirect_uri, scope: 'x' }, site)).startsWith(start)).toBe(true);
  });

  it('a store that does not answer is temporarily_unavailable', async () => {
    const site = aSite();
    const browser = site.browser();
    browser.owner = `${'a'.repeat(22)}.${'b'.repeat(22)}`;
    site.store.find = () => Promise.reject(new StoreError('unavailable', 'down'));
    expect(answerOf(await browser.authorize())).toMatchObject({ error: 'temporarily_unavailable', state: 'xyz' });
  });

  it('a defect is server_error, and its cause stays home', async () => {
    const site = aSite({ hooks: { authenticatedSubject: () => Promise.reject(new Error('kaboom')) } });
    const response = await ask({}, site);
    expect(answerOf(response)).toMatchObject({ error: 'server_error' });
    expect(locationOf(response)).not.toContain('kaboom');
  });
});

describe('the requirement of PKCE', () => {
  it('[SEC-21] follows server and client', async () => {
    const confidential = aClient();
    const strict = aClient({ requirePkce: true });
    const open = aClient({ type: 'public', authMethods: ['none'] });
    const cases = [
      ['perClient', confidential, false],
      ['perClient', strict, true],
      ['public', open, true],
      ['public', confidential, false],
      ['all', confidential, true],
    ] as const;
    for (const [requirePkce, client, required] of cases) {
      const site = aSite();
      const { authorize } = site.context.settings;
      Object.assign(site.context, { settings: { ...site.context.settings, authorize: { ...authorize, requirePkce } } });
      site.clients.set('app', client);
      const without = await ask({}, site);
      if (required) expect(answerOf(without)).toMatchObject({ error: 'invalid_request' });
      else loginPage(without);
      loginPage(await ask({ code_challenge: CHALLENGE, code_challenge_method: 'S256' }, site));
    }
  });
});

describe('the table of steps', () => {
  it('[AX-32] [AX-246] has an outcome for every request, and its trace says how far one came', async () => {
    const site = aSite();
    const trace: unknown[] = [];
    const log = { ...silentLog, isEnabled: () => true, debug: ({ step }: LogFields) => trace.push(step) };
    Object.assign(site.context, { runtime: { ...site.context.runtime, log } });
    const browser = site.browser();
    await browser.toAnswer();
    expect(trace.slice(-AUTHORIZE_STEPS.length)).toEqual(AUTHORIZE_STEPS.map(({ name }) => name));
    expect(site.events.at(-1)).toMatchObject({ name: 'authorize.granted', event: { clientId: 'app', subject: 'ann' } });
    trace.length = 0;
    await browser.authorize({ response_type: 'x' });
    expect(trace).toEqual(['within limits', 'client', 'redirect uri', 'request object']);
    expect(site.events.at(-1)).toMatchObject({ name: 'request.refused', event: { check: 'response-type-supported' } });
  });

  it('[SEC-17] a check of the page phase that fails stays on a page, also where the redirect URI is known', async () => {
    const { context } = aSite();
    const { steps } = new StepTable()
      .page('uri', () => ({ redirectUri: CALLBACK }))
      .page('late', () => {
        throw new OAuthError('invalid_request', 'Not good.', { check: 'late' });
      });
    const state = { context, request: aRequest(), now: 0, form: aForm({}), self: '', decision: null };
    expectPage(await runSteps(steps, state), 400, 'late');
  });

  it('[SEC-17] verifies client and redirect URI on pages before anything is said by redirect', () => {
    const pages = AUTHORIZE_STEPS.filter(({ phase }) => phase === 'page').map(({ name }) => name);
    expect(pages).toEqual(['within limits', 'client', 'redirect uri']);
    expect(AUTHORIZE_STEPS.slice(0, 3).map(({ name }) => name)).toEqual(pages);
  });
});
