import { describe, expect, it } from 'vitest';
import { answerOf, aSite, type Browser, CALLBACK, loginPage, type Site } from '../authorize/browser.test-support.ts';
import { signedInAccount } from './account.ts';
import { endOwner } from './end-owner.ts';
import { LOGOUT_PATH } from './own-path.ts';

/** The signed-in owner's page, as the browser shows it. */
async function accountPage(site: Site, browser: Browser) {
  const account = await signedInAccount(site.context, { ownerCookie: browser.owner, browserCookie: browser.strict });
  if (account) browser.strict = account.cookies.browser ?? null;
  return account;
}

describe('signing out', () => {
  it('[SEC-13] ends the session; the old cookie is dead, and an unspent code with it', async () => {
    const site = aSite();
    const browser = site.browser();
    const { code } = answerOf(await browser.toAnswer());
    const cookie = browser.owner;
    const account = await accountPage(site, browser);
    expect(account).toMatchObject({ subject: 'ann', username: 'ann' });
    const answer = await browser.post(LOGOUT_PATH, { form_token: account?.formToken });
    expect(answer).toMatchObject({ kind: 'redirect', status: 303, location: LOGOUT_PATH });
    expect([browser.owner, browser.strict]).toEqual([null, null]);
    browser.owner = cookie;
    loginPage(await browser.authorize());
    expect(await accountPage(site, browser)).toBeNull();
    const redeemed = await site.token({ grant_type: 'authorization_code', code: code ?? '', redirect_uri: CALLBACK });
    expect(redeemed.body).toMatchObject({ error: 'invalid_grant' });
    expect(site.events).toContainEqual({ name: 'logout', event: { traceId: 'trace-1', subject: 'ann' } });
  });

  it('leaves tokens alone that were given before', async () => {
    const site = aSite();
    const browser = site.browser();
    const { code } = answerOf(await browser.toAnswer());
    const { body } = await site.token({ grant_type: 'authorization_code', code: code ?? '', redirect_uri: CALLBACK });
    await browser.post(LOGOUT_PATH, { form_token: (await accountPage(site, browser))?.formToken });
    expect((await site.introspect({ token: String(body['access_token']) })).body['active']).toBe(true);
  });

  it('[SEC-136] is refused without its own token, or from another site', async () => {
    const site = aSite();
    const browser = site.browser();
    const page = await browser.toConsent();
    const stranger = site.browser();
    await stranger.toConsent();
    const foreign = await accountPage(site, stranger);
    for (const form_token of [undefined, 'x', page.formToken, foreign?.formToken])
      await browser.post(LOGOUT_PATH, { form_token });
    const account = await accountPage(site, browser);
    for (const headers of [{ 'sec-fetch-site': 'same-site' }, { origin: 'https://evil.test' }])
      expect(await browser.post(LOGOUT_PATH, { form_token: account?.formToken }, { headers })).toMatchObject({
        kind: 'error_page',
        status: 403,
      });
    expect(await accountPage(site, browser)).not.toBeNull();
    expect(site.events.map(({ name }) => name)).not.toContain('logout');
  });

  it('of nobody is done already', async () => {
    const browser = aSite().browser();
    const answer = await browser.post(LOGOUT_PATH, {});
    expect(answer).toMatchObject({ kind: 'redirect', status: 303, location: LOGOUT_PATH });
    expect(await browser.follow(answer)).toMatchObject({ kind: 'signed_out', cookies: { owner: null, browser: null } });
    expect(await browser.post(LOGOUT_PATH, { form_token: 'x' })).toMatchObject({
      kind: 'redirect',
      status: 303,
      cookies: { owner: null, browser: null },
    });
  });
});

describe('ending an owner', () => {
  it('[SEC-12] [SEC-40] ends every session and every grant, with all that came of them', async () => {
    const site = aSite();
    const [one, two] = [site.browser(), site.browser('198.51.100.1')];
    const { code } = answerOf(await one.toAnswer());
    await two.follow(await two.signIn(loginPage(await two.authorize())));
    const { body } = await site.token({ grant_type: 'authorization_code', code: code ?? '', redirect_uri: CALLBACK });
    expect(await endOwner(site.context, 'ann', 'password changed', 'trace-2')).toEqual({ sessions: 2, grants: 2 });
    for (const browser of [one, two]) loginPage(await browser.authorize());
    expect((await site.introspect({ token: String(body['access_token']) })).body['active']).toBe(false);
    const refreshed = await site.token({ grant_type: 'refresh_token', refresh_token: String(body['refresh_token']) });
    expect(refreshed.body).toMatchObject({ error: 'invalid_grant' });
    expect(site.events.filter(({ name }) => name === 'grant.revoked')).toHaveLength(2);
    expect(await endOwner(site.context, 'ann', 'again', 'trace-3')).toEqual({ sessions: 0, grants: 0 });
  });
});
