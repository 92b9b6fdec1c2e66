import { describe, expect, it } from 'vitest';
import { answerOf, aSite, consentPage, locationOf, loginPage } from '../authorize/browser.test-support.ts';
import { refusedLater } from '../oauth/refused.test-support.ts';
import { LOGIN_PATH } from './own-path.ts';
import { FOREIGN_TARGETS } from './return-targets.test-support.ts';
import { authenticateOwner } from './sign-in.ts';

describe('the login form', () => {
  it('[AX-223] takes user name, password and a path to go on at, and goes on by 303', async () => {
    const site = aSite();
    const browser = site.browser();
    const page = loginPage(await browser.authorize());
    expect(page.continueTo).toMatch(/^\/api\/oauth\/authorize\?/);
    const answer = await browser.signIn(page);
    expect(answer).toMatchObject({ kind: 'redirect', status: 303, location: page.continueTo });
    expect(browser.owner).toMatch(/^[0-9A-Za-z]{22}\.[0-9A-Za-z]{22}$/);
    consentPage(await browser.follow(answer));
    expect(site.events).toContainEqual({ name: 'login.succeeded', event: { traceId: 'trace-1', subject: 'ann' } });
  });

  it('[AX-224] comes back with a mark where the password is wrong, and signs nobody in', async () => {
    const site = aSite();
    const browser = site.browser();
    const page = loginPage(await browser.authorize());
    for (const fields of [{ Passwd: 'wrong' }, { UserName: 'nobody' }, { Passwd: undefined }, { UserName: '' }]) {
      const answer = await browser.signIn(page, fields);
      expect(answer).toMatchObject({ kind: 'redirect', status: 303, location: `${page.continueTo}#error=loginfailed` });
      expect(answer.cookies?.owner).toBeUndefined();
    }
    expect((await site.store.list('session', { subject: 'ann' }, { limit: 1 })).items).toEqual([]);
  });

  it('[AX-93] [AX-224] a hook takes the place of the directory', async () => {
    const owner = { subject: 'ldap-1', username: 'lou', enabled: true, locked: false, claims: {} };
    const site = aSite({
      hooks: {
        authenticateOwner: ({ password, username }) => (username === 'lou' && password === 'pw' ? owner : null),
      },
    });
    const browser = site.browser();
    const page = loginPage(await browser.authorize());
    expect(locationOf(await browser.signIn(page))).toContain('#error=loginfailed');
    const consent = consentPage(await browser.follow(await browser.signIn(page, { UserName: 'lou', Passwd: 'pw' })));
    expect(consent.subject).toBe('ldap-1');
    expect(site.checked).toEqual([]);
  });

  it('[SEC-40] a hook’s owner who is disabled or locked is not let in', async () => {
    const faults = [
      [{ enabled: false }, 'owner-enabled'],
      [{ locked: true }, 'owner-not-locked'],
    ] as const;
    for (const [fault, check] of faults) {
      const owner = { subject: 'lou', username: 'lou', enabled: true, locked: false, claims: {}, ...fault };
      const site = aSite({ hooks: { authenticateOwner: () => owner } });
      const browser = site.browser();
      expect(locationOf(await browser.signIn(loginPage(await browser.authorize())))).toContain('#error=loginfailed');
      // The operator is told which it was.
      const attempt = {
        username: 'lou',
        password: 'pw',
        clientAddress: '192.0.2.1',
        traceId: 'trace-2',
        now: site.time.now,
      };
      expect((await refusedLater(() => authenticateOwner(site.context, attempt))).failed.check).toBe(check);
    }
  });

  it('[SEC-45] unknown, wrong, disabled and locked cost one check each and answer the same', async () => {
    const site = aSite();
    const ann = { subject: 'ann', username: 'ann', enabled: true, locked: false, claims: {} };
    site.owners.set('off', { ...ann, subject: 'off', username: 'off', enabled: false });
    site.owners.set('shut', { ...ann, subject: 'shut', username: 'shut', locked: true });
    const browser = site.browser();
    const page = loginPage(await browser.authorize());
    const answers = [];
    for (const fields of [{ UserName: 'nobody' }, { Passwd: 'wrong' }, { UserName: 'off' }, { UserName: 'shut' }])
      answers.push(await browser.signIn(page, fields));
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(site.checked).toEqual(['nobody', 'ann', 'off', 'shut']);
  });

  it('[SEC-18] [SEC-83] [AX-225] leads nowhere but to a request of ours', async () => {
    for (const target of FOREIGN_TARGETS.filter((text) => !text.includes('\0'))) {
      const browser = aSite().browser();
      const page = loginPage(await browser.authorize());
      for (const fields of [{}, { Passwd: 'wrong' }, { form_token: 'stale' }]) {
        const location = locationOf(await browser.signIn(page, { continue: target, ...fields }));
        expect(location.replace(/#error=(loginfailed|expired)$/, '')).toBe('/');
      }
    }
  });

  it('[SEC-43] refuses what is too long before anything is checked', async () => {
    const site = aSite();
    const browser = site.browser();
    const page = loginPage(await browser.authorize());
    for (const fields of [{ UserName: 'u'.repeat(257) }, { Passwd: 'é'.repeat(513) }])
      expect(await browser.signIn(page, fields)).toMatchObject({ kind: 'error_page', status: 400 });
    expect(site.checked).toEqual([]);
    await browser.signIn(page, { UserName: 'u'.repeat(256), Passwd: 'p'.repeat(1024) });
    expect(site.checked).toEqual(['u'.repeat(256)]);
  });

  it('[SEC-136] checks no password for a form that is not this browser’s, or comes from another site', async () => {
    const site = aSite();
    const browser = site.browser();
    const page = loginPage(await browser.authorize());
    const stranger = site.browser();
    const foreign = loginPage(await stranger.authorize());
    for (const form_token of [undefined, 'x', foreign.formToken])
      expect(locationOf(await browser.signIn(page, { form_token }))).toBe(`${page.continueTo}#error=expired`);
    browser.strict = null;
    expect(locationOf(await browser.signIn(page))).toBe(`${page.continueTo}#error=expired`);
    for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { origin: 'https://evil.test' }, { origin: 'null' }])
      expect(await browser.signIn(page, {}, { headers })).toMatchObject({ kind: 'error_page', status: 403 });
    expect(site.checked).toEqual([]);
    expect(browser.owner).toBeNull();
  });

  it('is a POST only, in a form', async () => {
    const browser = aSite().browser();
    expect(await browser.get(LOGIN_PATH)).toMatchObject({
      kind: 'error_page',
      status: 405,
      headers: { Allow: 'POST' },
    });
    const json = { 'content-type': 'application/json' };
    expect(await browser.post(LOGIN_PATH, {}, { headers: json })).toMatchObject({ kind: 'error_page', status: 400 });
  });

  it('[SEC-13] [SEC-88] gives a new session id each time, and the one before is dead', async () => {
    const site = aSite();
    site.owners.set('bob', { subject: 'bob', username: 'bob', enabled: true, locked: false, claims: {} });
    const browser = site.browser();
    await browser.toAnswer();
    const seen = [browser.owner];
    for (const UserName of ['ann', 'bob']) {
      const page = loginPage(await browser.authorize({ prompt: 'login' }));
      await browser.signIn(page, { UserName });
      seen.push(browser.owner);
    }
    expect(new Set(seen.map((cookie) => cookie?.split('.')[0])).size).toBe(3);
    for (const cookie of seen.slice(0, 2)) {
      browser.owner = cookie;
      loginPage(await browser.authorize());
    }
  });

  it('a login page that another tab has overtaken goes on as who is signed in', async () => {
    const site = aSite();
    const browser = site.browser();
    const late = loginPage(await browser.authorize({ state: 'late' }));
    await browser.toAnswer();
    const answer = await browser.signIn(late);
    expect(locationOf(answer)).toBe(late.continueTo);
    expect(answerOf(await browser.follow(answer))).toMatchObject({ state: 'late' });
    expect(site.checked).toEqual(['ann']);
  });

  it('one that somebody else is typed into shows another, and goes on as who signs in there', async () => {
    const site = aSite();
    site.owners.set('bob', { subject: 'bob', username: 'bob', enabled: true, locked: false, claims: {} });
    const browser = site.browser();
    const late = loginPage(await browser.authorize({ state: 'late' }));
    await browser.toAnswer();
    for (const UserName of ['bob', 'Ann', undefined]) {
      const answer = await browser.signIn(late, { UserName });
      expect(locationOf(answer)).toMatch(/#error=expired$/);
      const fresh = loginPage(await browser.follow(answer));
      // To go on without having signed in leads back to the page.
      loginPage(await browser.get(fresh.continueTo));
    }
    expect(site.checked).toEqual(['ann']);
    const fresh = loginPage(await browser.follow(await browser.signIn(late, { UserName: 'bob' })));
    const consent = consentPage(await browser.follow(await browser.signIn(fresh, { UserName: 'bob' })));
    expect(consent.subject).toBe('bob');
  });

  it('two login pages in one browser are both good', async () => {
    const browser = aSite().browser();
    const one = loginPage(await browser.authorize({ state: 'one' }));
    const two = loginPage(await browser.authorize({ state: 'two' }));
    expect(two.formToken).toBe(one.formToken);
    consentPage(await browser.follow(await browser.signIn(one)));
    consentPage(await browser.follow(await browser.signIn(two)));
  });
});
