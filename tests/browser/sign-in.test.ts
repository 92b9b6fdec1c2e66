import { describe, expect, test } from 'vitest';
import { keepPicture } from './checks.ts';
import { allow, arrive, askedScopes, backAtClient, expectFocus, signIn } from './steps.ts';
import { type Person, useWorld } from './world.ts';

const world = useWorld();
const FAILED = 'That user name and password do not match.';

describe('signing in', () => {
  test('[AX-223] [AX-228] a person signs in, allows, and the client gets a code that is worth tokens', async () => {
    const page = await world().page();
    await arrive(world(), page, 'ada');
    await page.getByRole('heading', { name: 'Photo Printer is requesting permission to access:' }).waitFor();
    await allow(page);
    const answer = await backAtClient(world(), page);
    expect(answer).toEqual({ code: expect.any(String), state: 'xyz', iss: world().server.url });
    expect(await world().redeem(answer['code'])).toMatchObject({
      status: 200,
      body: { scope: 'read write', token_type: 'Bearer' },
    });
  });

  test('[AX-224] a wrong password comes back to the form with its message, and a right one goes on from there', async () => {
    const page = await world().page();
    await page.goto(world().authorizeUrl());
    expect(await page.getByText(FAILED).isVisible()).toBe(false);
    await signIn(page, 'ben', 'wrong');
    await page.getByText(FAILED).waitFor();
    expect(new URL(page.url()).hash).toBe('#error=loginfailed');
    await expectFocus(page, 'error=loginfailed');
    await keepPicture(page, 'login-failed');
    await signIn(page, 'ben');
    await page.getByText('Signed in as ben.').waitFor();
  });

  test('an unknown name and a wrong password get the same page', async () => {
    const page = await world().page();
    const texts: string[] = [];
    for (const [name, password] of [
      ['nobody', 'x'],
      ['ben', 'x'],
    ] as const) {
      await page.goto(world().authorizeUrl());
      await signIn(page, name as Person, password);
      await page.getByText(FAILED).waitFor();
      texts.push(await page.locator('main').innerText());
    }
    expect(texts[0]).toBe(texts[1]);
  });

  test('[AX-227] after six failures even the right password is refused, in the same words; another account is not', async () => {
    const page = await world().page();
    await page.goto(world().authorizeUrl());
    for (let failure = 0; failure < 6; failure++) {
      await signIn(page, 'cleo', `wrong ${failure}`);
      await page.getByText(FAILED).waitFor();
    }
    await signIn(page, 'cleo');
    await page.getByText(FAILED).waitFor();
    expect(await page.locator('#consent').count()).toBe(0);
    await keepPicture(page, 'login-locked');
    await signIn(page, 'dan');
    await page.getByText('Signed in as dan.').waitFor();
  });

  test('the name that the client hints at is there, and the cursor is in the password', async () => {
    const page = await world().page();
    await page.goto(world().authorizeUrl({ login_hint: 'ada' }));
    expect(await page.getByLabel('User name').inputValue()).toBe('ada');
    await expectFocus(page, 'Passwd');
  });

  test('in a German browser it is in German', async () => {
    const page = await world().page({ locale: 'de-DE' });
    await page.goto(world().authorizeUrl());
    await page.getByRole('heading', { name: 'Anmelden' }).waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('de');
  });
});

describe('being signed in', () => {
  test('[AX-226] a browser that arrives from another site is not asked to sign in again', async () => {
    const page = await world().page();
    await arrive(world(), page, 'eve');
    await allow(page);
    await backAtClient(world(), page);
    const link = (href: string): string =>
      world().client.pageWith(`<a href="${href.replaceAll('&', '&amp;')}">Sign in</a>`);

    await page.goto(link(world().authorizeUrl({ state: 'again' })));
    await page.getByRole('link', { name: 'Sign in' }).click();
    expect(await backAtClient(world(), page)).toMatchObject({ code: expect.any(String), state: 'again' });

    await page.goto(link(world().authorizeUrl({ client_id: 'other' })));
    await page.getByRole('link', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Other App is requesting permission to access:' }).waitFor();
    expect(await askedScopes(page)).toEqual(['read', 'write']);
    await allow(page);
    const answer = await backAtClient(world(), page);
    expect((await world().redeem(answer['code'], {}, 'other')).status).toBe(200);
  });

  test('a request that another site posts is taken as well', async () => {
    const page = await world().page();
    await arrive(world(), page, 'gus');
    await page.getByText('Signed in as gus.').waitFor();
    const fields = [...new URL(world().authorizeUrl({ client_id: 'other', scope: 'share' })).searchParams]
      .map(([name, value]) => `<input type="hidden" name="${name}" value="${value}">`)
      .join('');
    const action = `${world().server.url}/api/oauth/authorize`;
    await page.goto(
      world().client.pageWith(`<form method="post" action="${action}">${fields}<button>Go</button></form>`),
    );
    await page.getByRole('button', { name: 'Go' }).click();
    await page.getByText('Signed in as gus.').waitFor();
    expect(await askedScopes(page)).toEqual(['share']);
  });

  test('[SEC-13] signing out ends it, and the old cookie with it', async () => {
    const context = await world().visitor();
    const page = await context.newPage();
    await arrive(world(), page, 'fay');
    const before = await context.cookies();
    await page.getByRole('link', { name: 'Not you? Sign out' }).click();
    await page.getByText('You are signed in as fay.').waitFor();
    await keepPicture(page, 'sign-out');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'You are signed out' }).waitFor();
    await context.addCookies(before);
    await page.goto(world().authorizeUrl());
    await page.getByLabel('Password').waitFor();
  });
});
