import { describe, expect, it } from 'vitest';
import { readGrant } from '../grants/grant.ts';
import { aClient } from '../grants/world.test-support.ts';
import { DEFAULT_SETTINGS } from '../server/defaults.ts';
import type { Register } from '../store/records.ts';
import {
  answerOf,
  aSite,
  CALLBACK,
  consentPage,
  type Fields,
  locationOf,
  loginPage,
  type Site,
} from './browser.test-support.ts';

const ISSUER = 'https://issuer.example';
const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';

const redeem = (site: Site, code: string | undefined, over: Record<string, string> = {}) =>
  site.token({ grant_type: 'authorization_code', code: code ?? '', redirect_uri: CALLBACK, ...over });

/** A site at whose app the owner has allowed everything before. */
async function remembered(site: Site = aSite()) {
  const browser = site.browser();
  await browser.toAnswer();
  return { site, browser };
}

async function theGrant(site: Site) {
  const all = (await site.store.list('grant', { client: 'app' }, { limit: 10 })).items;
  const [only] = all as [Register];
  expect(all).toHaveLength(1);
  return readGrant(only);
}

describe('the code flow', () => {
  it('[AX-15] [AX-24] [AX-86] signs in, asks, and gives a code that becomes tokens', async () => {
    const site = aSite();
    const browser = site.browser();
    const login = await browser.authorize();
    expect(loginPage(login)).toMatchObject({ clientName: 'App', continueTo: expect.stringContaining('state=xyz') });
    // An anonymous visitor costs the store nothing.
    expect(site.store.calls).toEqual([]);
    const page = consentPage(await browser.follow(await browser.signIn(loginPage(login))));
    const answer = await browser.decide(page);
    expect(answer).toMatchObject({ kind: 'redirect', status: 303 });
    expect(answerOf(answer)).toEqual({
      code: expect.stringMatching(/^gC1[0-9A-Za-z]{27}$/),
      state: 'xyz',
      iss: ISSUER,
    });
    const { status, body } = await redeem(site, answerOf(answer)['code']);
    expect([status, body]).toMatchObject([200, { scope: 'read write', refresh_token: expect.any(String) }]);
  });

  it('[AX-22] [SEC-75] echoes any state and gives a valid query', async () => {
    const { browser } = await remembered();
    const state = 'a&b=#%+ é"<>\'';
    const answer = await browser.authorize({ state });
    expect(answer).toMatchObject({ kind: 'redirect', status: 302 });
    expect(locationOf(answer).match(/[?]/g)).toHaveLength(1);
    expect(answerOf(answer)['state']).toBe(state);
    expect(answerOf(await browser.authorize({ state: undefined }))).not.toHaveProperty('state');
  });

  it('[AX-231] answers at once where everything asked for is remembered, with two reads and one write', async () => {
    const { site, browser } = await remembered();
    site.store.calls.length = 0;
    const answer = await browser.authorize();
    expect(answerOf(answer)).toHaveProperty('code');
    expect(site.store.calls).toEqual(['find session', 'find consent', 'write  grant']);
  });

  it('[AX-41] [AX-42] [AX-164] a code has its length and life, and its grant knows the request', async () => {
    const code = { length: 40, ttlSeconds: 20, metadata: {} };
    const site = aSite({ settings: { authorize: { ...DEFAULT_SETTINGS.authorize, code } } });
    const answer = answerOf(
      await site.browser().toAnswer({ nonce: 'n-1', code_challenge: CHALLENGE, code_challenge_method: 'S256' }),
    );
    expect(answer['code']).toHaveLength(40);
    const { data, register, state } = await theGrant(site);
    expect(data).toMatchObject({
      origin: 'authorization_code',
      redirectUri: CALLBACK,
      challenge: { method: 'S256', value: CHALLENGE },
      scope: ['read', 'write'],
      requestedScope: ['read', 'write'],
      state: 'xyz',
      nonce: 'n-1',
      consent: true,
      request: { client_id: 'app', response_type: 'code' },
    });
    expect(register).toMatchObject({ clientId: 'app', subject: 'ann' });
    expect(state.code?.expiresAt).toBe(site.time.now + 20_000);
    site.time.now += 20_000;
    expect(await redeem(site, answer['code'], { code_verifier: VERIFIER })).toMatchObject({ status: 400 });
  });

  it('[AX-43] keeps the code’s metadata, with selectors filled in', async () => {
    const code = { ...DEFAULT_SETTINGS.authorize.code, metadata: { Client: '${client.id}', Name: 'John' } };
    const site = aSite({ settings: { authorize: { ...DEFAULT_SETTINGS.authorize, code } } });
    await site.browser().toAnswer();
    expect((await theGrant(site)).data.metadata).toEqual({ Client: 'app', Name: 'John' });
  });

  it('[SEC-21] a challenge binds the code to its verifier', async () => {
    const challenged: Fields = { code_challenge: CHALLENGE, code_challenge_method: 'S256' };
    const { site, browser } = await remembered();
    const code = async (over: Fields) => answerOf(await browser.authorize(over))['code'];
    expect(await redeem(site, await code(challenged), { code_verifier: VERIFIER })).toMatchObject({ status: 200 });
    expect(await redeem(site, await code(challenged))).toMatchObject({ status: 400 });
    expect(await redeem(site, await code({}), { code_verifier: VERIFIER })).toMatchObject({ status: 400 });
  });

  it('[SEC-9] a code ends with the session that it was given in', async () => {
    const { site, browser } = await remembered();
    const code = answerOf(await browser.authorize())['code'];
    await site.store.write({ attempt: 'end', change: { kind: 'session', ...(await sessionOf(site)), state: null } });
    expect(await redeem(site, code)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
  });

  it('a session that has only run out does not spoil its last code', async () => {
    const { site, browser } = await remembered();
    site.time.now += 599_000;
    const code = answerOf(await browser.authorize())['code'];
    site.time.now += 300_000;
    await site.store.sweep({ at: site.time.now, batch: 100, budgetMs: 100 });
    expect(await redeem(site, code)).toMatchObject({ status: 200 });
  });

  it('[SEC-40] an owner who is locked or disabled between code and redemption is refused', async () => {
    for (const change of [{ locked: true }, { enabled: false }]) {
      const { site, browser } = await remembered();
      const code = answerOf(await browser.authorize())['code'];
      const ann = site.owners.get('ann');
      if (ann) site.owners.set('ann', { ...ann, ...change });
      expect(await redeem(site, code)).toMatchObject({ status: 400 });
      // Nor does the session go on.
      loginPage(await browser.authorize());
    }
  });

  it('[SEC-139] travels in the mode asked for, always with iss', async () => {
    const { browser } = await remembered();
    const answered = { code: expect.any(String), state: 'xyz', iss: ISSUER };
    const inFragment = await browser.authorize({ response_mode: 'fragment' });
    expect(locationOf(inFragment).startsWith(`${CALLBACK}#code=`)).toBe(true);
    expect(answerOf(inFragment)).toEqual(answered);
    const posted = await browser.authorize({ response_mode: 'form_post' });
    expect(posted).toMatchObject({ kind: 'form_post', action: CALLBACK, fields: answered });
  });

  it('[AX-29] shows the code on a page for a client that registers the out-of-band URI', async () => {
    const oob = 'urn:ietf:wg:oauth:2.0:oob';
    const site = aSite();
    const app = site.clients.get('app');
    site.clients.set('app', aClient({ ...app, redirectUris: [oob] }));
    const browser = site.browser();
    const answer = await browser.toAnswer({ redirect_uri: oob });
    expect(answer).toMatchObject({ kind: 'code_page', clientName: 'App', state: 'xyz' });
    expect(await redeem(site, answer.kind === 'code_page' ? answer.code : '', { redirect_uri: oob })).toMatchObject({
      status: 200,
    });
    // There is nobody to redirect a refusal to, and nowhere to put a token.
    expect(await browser.authorize({ redirect_uri: oob, scope: 'x' })).toMatchObject({
      kind: 'error_page',
      status: 400,
    });
    expect(await browser.authorize({ redirect_uri: oob, response_type: 'token' })).toMatchObject({
      kind: 'error_page',
    });
  });
});

describe('the scopes of an authorization', () => {
  it('[AX-21] [SEC-78] are separated by space, comma, or both', async () => {
    for (const scope of ['read write', 'read,write', 'read, write']) {
      const site = aSite();
      const page = await site.browser().toConsent({ scope });
      expect(page.scopes).toEqual(['read', 'write']);
    }
  });

  it('[AX-48] [AX-80] [SEC-80] are those registered, and the defaults where none is asked for', async () => {
    const site = aSite();
    const browser = site.browser();
    expect((await browser.toConsent({ scope: 'read elsewhere' })).scopes).toEqual(['read']);
    expect((await browser.toConsent({ scope: undefined })).scopes).toEqual(['read']);
    expect((await browser.toConsent({ scope: 'openid read' })).scopes).toEqual(['openid', 'read']);
  });

  it('[AX-49] [AX-81] are the policy’s where a deployment has one, which knows the owner', async () => {
    const seen: unknown[] = [];
    const grants = new Map(DEFAULT_SETTINGS.grants);
    for (const [name, settings] of grants) grants.set(name, { ...settings, scopes: { source: 'hook', match: 'any' } });
    const site = aSite({
      settings: { grants },
      hooks: {
        chooseScopes: ({ owner, requestedScope }) => {
          seen.push([owner?.subject, requestedScope]);
          return ['policy/scope'];
        },
      },
    });
    const page = await site.browser().toConsent({ scope: 'anything' });
    expect(page.scopes).toEqual(['policy/scope']);
    expect(seen).toEqual([['ann', ['anything']]]);
  });

  it('[AX-38] [AX-243] [SEC-73] without a consent page are exactly the valid requested ones, whatever was allowed before', async () => {
    const { site, browser } = await remembered();
    const app = site.clients.get('app');
    site.clients.set('app', aClient({ ...app, skipConsent: true }));
    const { body } = await redeem(site, answerOf(await browser.authorize({ scope: 'write elsewhere' }))['code']);
    expect(body).toMatchObject({ scope: 'write' });
  });

  it('[AX-38] a server-wide setting skips the page, and records nothing', async () => {
    const site = aSite({ settings: { authorize: { ...DEFAULT_SETTINGS.authorize, skipConsent: true } } });
    const browser = site.browser();
    const answer = await browser.follow(await browser.signIn(loginPage(await browser.authorize())));
    expect(answerOf(answer)).toHaveProperty('code');
    expect((await site.store.list('consent', { subject: 'ann' }, { limit: 10 })).items).toEqual([]);
    expect((await theGrant(site)).data.consent).toBe(false);
  });

  it('name the resources, which a request may narrow but not widen', async () => {
    const site = aSite();
    const app = site.clients.get('app');
    site.clients.set('app', aClient({ ...app, audience: ['https://a.example', 'https://b.example'] }));
    const browser = site.browser();
    expect((await browser.toConsent()).audience).toEqual(['https://a.example', 'https://b.example']);
    expect((await browser.toConsent({ resource: 'https://a.example' })).audience).toEqual(['https://a.example']);
    expect(answerOf(await browser.authorize({ resource: 'https://c.example' }))).toMatchObject({
      error: 'invalid_target',
    });
  });
});

async function sessionOf(site: Site) {
  const [session] = (await site.store.list('session', { subject: 'ann' }, { limit: 1 })).items;
  if (!session) throw new Error('Nobody is signed in.');
  return { key: session.key, from: session.version };
}
