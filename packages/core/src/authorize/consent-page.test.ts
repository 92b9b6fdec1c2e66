import { describe, expect, it } from 'vitest';
import { aClient } from '../grants/world.test-support.ts';
import { anOpenidSite } from '../openid/openid.test-support.ts';
import { DEFAULT_SETTINGS } from '../server/defaults.ts';
import { createServerSecrets } from '../server/secrets.ts';
import { answerOf, aSite, CALLBACK, consentPage, locationOf, loginPage, type Site } from './browser.test-support.ts';
import { consentedScope, consentKey } from './consent.ts';
import { removeConsent } from './remove-consent.ts';

const recorded = async (site: Site) => consentedScope(await site.store.find('consent', consentKey('app', 'ann')));
const grants = async (site: Site) => (await site.store.list('grant', { client: 'app' }, { limit: 50 })).items;
const redeem = async (site: Site, code: string | undefined) =>
  (await site.token({ grant_type: 'authorization_code', code: code ?? '', redirect_uri: CALLBACK })).body;
const writes = (site: Site) => site.store.calls.filter((call) => call.startsWith('write'));

describe('the consent page', () => {
  it('[AX-228] names client, scopes, owner and lifetimes, and carries the request sealed', async () => {
    const site = aSite();
    const browser = site.browser();
    const page = await browser.toConsent({ state: 'a-state-of-the-client' });
    expect(page).toMatchObject({
      client: { id: 'app', name: 'App', hasLogo: false },
      subject: 'ann',
      username: 'ann',
      scopes: ['read', 'write'],
      alreadyGranted: [],
      accessTokenSeconds: 3600,
      refreshSeconds: 43_200,
    });
    // Each long enough that what is sealed never holds it by chance.
    for (const value of ['client.example', 'a-state-of-the-client', 'read+write'])
      expect(Buffer.from(page.interaction, 'base64url').toString('latin1')).not.toContain(value);
    const implicit = await browser.toConsent({ response_type: 'token' });
    expect([implicit.accessTokenSeconds, implicit.refreshSeconds]).toEqual([3600, null]);
  });

  it('names no lifetime where an ID token alone is asked for', async () => {
    const asked = { response_type: 'id_token', scope: 'openid', nonce: 'n', prompt: 'consent' };
    const page = await anOpenidSite().browser().toConsent(asked);
    expect([page.accessTokenSeconds, page.refreshSeconds]).toEqual([null, null]);
  });

  it('[AX-30] [AX-160] [SEC-42] neither store nor cookie holds anything of the request', async () => {
    const site = aSite();
    const browser = site.browser();
    await browser.toConsent({ state: 'secret-state' });
    const stored = JSON.stringify([...site.store.registers.values(), ...site.store.tokens.values()]);
    for (const text of ['secret-state', ...(browser.owner?.split('.') ?? [])]) expect(stored).not.toContain(text);
    for (const cookie of [browser.owner, browser.strict]) {
      expect(cookie).toMatch(/^[\w.-]{22,64}$/);
      expect(Buffer.from(cookie ?? '', 'base64url').toString('latin1')).not.toContain('secret-state');
    }
  });

  it('[AX-28] a no is access_denied to the client; nothing is written', async () => {
    const site = aSite();
    const browser = site.browser();
    const page = await browser.toConsent();
    site.store.calls.length = 0;
    const answer = await browser.decide(page, { decision: 'deny' });
    expect(answerOf(answer)).toMatchObject({ error: 'access_denied', state: 'xyz', iss: 'https://issuer.example' });
    expect(writes(site)).toEqual([]);
    expect(site.events).toContainEqual({ name: 'consent.decided', event: expect.objectContaining({ allowed: false }) });
  });

  it('[AX-229] grants the subset that was ticked; none at all is a no', async () => {
    const site = aSite();
    const browser = site.browser();
    const page = await browser.toConsent();
    expect(answerOf(await browser.decide(page, { scope: [] }))).toMatchObject({ error: 'access_denied' });
    expect(await recorded(site)).toBeNull();
    const { code } = answerOf(await browser.decide(page, { scope: 'write' }));
    expect(await redeem(site, code)).toMatchObject({ scope: 'write' });
    expect(await recorded(site)).toEqual(['write']);
  });

  describe('of a client with several resources', () => {
    const [A, B] = ['https://a.example', 'https://b.example'] as const;
    const withResources = (site: Site, audience: readonly string[]): void => {
      site.clients.set('app', aClient({ ...site.clients.get('app'), audience }));
    };

    it('[AX-231] asks again for a scope at a resource that it was not allowed for, silent requests included', async () => {
      const site = aSite();
      withResources(site, [A, B]);
      const browser = site.browser();
      await browser.decide(await browser.toConsent({ scope: 'read', resource: A }));
      expect(answerOf(await browser.authorize({ scope: 'read', resource: A }))).toHaveProperty('code');
      for (const resource of [B, [A, B], undefined])
        expect(answerOf(await browser.authorize({ scope: 'read', resource, prompt: 'none' }))).toMatchObject({
          error: 'consent_required',
        });
      // What was allowed for one scope at one resource says nothing of another pair.
      const page = await browser.toConsent({ scope: 'write', resource: B });
      expect([page.scopes, page.audience]).toEqual([['write'], [B]]);
      await browser.decide(page);
      expect((await browser.toConsent({ resource: A })).scopes).toEqual(['write']);
      const both = await browser.toConsent();
      expect([both.scopes, both.alreadyGranted]).toEqual([['read', 'write'], []]);
      await browser.decide(both);
      expect(answerOf(await browser.authorize({ prompt: 'none' }))).toHaveProperty('code');
      expect((await site.store.list('consent', { subject: 'ann' }, { limit: 10 })).items).toHaveLength(1);
    });

    it('is decided for those that it names: one registered since is asked for anew', async () => {
      const site = aSite();
      withResources(site, [A]);
      const browser = site.browser();
      const page = await browser.toConsent();
      withResources(site, [A, B]);
      const answer = await browser.decide(page);
      expect(await grants(site)).toEqual([]);
      expect(consentPage(await browser.follow(answer)).audience).toEqual([A, B]);
    });
  });

  it('[AX-230] [AX-231] asks only for what is not yet allowed, and extends the one record', async () => {
    const site = aSite();
    const browser = site.browser();
    await browser.decide(await browser.toConsent({ scope: 'read' }));
    const [first] = (await site.store.list('consent', { subject: 'ann' }, { limit: 10 })).items;
    site.time.now += 1_000;
    const page = await browser.toConsent();
    expect([page.scopes, page.alreadyGranted]).toEqual([['write'], ['read']]);
    const { code } = answerOf(await browser.decide(page));
    expect(await redeem(site, code)).toMatchObject({ scope: 'read write' });
    const records = (await site.store.list('consent', { subject: 'ann' }, { limit: 10 })).items;
    expect(records).toHaveLength(1);
    expect(records[0]?.createdAt).toBe(first?.createdAt);
    expect(await recorded(site)).toEqual(['read', 'write']);
  });

  it('a decision that needs no wider consent writes none', async () => {
    const site = aSite();
    const browser = site.browser();
    await browser.toAnswer();
    const page = consentPage(await browser.authorize({ prompt: 'consent' }));
    expect(page.scopes).toEqual(['read', 'write']);
    site.store.calls.length = 0;
    expect(answerOf(await browser.decide(page))).toHaveProperty('code');
    expect(site.store.calls).toEqual(['find session', 'find consent', 'find grant', 'write  grant']);
  });

  it('[SEC-20] [SEC-73] what was accepted is only ever narrowed', async () => {
    const site = aSite();
    const browser = site.browser();
    const page = await browser.toConsent({ scope: 'read' });
    expect(await browser.decide(page, { scope: ['read', 'write'] })).toMatchObject({ kind: 'error_page', status: 400 });
    expect(await grants(site)).toEqual([]);
    // The address and whatever else is in the form do not count: the sealed request does.
    const action = page.action
      .replace('response_type=code', 'response_type=token')
      .replace('scope=read', 'scope=write');
    const answer = await browser.decide(
      { ...page, action },
      { client_id: 'eve', response_type: 'token', redirect_uri: 'https://evil.test/' },
    );
    expect(locationOf(answer).startsWith(`${CALLBACK}?code=`)).toBe(true);
    expect(await redeem(site, answerOf(answer)['code'])).toMatchObject({ scope: 'read' });
  });

  it('[SEC-14] a client that was disabled, or lost URI or scope, while the page was open is refused', async () => {
    const site = aSite();
    const browser = site.browser();
    const page = await browser.toConsent();
    const app = site.clients.get('app') ?? aClient();
    site.clients.set('app', { ...app, enabled: false });
    expect(await browser.decide(page)).toMatchObject({ kind: 'error_page', error: { code: 'invalid_client' } });
    site.clients.set('app', { ...app, redirectUris: ['https://client.example/new'] });
    expect(await browser.decide(page)).toMatchObject({ kind: 'error_page', error: { code: 'invalid_request' } });
    site.clients.set('app', { ...app, scopes: ['read'] });
    expect(await redeem(site, answerOf(await browser.decide(page))['code'])).toMatchObject({ scope: 'read' });
    expect(await recorded(site)).toEqual(['read']);
  });

  it('[SEC-37] a native public client is asked each time, and prompt=none is consent_required', async () => {
    for (const uri of ['http://127.0.0.1/cb', 'com.example.app:/cb']) {
      const site = aSite();
      const native = { type: 'public', authMethods: ['none'], redirectUris: [uri], skipConsent: true } as const;
      site.clients.set('app', aClient({ ...site.clients.get('app'), ...native }));
      const browser = site.browser();
      await browser.toAnswer({ redirect_uri: uri });
      expect(consentPage(await browser.authorize({ redirect_uri: uri })).scopes).toEqual(['read', 'write']);
      const silent = answerOf(await browser.authorize({ redirect_uri: uri, prompt: 'none' }));
      expect(silent).toMatchObject({ error: 'consent_required' });
      expect(await grants(site)).toHaveLength(1);
    }
  });
});

describe('a consent page that is posted more than once', () => {
  it('gives the same code while that is unspent, and writes nothing more', async () => {
    const site = aSite();
    const browser = site.browser();
    const page = await browser.toConsent();
    const first = await browser.decide(page);
    site.store.calls.length = 0;
    const second = await browser.decide(page, { scope: 'read' });
    expect(second).toEqual(first);
    expect(writes(site)).toEqual([]);
    expect(await redeem(site, answerOf(first)['code'])).toMatchObject({ scope: 'read write' });
  });

  it('[SEC-2] a spent code is never sent out again: the request starts again', async () => {
    const site = aSite();
    const browser = site.browser();
    const page = await browser.toConsent();
    const { code } = answerOf(await browser.decide(page));
    await redeem(site, code);
    const again = await browser.decide(page);
    expect(again).toMatchObject({ kind: 'redirect', status: 303 });
    expect(locationOf(again)).toBe(page.action);
    const fresh = answerOf(await browser.follow(again));
    expect(fresh['code']).toBeDefined();
    expect(fresh['code']).not.toBe(code);
    // The family of the first is unharmed.
    expect((await grants(site)).every(({ revoked }) => revoked === null)).toBe(true);
  });

  it('an expired code is not sent out either', async () => {
    const { authorize: defaults } = DEFAULT_SETTINGS;
    const authorize = { ...defaults, code: { ...defaults.code, ttlSeconds: 20 } };
    const site = aSite({ settings: { authorize } });
    const browser = site.browser();
    const page = await browser.toConsent();
    await browser.decide(page);
    site.time.now += 20_000;
    // Its grant is kept as long as the page may come back.
    await site.store.sweep({ at: site.time.now + 60_000, batch: 100, budgetMs: 100 });
    expect(locationOf(await browser.decide(page))).toBe(page.action);
  });

  it('two tabs with a page each both end well', async () => {
    const site = aSite();
    const browser = site.browser();
    const one = await browser.toConsent({ state: 'one' });
    const two = consentPage(await browser.authorize({ state: 'two' }, { fromElsewhere: true }));
    expect(answerOf(await browser.decide(one))).toMatchObject({ code: expect.any(String), state: 'one' });
    expect(answerOf(await browser.decide(two))).toMatchObject({ code: expect.any(String), state: 'two' });
    expect(await grants(site)).toHaveLength(2);
  });

  it('[AX-166] [AX-221] after the consent was taken back, the page starts the request again', async () => {
    const site = aSite();
    const browser = site.browser();
    const page = await browser.toConsent();
    const { code } = answerOf(await browser.decide(page));
    expect(await removeConsent(site.context, 'app', 'ann', 'trace-2')).toBe(1);
    expect(await redeem(site, code)).toMatchObject({ error: 'invalid_grant' });
    const again = await browser.decide(page);
    expect(locationOf(again)).toBe(page.action);
    expect(consentPage(await browser.follow(again)).scopes).toEqual(['read', 'write']);
    expect(await recorded(site)).toBeNull();
  });

  it('a scope that was allowed before and taken back while the page was open is not carried along', async () => {
    const site = aSite();
    const browser = site.browser();
    await browser.decide(await browser.toConsent({ scope: 'read' }));
    const page = await browser.toConsent();
    await removeConsent(site.context, 'app', 'ann', 'trace-2');
    expect(await redeem(site, answerOf(await browser.decide(page))['code'])).toMatchObject({ scope: 'write' });
    expect(await recorded(site)).toEqual(['write']);
  });
});

describe('a consent page that is not good any more', () => {
  it('[SEC-89] after its time the request starts again', async () => {
    const site = aSite({ settings: { login: { ...DEFAULT_SETTINGS.login, sessionSeconds: 3_600 } } });
    const browser = site.browser();
    const page = await browser.toConsent();
    site.time.now += 600_000;
    const again = await browser.decide(page);
    expect(locationOf(again)).toBe(page.action);
    expect(await grants(site)).toEqual([]);
    expect(answerOf(await browser.decide(consentPage(await browser.follow(again))))).toHaveProperty('code');
  });

  it('after its session the request starts again, at the login page', async () => {
    const site = aSite({ settings: { login: { ...DEFAULT_SETTINGS.login, sessionSeconds: 60 } } });
    const browser = site.browser();
    const page = await browser.toConsent();
    site.time.now += 60_000;
    loginPage(await browser.follow(await browser.decide(page)));
    expect(await grants(site)).toEqual([]);
  });

  it('[SEC-41] [SEC-136] in another browser, signed in or not, it decides nothing', async () => {
    const site = aSite();
    const page = await site.browser().toConsent();
    const stranger = site.browser();
    expect(locationOf(await stranger.decide(page))).toBe(page.action);
    // Not even where it is the same owner's.
    await stranger.toConsent();
    expect(locationOf(await stranger.decide(page))).toBe(page.action);
    expect(await grants(site)).toEqual([]);
    expect(await recorded(site)).toBeNull();
  });

  it('[SEC-41] without the cookie of its browser it decides nothing', async () => {
    const site = aSite();
    const browser = site.browser();
    const page = await browser.toConsent();
    browser.strict = 'a'.repeat(43);
    expect(locationOf(await browser.decide(page))).toBe(page.action);
    expect(await grants(site)).toEqual([]);
  });

  it('[SEC-136] without its token, or from another site, it is refused', async () => {
    const site = aSite();
    const browser = site.browser();
    const page = await browser.toConsent();
    const other = await browser.toConsent();
    for (const form_token of [undefined, 'x', other.formToken])
      expect(await browser.decide(page, { form_token })).toMatchObject({ kind: 'error_page', status: 403 });
    const foreign = [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { origin: 'https://evil.test' },
      { origin: 'null' },
    ];
    for (const headers of foreign)
      expect(await browser.decide(page, {}, { headers })).toMatchObject({ kind: 'error_page', status: 403 });
    expect(await browser.decide(page, { decision: 'perhaps' })).toMatchObject({ kind: 'error_page', status: 400 });
    expect(await grants(site)).toEqual([]);
    const own = { 'sec-fetch-site': 'same-origin', origin: 'https://issuer.example' };
    expect(answerOf(await browser.decide(page, {}, { headers: own }))).toHaveProperty('code');
  });

  it('a server secret that came first is used as long as it is listed, and then the request starts again', async () => {
    const [old, next, last] = ['o', 'n', 'l'].map((letter) => letter.repeat(32)) as [string, string, string];
    const site = aSite({ secrets: [old] });
    const browser = site.browser();
    const page = await browser.toConsent();
    const rotate = (secrets: string[]) => Object.assign(site.context, { secrets: createServerSecrets(secrets) });
    rotate([next, old]);
    const first = answerOf(await browser.decide(page));
    rotate([last, next, old]);
    expect(answerOf(await browser.decide(page))['code']).toBe(first['code']);
    expect(await grants(site)).toHaveLength(1);
    expect(await redeem(site, first['code'])).toMatchObject({ scope: 'read write' });
    rotate([last]);
    const again = await browser.decide(page);
    expect(locationOf(again)).toBe(page.action);
    expect(answerOf(await browser.follow(again))).toHaveProperty('code');
  });

  it('garbage in place of the sealed request starts again, never a defect', async () => {
    const browser = aSite().browser();
    const page = await browser.toConsent();
    const flipped = Buffer.from(page.interaction, 'base64url');
    flipped[20] = (flipped[20] ?? 0) ^ 1;
    for (const interaction of ['x', 'a'.repeat(37), 'a'.repeat(500), flipped.toString('base64url')])
      expect(locationOf(await browser.decide({ ...page, interaction }))).toBe(page.action);
  });
});
