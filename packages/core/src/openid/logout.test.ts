import { describe, expect, it } from 'vitest';
import {
  answerOf,
  type Browser,
  CALLBACK,
  type Fields,
  locationOf,
  loginPage,
  type Site,
} from '../authorize/browser.test-support.ts';
import { aClient, anOwner, NOON } from '../grants/world.test-support.ts';
import { signJwt } from '../keys/sign-jwt.ts';
import { LOGOUT_PATH } from '../owner/own-path.ts';
import { StoreError } from '../store/store-error.ts';
import { anOpenidSite, EC, RSA, readIdToken } from './openid.test-support.ts';

const AFTER = 'https://client.example/bye';
const CLAIMS = { iss: 'https://issuer.example', sub: 'ann', aud: 'app', iat: NOON / 1000, exp: NOON / 1000 + 60 };
const hintOf = (claims: object = {}, key = RSA): Promise<string> => signJwt(key, { ...CLAIMS, ...claims });

interface SignedIn {
  readonly site: Site;
  readonly browser: Browser;
  readonly tokens: Readonly<Record<string, unknown>>;
}

async function signedIn(scope = 'openid'): Promise<SignedIn> {
  const site = anOpenidSite();
  site.clients.set('app', aClient({ ...site.clients.get('app'), postLogoutRedirectUris: [AFTER, `${AFTER}?x=1`] }));
  const browser = site.browser();
  const { code = '' } = answerOf(await browser.toAnswer({ scope }));
  const { body } = await site.token({ grant_type: 'authorization_code', code, redirect_uri: CALLBACK });
  return { site, browser, tokens: body };
}
const logout = (browser: Browser, fields: Readonly<Record<string, unknown>>) => {
  const pairs = Object.entries(fields).filter((pair): pair is [string, string] => typeof pair[1] === 'string');
  return browser.get(`${LOGOUT_PATH}?${new URLSearchParams(pairs)}`);
};
/** The page that asks. */
const asksFor = async (browser: Browser, fields: Readonly<Record<string, unknown>>) => {
  const page = await logout(browser, fields);
  if (page.kind !== 'interact' || page.prompt.type !== 'logout') throw new Error(`It showed ${page.kind}.`);
  return page.prompt;
};
/** What the owner says on the page that asks. */
const confirm = (browser: Browser, { fields, formToken }: { fields: Fields; formToken: string }) =>
  browser.post(LOGOUT_PATH, { ...fields, form_token: formToken });
/** Whether the browser still has its session. */
const isSignedIn = async (browser: Browser): Promise<boolean> =>
  (await browser.authorize({ scope: 'openid', prompt: 'none' })).kind === 'redirect' &&
  answerOf(await browser.authorize({ scope: 'openid', prompt: 'none' }))['error'] !== 'login_required';
const active = async (site: Site, token: unknown): Promise<unknown> =>
  (await site.introspect({ token: String(token) })).body['active'];

describe('signing out for a client (OpenID Connect RP-Initiated Logout 2)', () => {
  it('who is meant by an ID token is signed out at once and sent where the client has registered', async () => {
    const { browser, site, tokens } = await signedIn();
    site.time.now = NOON + 300_000;
    const answer = await logout(browser, {
      id_token_hint: tokens['id_token'],
      post_logout_redirect_uri: AFTER,
      state: 'a b&c',
    });
    expect(answer).toMatchObject({ kind: 'redirect', status: 302, location: `${AFTER}?state=a%20b%26c` });
    expect([browser.owner, browser.strict]).toEqual([null, null]);
    loginPage(await browser.authorize());
    expect(site.events).toContainEqual({ name: 'logout', event: { traceId: 'trace-1', subject: 'ann' } });
  });

  it('[AX-161] ends what nobody can read any more, too', async () => {
    const { browser, site, tokens } = await signedIn();
    const { list } = site.store;
    const unread = <R extends { readonly data: string }>(record: R): R => ({ ...record, data: '"e1.AAAA"' });
    site.store.list = async (...asked) => {
      const { items, next } = await list(...asked);
      return { items: asked[0] === 'grant' ? items.map(unread) : items, next };
    };
    expect(await logout(browser, { id_token_hint: tokens['id_token'] })).toMatchObject({ kind: 'signed_out' });
    site.store.list = list;
    expect(await active(site, tokens['access_token'])).toBe(false);
  });

  it('keeps the query that was registered', async () => {
    const { browser, tokens } = await signedIn();
    const asked = { id_token_hint: tokens['id_token'], post_logout_redirect_uri: `${AFTER}?x=1` };
    expect(locationOf(await logout(browser, { ...asked, state: 's' }))).toBe(`${AFTER}?x=1&state=s`);
  });

  it('without an ID token the owner is asked, and goes there then', async () => {
    const { browser, site } = await signedIn();
    const asked = { client_id: 'app', post_logout_redirect_uri: AFTER, state: 's' };
    const page = await asksFor(browser, asked);
    expect(page).toMatchObject({ username: 'ann', fields: asked });
    expect(await isSignedIn(browser)).toBe(true);
    const answer = await confirm(browser, page);
    expect(answer).toMatchObject({ kind: 'redirect', status: 303, location: `${AFTER}?state=s` });
    expect(await isSignedIn(site.browser())).toBe(false);
    expect(browser.owner).toBeNull();
  });

  it('for somebody else than who is signed in, the owner is asked', async () => {
    const { browser, site } = await signedIn();
    site.owners.set('bob', anOwner({ subject: 'bob', username: 'bob' }));
    const page = await logout(browser, {
      id_token_hint: await hintOf({ sub: 'bob' }),
      post_logout_redirect_uri: AFTER,
    });
    expect(page).toMatchObject({ kind: 'interact', prompt: { type: 'logout', username: 'ann' } });
    expect(await isSignedIn(browser)).toBe(true);
  });

  it('[SEC-30] by an ID token of another sign-in of that owner, or of none, the owner is asked', async () => {
    const { browser, tokens } = await signedIn();
    const { sid } = (await readIdToken((await signedIn()).tokens['id_token'])).claims;
    for (const hint of [await hintOf(), await hintOf({ sid })]) await asksFor(browser, { id_token_hint: hint });
    expect(await isSignedIn(browser)).toBe(true);
    expect(await logout(browser, { id_token_hint: tokens['id_token'] })).toMatchObject({ kind: 'signed_out' });
  });

  it('of nobody goes there at once; without an address it says so here', async () => {
    const { site } = await signedIn();
    const stranger = site.browser();
    expect(locationOf(await logout(stranger, { client_id: 'app', post_logout_redirect_uri: AFTER }))).toBe(AFTER);
    expect(await logout(stranger, {})).toMatchObject({ kind: 'signed_out' });
    const { browser, tokens } = await signedIn();
    expect(await logout(browser, { id_token_hint: tokens['id_token'] })).toMatchObject({ kind: 'signed_out' });
  });

  it('comes by POST too, and is moved to the query before cookies are read', async () => {
    const { browser, tokens } = await signedIn();
    const fields = { id_token_hint: String(tokens['id_token']), post_logout_redirect_uri: AFTER, state: 's' };
    const moved = await browser.post(LOGOUT_PATH, fields, {
      fromElsewhere: true,
      headers: { origin: 'https://client.example' },
    });
    expect(moved).toMatchObject({ kind: 'redirect', status: 303 });
    expect(locationOf(await browser.follow(moved))).toBe(`${AFTER}?state=s`);
    expect(browser.owner).toBeNull();
  });

  it.each<[string, Fields | (() => Promise<Fields>)]>([
    ['an address that is not registered', { client_id: 'app', post_logout_redirect_uri: 'https://evil.test/' }],
    ['one like a registered one', { client_id: 'app', post_logout_redirect_uri: `${AFTER}/` }],
    [
      '[SEC-18] one that another parser reads differently',
      { client_id: 'app', post_logout_redirect_uri: `${AFTER}\t` },
    ],
    ['the redirect URI of a sign-in', { client_id: 'app', post_logout_redirect_uri: CALLBACK }],
    [
      'an address that no browser can go to',
      { client_id: 'app', post_logout_redirect_uri: 'urn:ietf:wg:oauth:2.0:oob' },
    ],
    ['an address of nobody', { post_logout_redirect_uri: AFTER }],
    ['an unknown client', { client_id: 'constructor', post_logout_redirect_uri: AFTER }],
    ['a client that the ID token is not for', async () => ({ client_id: 'eve', id_token_hint: await hintOf() })],
    [
      'an ID token of another key',
      async () => ({ id_token_hint: await hintOf({}, EC), post_logout_redirect_uri: AFTER }),
    ],
    ['an ID token of another issuer', async () => ({ id_token_hint: await hintOf({ iss: 'https://x.example' }) })],
    ['no ID token at all', { id_token_hint: 'x' }],
  ])('[SEC-30] %s is refused on a page, and nobody is signed out', async (_, given) => {
    const { browser } = await signedIn();
    const answer = await logout(browser, typeof given === 'function' ? await given() : given);
    expect(answer).toMatchObject({ kind: 'error_page', status: 400 });
    expect(await isSignedIn(browser)).toBe(true);
  });

  it('is no more than the owner’s own page where the server does not speak OpenID Connect', async () => {
    const site = anOpenidSite({ signingKeys: [] });
    const browser = site.browser();
    await browser.toAnswer({ scope: 'read' });
    const page = await logout(browser, { client_id: 'app', post_logout_redirect_uri: 'https://evil.test/' });
    expect(page).toMatchObject({ kind: 'interact', prompt: { type: 'logout', fields: {} } });
  });
});

describe('what a sign-out ends (OpenID Connect Core 11, RFC 9700 4.14.2)', () => {
  const signOut = async ({ browser }: SignedIn) => confirm(browser, await asksFor(browser, {}));
  const refreshed = async ({ site, tokens }: SignedIn) =>
    (await site.token({ grant_type: 'refresh_token', refresh_token: String(tokens['refresh_token']) })).status;

  it('is what OpenID Connect gave in that session', async () => {
    const given = await signedIn('openid read');
    await logout(given.browser, { id_token_hint: given.tokens['id_token'] });
    expect([await refreshed(given), await active(given.site, given.tokens['access_token'])]).toEqual([400, false]);
  });

  it('is not what the owner allowed for later, nor what is OAuth alone', async () => {
    for (const scope of ['openid offline_access', 'read']) {
      const given = await signedIn(scope);
      expect(given.tokens['scope']).toBe(scope);
      await signOut(given);
      expect([await refreshed(given), given.browser.owner]).toEqual([200, null]);
    }
  });

  it('is by an ID token what its own client got of a sign-in that is over, too', async () => {
    const given = await signedIn('openid read');
    const { site, tokens } = given;
    site.time.now = NOON + 601_000;
    expect(await logout(given.browser, { id_token_hint: String(tokens['id_token']) })).toMatchObject({
      kind: 'signed_out',
    });
    expect([await refreshed(given), await active(site, tokens['access_token'])]).toEqual([400, false]);
    // Of another client's only the owner, who is gone, could have said so.
    const other = await signedIn('openid read');
    const sid = (await readIdToken(other.tokens['id_token'])).claims['sid'];
    other.site.clients.set('eve', aClient({ ...other.site.clients.get('eve'), redirectUris: [CALLBACK] }));
    other.site.time.now = NOON + 601_000;
    await logout(other.browser, { id_token_hint: await hintOf({ aud: 'eve', sid }) });
    expect(await refreshed(other)).toBe(200);
  });

  it('is so too where another session has taken the place of that one, and the owner is asked about it', async () => {
    const given = await signedIn('openid read');
    const { browser, site, tokens } = given;
    await browser.follow(
      await browser.signIn(loginPage(await browser.authorize({ scope: 'openid', prompt: 'login' }))),
    );
    const page = await asksFor(browser, { id_token_hint: tokens['id_token'] });
    expect([await refreshed(given), await isSignedIn(browser)]).toEqual([400, true]);
    await confirm(browser, page);
    expect([browser.owner, await active(site, tokens['access_token'])]).toEqual([null, false]);
  });

  it('is so too where the page that asked is answered after both are over', async () => {
    const given = await signedIn('openid read');
    const { site, tokens } = given;
    const browser = site.browser();
    await browser.signIn(loginPage(await browser.authorize({ scope: 'openid' })));
    const page = await asksFor(browser, { id_token_hint: tokens['id_token'] });
    site.time.now = NOON + 601_000;
    await confirm(browser, page);
    expect(await refreshed(given)).toBe(400);
  });

  it('is so too of an owner who is locked', async () => {
    const given = await signedIn('openid read');
    given.site.owners.set('ann', anOwner({ locked: true }));
    await logout(given.browser, { id_token_hint: given.tokens['id_token'] });
    given.site.owners.set('ann', anOwner());
    expect(await refreshed(given)).toBe(400);
  });

  it('is nothing that was allowed for later, by an ID token of a sign-in that is over either', async () => {
    const given = await signedIn('openid offline_access');
    given.site.time.now = NOON + 601_000;
    await logout(given.browser, { id_token_hint: given.tokens['id_token'] });
    expect(await refreshed(given)).toBe(200);
  });

  it('[SEC-30] is nothing by an ID token alone while its session goes on', async () => {
    const given = await signedIn('openid read');
    await logout(given.site.browser(), { id_token_hint: given.tokens['id_token'] });
    expect([await refreshed(given), await isSignedIn(given.browser)]).toEqual([200, true]);
  });

  it('is what the client got in a session that the browser has lost, where its owner says so, and nobody else', async () => {
    for (const who of ['ann', 'bob']) {
      const given = await signedIn('openid read');
      const { site, tokens } = given;
      site.owners.set('bob', anOwner({ subject: 'bob', username: 'bob' }));
      const browser = site.browser();
      const login = loginPage(await browser.authorize({ scope: 'openid' }));
      await browser.signIn(login, { UserName: who });
      await confirm(browser, await asksFor(browser, { id_token_hint: tokens['id_token'] }));
      expect([await refreshed(given), browser.owner]).toEqual([who === 'ann' ? 400 : 200, null]);
    }
  });

  it('can be asked for again where it failed half-way', async () => {
    const given = await signedIn('openid read');
    const { browser, site } = given;
    const { revoke } = site.store;
    site.store.revoke = () => Promise.reject(new StoreError('unavailable', 'It is away.'));
    const asked = { id_token_hint: given.tokens['id_token'] };
    expect(await logout(browser, asked)).toMatchObject({ kind: 'error_page', status: 503 });
    site.store.revoke = revoke;
    expect(await logout(browser, asked)).toMatchObject({ kind: 'signed_out' });
    expect([await refreshed(given), browser.owner]).toEqual([400, null]);
  });

  it('is nothing of another session', async () => {
    const { browser, site, tokens } = await signedIn();
    const other = site.browser('198.51.100.1');
    const { code = '' } = answerOf(
      await other.follow(await other.signIn(loginPage(await other.authorize({ scope: 'openid' })))),
    );
    const { body } = await site.token({ grant_type: 'authorization_code', code, redirect_uri: CALLBACK });
    await logout(browser, { id_token_hint: tokens['id_token'] });
    expect(browser.owner).toBeNull();
    expect(await active(site, body['access_token'])).toBe(true);
  });

  it('offline_access is nothing where no code is given', async () => {
    const { browser } = await signedIn('openid read');
    const answer = answerOf(await browser.authorize({ response_type: 'token', scope: 'read offline_access' }));
    expect(answer['scope']).toBe('read');
    const alone = answerOf(await browser.authorize({ response_type: 'token', scope: 'offline_access' }));
    expect(alone).toMatchObject({ error: 'invalid_scope' });
  });
});
