import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { openBrowser, type Provision, type StartedServer, startServer } from '@gatehouse/testkit';
import type { Browser, BrowserContext } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { expectAccessible, expectNoSidewaysScrolling, keepPicture } from './checks.ts';

// As `npm start` starts it: no configuration, sample data.
let server: StartedServer;
let browser: Provision<Browser>;

beforeAll(async () => {
  browser = await openBrowser();
  if (browser.available) server = await startServer();
});
beforeEach((ctx) => {
  if (!browser.available) ctx.skip(browser.reason);
});
afterAll(async () => {
  await server?.stop();
  if (browser?.available) await browser.value.close();
});

async function visitor(options: Parameters<Browser['newContext']>[0] = {}): Promise<BrowserContext> {
  if (!browser.available) throw new Error(browser.reason);
  const context = await browser.value.newContext({ locale: 'en-GB', ...options });
  // For what never comes alone.
  context.setDefaultTimeout(60_000);
  onTestFinished(() => context.close());
  return context;
}

/** What a shell prints for a command that is pasted into it, with what the person types then. */
async function paste(command: string, typed = ''): Promise<string> {
  const run = promisify(execFile)('sh', ['-c', command]);
  run.child.stdin?.end(`${typed}\n`);
  return (await run).stdout;
}

describe('the start page', () => {
  test.each([
    ['desktop', { viewport: { width: 1280, height: 900 } }],
    ['dark', { viewport: { width: 1280, height: 900 }, colorScheme: 'dark' as const }],
    ['phone', { viewport: { width: 360, height: 740 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true }],
  ])('is accessible and fits: %s', async (look, options) => {
    const page = await (await visitor(options)).newPage();
    await page.goto(server.url);
    await page.getByRole('heading', { name: 'Gatehouse is running' }).waitFor();
    await expectAccessible(page);
    await expectNoSidewaysScrolling(page);
    await keepPicture(page, `start-${look}`);
  });

  test('warns of sample data and plain HTTP', async () => {
    const page = await (await visitor()).newPage();
    await page.goto(server.url);
    const warnings = await page.locator('#warnings').innerText();
    expect(warnings).toContain('Sample clients and users with public passwords');
    expect(warnings).toContain('Plain HTTP');
  });

  test('names endpoints that are there', async () => {
    const page = await (await visitor()).newPage();
    await page.goto(server.url);
    for (const url of await page.locator('#endpoints td code').allInnerTexts())
      expect([url, (await fetch(url, { redirect: 'manual' })).status]).not.toEqual([url, 404]);
  });

  test('copies a command by its button', async () => {
    const context = await visitor({ permissions: ['clipboard-read', 'clipboard-write'] });
    const page = await context.newPage();
    await page.goto(server.url);
    const box = page.locator('#try-clientCredentials');
    // The button says so for two seconds, which a crowded machine may not look in: each of its words is kept.
    const said = await box.locator('button').evaluateHandle((button) => {
      const words: (string | null)[] = [];
      new MutationObserver(() => words.push(button.textContent)).observe(button, { childList: true });
      return words;
    });
    await box.getByRole('button', { name: 'Copy' }).click();
    await expect.poll(() => said.jsonValue()).toContain('Copied');
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(await box.locator('pre').textContent());
  });
});

describe('a command of the start page, pasted into a shell', () => {
  async function command(id: string): Promise<string> {
    const page = await (await visitor()).newPage();
    await page.goto(server.url);
    return (await page.locator(`#curl-${id}`).textContent()) ?? '';
  }

  test.each([
    ['clientCredentials', { token_type: 'Bearer', scope: 'resource.READ resource.WRITE' }],
    ['password', { token_type: 'Bearer', refresh_token: expect.any(String) }],
    ['refresh', { token_type: 'Bearer', refresh_token: expect.any(String) }],
    ['tokeninfo', { audience: 'SampleConfidentialApp' }],
    ['introspect', { active: true, client_id: 'SampleConfidentialApp' }],
  ])('works: %s', async (id, answer) => {
    expect(JSON.parse(await paste(await command(id)))).toMatchObject(answer);
  });

  test.each([
    ['protected', "Congrats! You've hit an OAuth protected resource"],
    ['revoke', '200 OK'],
  ])('works: %s', async (id, text) => {
    expect(await paste(await command(id))).toContain(text);
  });

  test('works: authorizationCode, with the code that its link leads to', async () => {
    const page = await (await visitor()).newPage();
    await page.goto(server.url);
    const pasted = (await page.locator('#curl-authorizationCode').textContent()) ?? '';
    await page.locator('#open-authorizationCode').click();
    await page.getByLabel('User name').fill('sampleuser');
    await page.getByLabel('Password').fill('changeme');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('button', { name: 'Allow Access' }).click();
    const answer = await paste(pasted, await page.locator('#code').innerText());
    expect(JSON.parse(answer.replace(/^Code: /, ''))).toMatchObject({ token_type: 'Bearer' });
  });

  test('works: implicit, with the token that its link leads to', async () => {
    const page = await (await visitor()).newPage();
    await page.goto(server.url);
    const pasted = (await page.locator('#curl-implicit').textContent()) ?? '';
    await page.locator('#open-implicit').click();
    await page.getByLabel('User name').fill('regadmin');
    await page.getByLabel('Password').fill('changeme');
    await page.getByRole('button', { name: 'Sign in' }).click();
    const arrived = page.waitForRequest((request) => request.url().includes('/callback'));
    await page.getByRole('button', { name: 'Allow Access' }).click();
    await arrived;
    await expect.poll(() => new URL(page.url()).hash).toContain('access_token=');
    const token = new URLSearchParams(new URL(page.url()).hash.slice(1)).get('access_token') ?? '';
    expect(await paste(pasted, token)).toContain("Congrats! You've hit an OAuth protected resource");
  });
});
