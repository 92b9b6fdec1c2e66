import { describe, expect, it } from 'vitest';
import { readGrant } from '../grants/grant.ts';
import { DEFAULT_SETTINGS } from '../server/defaults.ts';
import type { Register } from '../store/records.ts';
import { answerOf, aSite, consentPage, locationOf, loginPage, type Site } from './browser.test-support.ts';

/** A browser whose owner has signed in and allowed everything. */
async function remembered(site: Site) {
  const browser = site.browser();
  await browser.toAnswer();
  return browser;
}

const grants = async (site: Site) => (await site.store.list('grant', { client: 'app' }, { limit: 50 })).items;
const lastGrant = async (site: Site) =>
  readGrant((await grants(site)).toSorted((a, b) => a.createdAt - b.createdAt).at(-1) as Register).data;

describe('whom a request is answered for', () => {
  it('[AX-226] is remembered for the life of a session, also when the browser comes from another site', async () => {
    const site = aSite();
    const browser = await remembered(site);
    site.time.now += 599_999;
    expect(answerOf(await browser.authorize({}, { fromElsewhere: true }))).toHaveProperty('code');
    site.time.now += 1;
    loginPage(await browser.authorize({}, { fromElsewhere: true }));
  });

  it('a forged, foreign or truncated cookie is nobody', async () => {
    const site = aSite();
    const browser = await remembered(site);
    const [id = '', secret = ''] = browser.owner?.split('.') ?? [];
    for (const owner of [
      '',
      'x',
      id,
      `${id}.`,
      `${id}.${'a'.repeat(22)}`,
      `${'a'.repeat(22)}.${secret}`,
      `${id}.${secret}x`,
    ]) {
      browser.owner = owner;
      loginPage(await browser.authorize());
    }
    browser.owner = `${id}.${secret}`;
    expect(answerOf(await browser.authorize())).toHaveProperty('code');
  });

  it('[SEC-61] shows the hint that the client gives, and nothing that comes of it', async () => {
    expect(loginPage(await aSite().browser().authorize({ login_hint: '__proto__' })).loginHint).toBe('__proto__');
  });
});

describe('prompt and max_age', () => {
  it('[AX-31] none never shows a page', async () => {
    const site = aSite();
    const browser = site.browser();
    expect(answerOf(await browser.authorize({ prompt: 'none' }))).toMatchObject({ error: 'login_required' });
    const page = await browser.toConsent();
    expect(answerOf(await browser.authorize({ prompt: 'none' }))).toMatchObject({ error: 'consent_required' });
    await browser.decide(page);
    expect(answerOf(await browser.authorize({ prompt: 'none' }))).toHaveProperty('code');
    site.time.now += 2_000;
    expect(answerOf(await browser.authorize({ prompt: 'none', max_age: '1' }))).toMatchObject({
      error: 'login_required',
    });
  });

  for (const wanted of [{ prompt: 'login' }, { prompt: 'select_account' }, { max_age: '0' }])
    it(`${JSON.stringify(wanted)} asks for one more sign-in, and for one only`, async () => {
      const site = aSite();
      const browser = await remembered(site);
      site.time.now += 5_000;
      const page = loginPage(await browser.authorize(wanted));
      // To go on without having signed in leads back to the page.
      const still = loginPage(await browser.get(page.continueTo));
      site.time.now += 5_000;
      const answer = await browser.follow(await browser.signIn(still));
      expect(answerOf(answer)).toHaveProperty('code');
      expect((await lastGrant(site)).authenticatedAt).toBe(site.time.now);
      expect((await lastGrant(site)).request).not.toHaveProperty('signed_in_after');
    });

  it('a session of just before is not one more sign-in, however far the clocks of servers may differ', async () => {
    const site = aSite();
    Object.defineProperty(site.store, 'capabilities', { value: { ...site.store.capabilities, clockTolerance: 5_000 } });
    const browser = await remembered(site);
    site.time.now += 1_000;
    const page = loginPage(await browser.authorize({ prompt: 'login' }));
    const wrong = await browser.signIn(page, { Passwd: 'wrong' });
    loginPage(await browser.follow(wrong));
    // The server that signs in may be behind the one that asked.
    site.time.now -= 9_000;
    const answer = await browser.signIn(page);
    site.time.now += 9_000;
    expect(answerOf(await browser.follow(answer))).toHaveProperty('code');
  });

  it('max_age is content with a sign-in that is young enough', async () => {
    const site = aSite();
    const browser = await remembered(site);
    site.time.now += 60_000;
    expect(answerOf(await browser.authorize({ max_age: '60' }))).toHaveProperty('code');
    loginPage(await browser.authorize({ max_age: '59' }));
  });

  it('the mark of a sign-in holds for its own request and its own time, and cannot be made up', async () => {
    const site = aSite({ settings: { login: { ...DEFAULT_SETTINGS.login, sessionSeconds: 3_600 } } });
    const browser = await remembered(site);
    const page = loginPage(await browser.authorize({ prompt: 'login' }));
    const target = new URL(page.continueTo, 'https://issuer.example');
    await browser.signIn(page);
    const mark = target.searchParams.get('signed_in_after') ?? '';
    const [instant = '', session = '', signature = ''] = mark.split('.');
    const other = `${session.startsWith('A') ? 'B' : 'A'}${session.slice(1)}`;
    const variants = [
      `${Number(instant) - 1}.${session}.${signature}`,
      `${instant}.${other}.${signature}`,
      `${instant}..${signature}`,
      `${instant}.${session}`,
      `${instant}.${session}.`,
      'x.y.z',
      '',
    ].map((signed_in_after) => ({ prompt: 'login', signed_in_after }));
    const good = { prompt: 'login', signed_in_after: mark };
    for (const variant of [...variants, { ...good, scope: 'read' }]) loginPage(await browser.authorize(variant));
    expect(answerOf(await browser.authorize(good))).toHaveProperty('code');
    expect(answerOf(await browser.get(page.continueTo))).toHaveProperty('code');
    site.time.now += 599_000;
    expect(answerOf(await browser.get(page.continueTo))).toHaveProperty('code');
    site.time.now += 1_000;
    loginPage(await browser.get(page.continueTo));
  });

  it('consent shows the page with everything asked for, also where it is remembered', async () => {
    const site = aSite();
    const browser = await remembered(site);
    const page = consentPage(await browser.authorize({ prompt: 'consent' }));
    expect([page.scopes, page.alreadyGranted]).toEqual([['read', 'write'], []]);
    expect(answerOf(await browser.decide(page))).toHaveProperty('code');
    const signedInAgain = loginPage(await browser.authorize({ prompt: ' login  consent' }));
    consentPage(await browser.follow(await browser.signIn(signedInAgain)));
  });
});

describe('an owner who was authenticated before the request', () => {
  const aSiteBehindAProxy = () =>
    aSite({ hooks: { authenticatedSubject: ({ headers }) => headers.get('x-authenticated-subject') } });
  const as = (subject: string) => ({ headers: { 'x-authenticated-subject': subject } });

  it('[AX-35] needs no login page; a session of ours carries it on', async () => {
    const site = aSiteBehindAProxy();
    const browser = site.browser();
    const page = consentPage(await browser.authorize({}, as('ann')));
    expect(page.subject).toBe('ann');
    const first = browser.owner;
    expect(first).not.toBeNull();
    const answer = await browser.decide(page, {}, as('ann'));
    expect(answerOf(answer)).toHaveProperty('code');
    expect(answerOf(await browser.authorize({}, as('ann')))).toHaveProperty('code');
    // One session for them all.
    expect(browser.owner).toBe(first);
    expect(site.checked).toEqual([]);
  });

  it('whom nobody can ask again is not passed off as having signed in lately (OpenID Connect Core 3.1.2.1)', async () => {
    const site = aSite({ hooks: { authenticatedSubject: () => 'ann' } });
    const browser = site.browser();
    await browser.toAnswer();
    site.time.now += 60_000;
    expect(answerOf(await browser.authorize({ max_age: '100' }))).toHaveProperty('code');
    expect(answerOf(await browser.authorize({ max_age: '10' }))).toMatchObject({ error: 'login_required' });
  });

  it('[AX-36] falls back to the login page where the hook names nobody, and then no longer vouches', async () => {
    const site = aSiteBehindAProxy();
    const browser = site.browser();
    loginPage(await browser.authorize());
    await browser.decide(consentPage(await browser.authorize({}, as('ann'))), {}, as('ann'));
    const page = loginPage(await browser.authorize());
    expect(answerOf(await browser.follow(await browser.signIn(page)))).toHaveProperty('code');
  });

  it('[SEC-41] a page that the hook no longer vouches for decides nothing', async () => {
    const site = aSiteBehindAProxy();
    site.owners.set('bob', { subject: 'bob', username: 'bob', enabled: true, locked: false, claims: {} });
    const browser = site.browser();
    const page = consentPage(await browser.authorize({}, as('ann')));
    for (const visit of [{}, as('bob')]) expect(locationOf(await browser.decide(page, {}, visit))).toBe(page.action);
    expect(await grants(site)).toEqual([]);
    expect(answerOf(await browser.decide(page, {}, as('ann')))).toHaveProperty('code');
  });

  it('[SEC-13] another owner is another session', async () => {
    const site = aSiteBehindAProxy();
    site.owners.set('bob', { subject: 'bob', username: 'bob', enabled: true, locked: false, claims: {} });
    const browser = site.browser();
    await browser.authorize({}, as('ann'));
    const first = browser.owner;
    expect(consentPage(await browser.authorize({}, as('bob'))).subject).toBe('bob');
    expect(browser.owner).not.toBe(first);
    const sessions = (await site.store.list('session', { subject: 'ann' }, { limit: 10 })).items;
    expect(sessions.map(({ state }) => state)).toEqual([null]);
  });

  it('is not let in when locked, and not passed off as having signed in again', async () => {
    const site = aSiteBehindAProxy();
    site.owners.set('eve', { subject: 'eve', username: 'eve', enabled: true, locked: true, claims: {} });
    const browser = site.browser();
    loginPage(await browser.authorize({}, as('eve')));
    expect(answerOf(await browser.authorize({ prompt: 'none' }, as('eve')))).toMatchObject({ error: 'login_required' });
    expect(answerOf(await browser.authorize({ prompt: 'login' }, as('ann')))).toMatchObject({
      error: 'login_required',
    });
    expect(answerOf(await browser.authorize({ prompt: 'select_account' }, as('ann')))).toMatchObject({
      error: 'account_selection_required',
    });
  });
});
