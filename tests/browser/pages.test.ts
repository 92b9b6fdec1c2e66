import type { BrowserContextOptions, Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { expectAccessible, expectNoSidewaysScrolling, keepPicture } from './checks.ts';
import { allow, arrive, backAtClient, expectFocus, signIn } from './steps.ts';
import { OUT_OF_BAND, type Person, useWorld } from './world.ts';

const world = useWorld();

/** The first look at a page is asked for consent, the others are not. */
async function allowIfAsked(page: Page, next: string): Promise<void> {
  await page.locator(`#consent, ${next}`).waitFor();
  if ((await page.locator('#consent').count()) > 0) await page.locator('#allow').click();
  await page.locator(next).waitFor();
}

/** How to get to each page there is, from a fresh browser. */
const PAGES: Readonly<Record<string, (page: Page) => Promise<void>>> = {
  login: async (page) => {
    await page.goto(world().authorizeUrl());
  },
  'login-failed': async (page) => {
    await page.goto(world().authorizeUrl());
    await signIn(page, 'nobody' as Person, 'x');
    await page.getByText('do not match').or(page.getByText('passen nicht')).waitFor();
  },
  consent: async (page) => {
    await arrive(world(), page, 'ada', { scope: 'read write share' });
    await page.locator('#consent').waitFor();
  },
  code: async (page) => {
    await arrive(world(), page, 'ben', { redirect_uri: OUT_OF_BAND });
    await allowIfAsked(page, '#access-code');
  },
  'form-post': async (page) => {
    // At an answer without content a browser stays where it is.
    await page.route(world().client.callback, (route) => route.fulfill({ status: 204 }));
    await arrive(world(), page, 'ida', { response_mode: 'form_post' });
    await allowIfAsked(page, '#back-to-client');
  },
  error: async (page) => {
    await page.goto(world().authorizeUrl({ redirect_uri: 'https://elsewhere.example/' }));
  },
  account: async (page) => {
    await arrive(world(), page, 'cleo');
    await page.goto(`${world().server.url}/oauth/logout`);
  },
  'logged-out': async (page) => {
    await page.goto(`${world().server.url}/oauth/logout`);
  },
  home: async (page) => {
    await page.goto(world().server.url);
  },
  'not-found': async (page) => {
    await page.goto(`${world().server.url}/nothing/here`);
  },
};

const PHONE: BrowserContextOptions = {
  viewport: { width: 360, height: 740 },
  deviceScaleFactor: 2,
  isMobile: true,
  hasTouch: true,
};

const LOOKS = [
  { look: 'desktop', size: { width: 1280, height: 800 }, colorScheme: 'light' },
  { look: 'dark', size: { width: 1280, height: 800 }, colorScheme: 'dark' },
  { look: 'phone', size: { width: 320, height: 700 }, colorScheme: 'light' },
] as const;

describe('accessible, fitting, complete in itself, in the light, in the dark and on a phone', () => {
  test.each(Object.entries(PAGES))('the page %s', async (name, open) => {
    // A colour that is still on its way to the dark has the contrast of neither look.
    const page = await world().page({ reducedMotion: 'reduce' });
    const messages: string[] = [];
    const hosts = new Set<string>();
    page.on('console', (message) => {
      // The status of an error page is no mistake of the page.
      if (message.type() === 'error' && !message.text().includes('Failed to load resource'))
        messages.push(message.text());
    });
    page.on('pageerror', (error) => messages.push(error.message));
    page.on('request', (request) => hosts.add(new URL(request.url()).host));
    await open(page);
    for (const { colorScheme, look, size } of LOOKS) {
      await page.setViewportSize(size);
      await page.emulateMedia({ colorScheme });
      await expectAccessible(page);
      await expectNoSidewaysScrolling(page);
      await keepPicture(page, `${name}-${look}`);
    }
    expect(messages).toEqual([]);
    hosts.delete(new URL(world().client.origin).host);
    expect([...hosts]).toEqual([new URL(world().server.url).host]);
  });
});

describe('a phone', () => {
  test('has targets that a finger hits', async () => {
    const page = await world().page(PHONE);
    await arrive(world(), page, 'ada');
    for (const target of await page.locator('button, .choice').all())
      expect((await target.boundingBox())?.height).toBeGreaterThanOrEqual(44);
  });
});

describe('a browser in the dark', () => {
  const brightness = async (page: Page): Promise<number> => {
    const color = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    return (color.match(/\d+/g) ?? []).slice(0, 3).reduce((sum, part) => sum + Number(part), 0) / 3;
  };

  test('gets dark pages, and another gets light ones', async () => {
    const page = await world().page();
    await page.goto(world().authorizeUrl());
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await brightness(page)).toBeLessThan(50);
    await page.emulateMedia({ colorScheme: 'light' });
    expect(await brightness(page)).toBeGreaterThan(200);
  });
});

describe('a person who wants less motion', () => {
  test('gets none', async () => {
    const durations: string[] = [];
    for (const reducedMotion of ['reduce', 'no-preference'] as const) {
      const page = await world().page({ reducedMotion });
      await page.goto(world().authorizeUrl());
      durations.push(await page.locator('button').evaluate((button) => getComputedStyle(button).transitionDuration));
    }
    expect(durations[0]).toBe('0s');
    expect(durations[1]).not.toBe('0s');
  });
});

describe('the keyboard alone', () => {
  test('signs in, unticks a scope and allows the rest; where it is, can be seen', async () => {
    const page = await world().page();
    await page.goto(world().authorizeUrl());
    await expectFocus(page, 'UserName');
    await page.keyboard.type('dan');
    await page.keyboard.press('Tab');
    await page.keyboard.type('correct horse');
    await page.keyboard.press('Tab');
    await expectFocus(page, 'login-submit');
    await page.keyboard.press('Enter');
    // The last that the keys come to: a page may be seen before all of it is there.
    await page.locator('#sign-out-link').waitFor();

    const order: string[] = [];
    for (let step = 0; step < 5; step++) {
      await page.keyboard.press('Tab');
      order.push(
        await page.evaluate(() => {
          const element = document.activeElement as Element;
          const { outlineStyle, outlineWidth } = getComputedStyle(element);
          return `${element.id || element.getAttribute('value')} ${outlineStyle} ${outlineWidth}`;
        }),
      );
    }
    expect(order).toEqual(['read', 'write', 'allow', 'deny', 'sign-out-link'].map((name) => `${name} solid 3px`));
    for (let step = 0; step < 3; step++) await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Space');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    const { code } = await backAtClient(world(), page);
    expect((await world().redeem(code)).body['scope']).toBe('read');
  });

  test('after a failed login begins at the message, with the form next', async () => {
    const page = await world().page();
    await PAGES['login-failed']?.(page);
    await expectFocus(page, 'error=loginfailed');
    await page.keyboard.press('Tab');
    await expectFocus(page, 'UserName');
  });
});

describe('without scripts', () => {
  test('all of it works: a failure, signing in, a part of the scopes, and signing out', async () => {
    const page = await world().page({ javaScriptEnabled: false });
    await page.goto(world().authorizeUrl());
    await signIn(page, 'eve', 'wrong');
    await page.getByText('do not match').waitFor();
    await signIn(page, 'eve');
    await page.getByLabel('write').uncheck();
    await allow(page);
    const { code } = await backAtClient(world(), page);
    expect((await world().redeem(code)).body['scope']).toBe('read');
    await page.goto(`${world().server.url}/oauth/logout`);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'You are signed out' }).waitFor();
  });

  test('an answer by form_post waits for its button', async () => {
    const page = await world().page({ javaScriptEnabled: false });
    await arrive(world(), page, 'fay', { response_mode: 'form_post' });
    await allow(page);
    await page.getByRole('heading', { name: 'Back to the application' }).waitFor();
    await keepPicture(page, 'form-post');
    expect(world().client.answers).toEqual([]);
    await page.getByRole('button', { name: 'Continue' }).click();
    expect(await backAtClient(world(), page)).toMatchObject({ code: expect.any(String), state: 'xyz' });
    expect(world().client.answers[0]?.method).toBe('POST');
  });
});

describe('answers', () => {
  test('by form_post go on by themselves, and carry iss', async () => {
    const page = await world().page();
    await arrive(world(), page, 'gus', { response_mode: 'form_post' });
    await allow(page);
    const answer = await backAtClient(world(), page);
    expect(answer).toEqual({ code: expect.any(String), state: 'xyz', iss: world().server.url });
    expect(world().client.answers.map(({ method }) => method)).toEqual(['POST']);
    expect((await world().redeem(answer['code'])).status).toBe(200);
  });

  test('[SEC-137] by form_post come on a page with the headers of every page', async () => {
    const page = await world().page({ javaScriptEnabled: false });
    await arrive(world(), page, 'hal', { response_mode: 'form_post' });
    await page.locator('#consent').waitFor();
    const itself = page.waitForResponse((one) => one.request().isNavigationRequest() && one.ok());
    const [response] = await Promise.all([itself, allow(page)]);
    expect(await response.allHeaders()).toMatchObject({
      'x-frame-options': 'DENY',
      // Else the client would see the origin null.
      'referrer-policy': 'strict-origin',
      'cache-control': 'no-store',
      'content-security-policy': expect.stringContaining("frame-ancestors 'none'"),
    });
  });

  test('[AX-29] out of band show the code, which is worth tokens once', async () => {
    const page = await world().page();
    await PAGES['code']?.(page);
    const code = await page.locator('#code').innerText();
    expect(await page.locator('#state').innerText()).toBe('xyz');
    expect(await world().redeem(code, { redirect_uri: OUT_OF_BAND })).toMatchObject({ status: 200 });
    expect(await world().redeem(code, { redirect_uri: OUT_OF_BAND })).toMatchObject({ status: 400 });
  });

  test('to an address that is not registered stay here, on a page with the trace id of the header', async () => {
    const page = await world().page();
    const elsewhere = world().client.callback.replace('/callback', '/elsewhere');
    const response = await page.goto(world().authorizeUrl({ redirect_uri: elsewhere }));
    expect(response?.status()).toBe(400);
    expect(await page.locator('#error-code').innerText()).toBe('invalid_request');
    const traceId = await page.locator('#trace-id').innerText();
    expect(Object.values((await response?.allHeaders()) ?? {})).toContain(traceId);
    expect(await world().server.output()).toContain(traceId);
    expect(world().client.answers).toEqual([]);
  });
});
