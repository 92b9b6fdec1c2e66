import { describe, expect, test } from 'vitest';
import { keepPicture } from './checks.ts';
import { allow, arrive, askedScopes, backAtClient } from './steps.ts';
import { useWorld } from './world.ts';

const world = useWorld();

async function isLive(accessToken: unknown): Promise<boolean> {
  const body = new URLSearchParams({ access_token: String(accessToken) });
  return (await fetch(`${world().server.url}/api/oauth/tokeninfo`, { method: 'POST', body })).ok;
}

describe('consent', () => {
  test('[AX-229] a scope that is unticked is not granted', async () => {
    const page = await world().page();
    await arrive(world(), page, 'ada', { scope: 'read write share' });
    await page.getByLabel('write').uncheck();
    await keepPicture(page, 'consent-subset');
    await allow(page);
    const { code } = await backAtClient(world(), page);
    expect(await world().redeem(code)).toMatchObject({ status: 200, body: { scope: 'read share' } });
  });

  test('[AX-230] what was allowed once is not asked again', async () => {
    const page = await world().page();
    await arrive(world(), page, 'ben');
    await allow(page);
    await backAtClient(world(), page);
    await page.goto(world().authorizeUrl({ state: 'second' }));
    expect(await backAtClient(world(), page)).toMatchObject({ code: expect.any(String), state: 'second' });
  });

  test('[AX-231] a request for more asks for the new scope alone, and the tokens have both', async () => {
    const page = await world().page();
    await arrive(world(), page, 'cleo', { scope: 'read' });
    await allow(page);
    await backAtClient(world(), page);
    await page.goto(world().authorizeUrl({ scope: 'read write' }));
    expect(await askedScopes(page)).toEqual(['write']);
    expect(await page.locator('#granted').innerText()).toBe('read');
    await keepPicture(page, 'consent-widened');
    await allow(page);
    const { code } = await backAtClient(world(), page);
    expect((await world().redeem(code)).body['scope']).toBe('read write');
  });

  test('who says no is asked again next time, and the client hears access_denied', async () => {
    const page = await world().page();
    await arrive(world(), page, 'dan');
    await page.getByRole('button', { name: 'No thanks' }).click();
    const answer = await backAtClient(world(), page);
    expect(answer).toMatchObject({ error: 'access_denied', state: 'xyz', iss: world().server.url });
    expect(answer['code']).toBeUndefined();
    await page.goto(world().authorizeUrl());
    expect(await askedScopes(page)).toEqual(['read', 'write']);
  });

  test('who unticks everything and says yes has said no', async () => {
    const page = await world().page();
    await arrive(world(), page, 'eve', { scope: 'read' });
    await page.getByLabel('read').uncheck();
    await allow(page);
    expect(await backAtClient(world(), page)).toMatchObject({ error: 'access_denied' });
  });

  test('says who asks, for what, for how long, and who is signed in', async () => {
    const page = await world().page();
    await arrive(world(), page, 'fay');
    const text = await page.locator('main').innerText();
    for (const part of ['Photo Printer', 'Prints what you send it.', '1 hour', '12 hours', 'Signed in as fay.'])
      expect(text).toContain(part);
  });
});

describe('pages that are used otherwise than in order', () => {
  test('two tabs: each gets its own code, and both are good', async () => {
    const context = await world().visitor();
    const [first, second] = [await context.newPage(), await context.newPage()];
    await first.goto(world().authorizeUrl({ state: 'first' }));
    await second.goto(world().authorizeUrl({ state: 'second' }));
    // Both show the login page; the second is used after the first has signed in.
    for (const tab of [first, second]) {
      await tab.getByLabel('User name').fill('gus');
      await tab.getByLabel('Password').fill('correct horse');
      await tab.getByRole('button', { name: 'Sign in' }).click();
      await tab.getByText('Signed in as gus.').waitFor();
    }
    await allow(second);
    const b = await backAtClient(world(), second);
    await allow(first);
    const a = await backAtClient(world(), first);
    expect([a['state'], b['state']]).toEqual(['first', 'second']);
    expect(a['code']).not.toBe(b['code']);
    for (const { code } of [a, b]) expect((await world().redeem(code)).status).toBe(200);
  });

  test('a double click on Allow is one decision: one code, and it is good', async () => {
    const page = await world().page();
    await arrive(world(), page, 'hal');
    await page.getByRole('button', { name: 'Allow Access' }).dblclick();
    await backAtClient(world(), page);
    await page.waitForLoadState('networkidle');
    const codes = new Set(world().client.answers.map(({ parameters }) => parameters['code']));
    expect(codes.size).toBe(1);
    expect((await world().redeem([...codes][0])).status).toBe(200);
  });

  test('back from the client: the page is not kept, what was allowed stands, and the client gets a new code', async () => {
    const page = await world().page();
    await arrive(world(), page, 'ida');
    await allow(page);
    const first = await backAtClient(world(), page);
    const { body } = await world().redeem(first['code']);
    await page.goBack();
    await expect.poll(() => world().client.answers.length).toBe(2);
    const second = await backAtClient(world(), page);
    expect(second['code']).not.toBe(first['code']);
    expect((await world().redeem(second['code'])).status).toBe(200);
    expect(await isLive(body['access_token'])).toBe(true);
  });

  test('the same page sent again is the same decision; after its code was used, the request begins again', async () => {
    const context = await world().visitor();
    const page = await context.newPage();
    await arrive(world(), page, 'jon');
    // Each click leaves the page as it is, as a browser does that keeps pages for its back button.
    await page.locator('#consent-form').evaluate((form) => form.setAttribute('target', '_blank'));
    const sendAgain = async (): Promise<string | undefined> => {
      const [tab] = await Promise.all([context.waitForEvent('page'), allow(page)]);
      return (await backAtClient(world(), tab))['code'];
    };
    const first = await sendAgain();
    expect(await sendAgain()).toBe(first);
    const { body } = await world().redeem(first);
    const next = await sendAgain();
    expect(next).not.toBe(first);
    expect((await world().redeem(next)).status).toBe(200);
    expect(await isLive(body['access_token'])).toBe(true);
  });

  test('back to the login page after signing in, and signing in again: goes on, not in circles', async () => {
    const page = await world().page();
    await page.goto(world().authorizeUrl());
    await page.getByLabel('User name').fill('kit');
    await page.getByLabel('Password').fill('correct horse');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('Signed in as kit.').waitFor();
    await page.goBack();
    await page.goForward();
    await page.getByText('Signed in as kit.').waitFor();
    await allow(page);
    expect(await backAtClient(world(), page)).toMatchObject({ code: expect.any(String) });
  });

  test('a consent page of somebody who has signed out meanwhile asks to sign in, and then goes on', async () => {
    const context = await world().visitor();
    const page = await context.newPage();
    await arrive(world(), page, 'lea');
    const other = await context.newPage();
    await other.goto(`${world().server.url}/oauth/logout`);
    await other.getByRole('button', { name: 'Sign out' }).click();
    await other.getByRole('heading', { name: 'You are signed out' }).waitFor();
    await allow(page);
    await page.getByLabel('Password').waitFor();
    expect(world().client.answers).toEqual([]);
    await page.getByLabel('User name').fill('max');
    await page.getByLabel('Password').fill('correct horse');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('Signed in as max.').waitFor();
    await allow(page);
    expect(await backAtClient(world(), page)).toMatchObject({ code: expect.any(String), state: 'xyz' });
  });

  test('a login page whose cookie is gone says so, tries nothing, and works at the second go', async () => {
    const context = await world().visitor();
    const page = await context.newPage();
    await page.goto(world().authorizeUrl());
    await context.clearCookies();
    await page.getByLabel('User name').fill('nia');
    await page.getByLabel('Password').fill('correct horse');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('This page was open for too long').waitFor();
    await keepPicture(page, 'login-expired');
    await page.getByLabel('User name').fill('nia');
    await page.getByLabel('Password').fill('correct horse');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('Signed in as nia.').waitFor();
  });
});
