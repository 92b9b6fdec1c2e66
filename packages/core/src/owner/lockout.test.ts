import { describe, expect, it } from 'vitest';
import { aSite, locationOf, loginPage, PASSWORD, type Site } from '../authorize/browser.test-support.ts';
import type { Settings } from '../server/config.ts';
import { DEFAULT_SETTINGS } from '../server/defaults.ts';
import { createMemoryStore } from '../store/memory-store.test-support.ts';
import { StoreError } from '../store/store-error.ts';
import { authenticateOwner } from './sign-in.ts';

type Lockout = Settings['login']['lockout'];

const withLockout = (lockout: Partial<Lockout>): Site =>
  aSite({
    settings: { login: { ...DEFAULT_SETTINGS.login, lockout: { ...DEFAULT_SETTINGS.login.lockout, ...lockout } } },
  });

/** What a try is told: the subject, or the failed check. */
async function attempt(site: Site, over: { username?: string; password?: string; clientAddress?: string } = {}) {
  const { now } = site.time;
  const credentials = { username: 'ann', password: PASSWORD, clientAddress: '192.0.2.1', traceId: 'trace-1', now };
  try {
    return (await authenticateOwner(site.context, { ...credentials, ...over })).subject;
  } catch (error) {
    return (error as { failed: { check: string } }).failed.check;
  }
}

async function fail(site: Site, times: number, over: Parameters<typeof attempt>[1] = {}): Promise<void> {
  for (let count = 0; count < times; count++) await attempt(site, { password: 'wrong', ...over });
}

describe('failures of one account from one network', () => {
  it('[AX-227] the sixth in five minutes locks for half an hour, with the text of a wrong password', async () => {
    const site = aSite();
    const browser = site.browser();
    const page = loginPage(await browser.authorize());
    for (let count = 0; count < 5; count++) await browser.signIn(page, { Passwd: 'wrong' });
    const sixth = await browser.signIn(page, { Passwd: 'wrong' });
    expect(await browser.signIn(page)).toEqual(sixth);
    expect(locationOf(sixth)).toContain('#error=loginfailed');
    expect(site.events.at(-1)).toEqual({ name: 'login.failed', event: { traceId: 'trace-1', locked: true } });
    site.time.now += 1_799_999;
    expect(locationOf(await browser.signIn(loginPage(await browser.authorize())))).toContain('#error=loginfailed');
    site.time.now += 1;
    expect(locationOf(await browser.signIn(loginPage(await browser.authorize())))).not.toContain('#error');
  });

  it('[SEC-45] [SEC-40] stop the check of the password, at the same cost', async () => {
    const site = aSite();
    await fail(site, 6);
    site.checked.length = 0;
    expect(await attempt(site)).toBe('login-pair-failures');
    expect(site.checked).toEqual(['']);
  });

  it('are forgotten with a right password, and with time', async () => {
    const site = aSite();
    await fail(site, 5);
    expect(await attempt(site)).toBe('ann');
    await fail(site, 5);
    site.time.now += 300_000;
    await fail(site, 5);
    expect(await attempt(site)).toBe('ann');
  });

  it('count alike in any spelling of the name', async () => {
    const site = aSite();
    await fail(site, 3, { username: 'Ann' });
    await fail(site, 3, { username: 'ａｎｎ' });
    expect(await attempt(site)).toBe('login-pair-failures');
  });

  it('[SEC-44] count alike in one /64, and in the IPv4 clothes of IPv6', async () => {
    const pairs = [
      ['2001:db8:1:2::1', '2001:db8:1:2:ffff::9'],
      ['192.0.2.7', '::ffff:192.0.2.7'],
    ] as const;
    for (const [one, other] of pairs) {
      const site = aSite();
      await fail(site, 6, { clientAddress: one });
      expect(await attempt(site, { clientAddress: other })).toBe('login-pair-failures');
      expect(await attempt(site, { clientAddress: '2001:db8:1:3::1' })).toBe('ann');
    }
  });

  it('[SEC-142] a stranger locks nobody out elsewhere, and ends nothing', async () => {
    const site = aSite();
    const browser = site.browser();
    await browser.toAnswer();
    for (let host = 0; host < 100; host++) await fail(site, 1, { clientAddress: `203.0.113.${host}` });
    expect(await attempt(site)).toBe('ann');
    expect(locationOf(await browser.authorize())).toContain('code=');
  });

  it('of many guesses at once the right one does not pass', async () => {
    const site = aSite();
    const { owners } = site.context;
    const check = owners.authenticate.bind(owners);
    // The right one takes longest.
    owners.authenticate = async (username, password) => {
      for (let turn = 0; password === PASSWORD && turn < 50; turn++) await Promise.resolve();
      return check(username, password);
    };
    const wrong = Array.from({ length: 10 }, () => attempt(site, { password: 'wrong' }));
    const [right] = await Promise.all([attempt(site), ...wrong]);
    expect(right).toBe('login-pair-failures');
  });
});

describe('failures of one account in all', () => {
  it('[SEC-142] a hundred in an hour leave one try each ten seconds, but to networks known from before', async () => {
    const site = withLockout({ network: { failures: 1_000, windowSeconds: 300, lockSeconds: 300 } });
    expect(await attempt(site, { clientAddress: '198.51.100.1' })).toBe('ann');
    for (let host = 0; host < 100; host++) await fail(site, 1, { clientAddress: `203.0.113.${host}` });
    expect(await attempt(site, { clientAddress: '203.0.113.200', password: 'wrong' })).toBe('owner-password');
    expect(await attempt(site, { clientAddress: '203.0.113.201' })).toBe('login-account-failures');
    site.time.now += 9_999;
    // One that was refused has not taken the turn.
    expect(await attempt(site, { clientAddress: '203.0.113.201' })).toBe('login-account-failures');
    site.time.now += 1;
    expect(await attempt(site, { clientAddress: '203.0.113.201' })).toBe('ann');
    for (let count = 0; count < 3; count++) expect(await attempt(site, { clientAddress: '198.51.100.1' })).toBe('ann');
  });
});

describe('failures of one network', () => {
  it('sixty in five minutes are 429 for five minutes, whatever the account', async () => {
    const site = aSite();
    for (let account = 0; account < 60; account++) await fail(site, 1, { username: `u${account}` });
    site.checked.length = 0;
    const browser = site.browser();
    const page = loginPage(await browser.authorize());
    expect(await browser.signIn(page)).toMatchObject({
      kind: 'error_page',
      status: 429,
      headers: { 'Retry-After': '300' },
    });
    expect(site.checked).toEqual([]);
    expect(await attempt(site, { clientAddress: '198.51.100.1' })).toBe('ann');
    site.time.now += 300_000;
    expect(await attempt(site)).toBe('ann');
  });

  it('[SEC-141] tries at a locked account count, too, so that they do not hash for ever', async () => {
    const site = aSite();
    await fail(site, 60);
    site.checked.length = 0;
    expect(await attempt(site)).toBe('login-network-failures');
    expect(site.checked).toEqual([]);
  });
});

it('a store that takes no more counters keeps nobody out whose password is right', async () => {
  const memory = createMemoryStore();
  const full = (add: 0 | 1): void => {
    if (add === 1) throw new StoreError('unavailable', 'The store takes no more counters.');
  };
  const count: typeof memory.count = async (counter, key, at, window, add) => {
    full(add);
    return memory.count(counter, key, at, window, add);
  };
  const site = aSite({ store: { ...memory, count } });
  expect(await attempt(site)).toBe('ann');
});

describe('the reference system’s keys', () => {
  it('[AX-227] count per client machine and per user', async () => {
    const numbers = { failures: 5, windowSeconds: 60, lockSeconds: 1_800 };
    const site = withLockout({ keys: 'axway', network: numbers });
    await fail(site, 5);
    expect(await attempt(site, { username: 'other' })).toBe('login-network-failures');
    // The sixth failure of the user, from anywhere, locks the user everywhere.
    await fail(site, 1, { clientAddress: '203.0.113.1' });
    expect(await attempt(site, { clientAddress: '198.51.100.1' })).toBe('login-user-failures');
    site.time.now += 1_800_000;
    expect(await attempt(site)).toBe('ann');
  });

  it('[AX-227] can be off altogether', async () => {
    const site = withLockout({ enabled: false });
    await fail(site, 200);
    expect(await attempt(site)).toBe('ann');
    expect(site.store.calls.filter((call) => call.startsWith('count'))).toEqual([]);
  });
});
