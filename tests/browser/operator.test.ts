import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startServer } from '@gatehouse/testkit';
import { afterAll, describe, expect, test } from 'vitest';
import { expectAccessible, keepPicture } from './checks.ts';
import type { ClientSite } from './client-site.ts';
import { allow, arrive, backAtClient } from './steps.ts';
import { aClient, useWorld } from './world.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'gatehouse-pages-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const written = path.join(folder, name);
  writeFileSync(written, text);
  return written;
}

const LOGIN = `<!doctype html>
<html lang="{{lang}}"><head><title>Our house</title><style>main{color:rgb(1, 2, 3)}</style></head>
<body><main><h1>{{text.custom.welcome}}</h1>
<form method="post" action="{{action}}">
<input type="hidden" name="continue" value="{{continue}}"><input type="hidden" name="form_token" value="{{formToken}}">
<label for="u">User name</label><input id="u" name="UserName"><label for="p">Password</label><input id="p" name="Passwd" type="password">
<button>Sign in</button></form></main></body></html>`;

const configure = (client: ClientSite): Record<string, unknown> => ({
  clients: [
    aClient(client, {
      name: '<Our & Printer>',
      logo: 'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYPj/HwADAgH/eL9GtQAAAABJRU5ErkJggg==',
    }),
  ],
  pages: {
    templates: { login: file('login.html', LOGIN) },
    messages: [
      file(
        'en.json',
        JSON.stringify({ 'custom.welcome': 'Welcome to {clientName}', 'scope.read': 'Look at your pictures' }),
      ),
    ],
  },
});

describe('pages of an operator', () => {
  const world = useWorld(configure);

  test('[AX-33] [AX-232] a template by path is what a browser is shown, with words of their own and escaped as ever', async () => {
    const page = await world().page();
    await page.goto(world().authorizeUrl());
    expect(await page.locator('h1').innerText()).toBe('Welcome to <Our & Printer>');
    // Its style is allowed by its hash.
    expect(await page.locator('main').evaluate((main) => getComputedStyle(main).color)).toBe('rgb(1, 2, 3)');
    await arrive(world(), page, 'ada');
    await allow(page);
    expect(await backAtClient(world(), page)).toMatchObject({ code: expect.any(String) });
  });

  test('[AX-228] [AX-233] the consent page has the logo of the client, and words for its scopes', async () => {
    const page = await world().page();
    await arrive(world(), page, 'ben');
    await page.getByText('Look at your pictures').waitFor();
    const logo = page.locator('#client-logo');
    await expect.poll(() => logo.evaluate((image) => (image as HTMLImageElement).naturalWidth)).toBe(1);
    await expectAccessible(page);
    await keepPicture(page, 'consent-logo');
  });

  test('[AX-232] a template with an unknown placeholder stops the start, by file, line and name', async () => {
    const login = file('wrong.html', '<p>\n{{userName}}');
    const start = startServer({
      config: { clients: [], owners: [], pages: { templates: { login } } },
    });
    await expect(start).rejects.toThrow(`${login}:2: {{userName}} is unknown here`);
  });
});

describe('[SEC-89] a consent page that was open for longer than its life', () => {
  // As long as a slow browser may take from a page to the click on it, which the second page is in time for.
  const lifeSeconds = 30;
  const world = useWorld((client) => ({ ...configure(client), authorize: { interactionSeconds: lifeSeconds } }));

  test('asks again, and then goes on', async () => {
    const page = await world().page();
    await arrive(world(), page, 'cleo');
    const before = await page.locator('input[name=interaction]').inputValue();
    await pause(lifeSeconds * 1_000 + 100);
    await allow(page);
    await page.locator('#consent').waitFor();
    await expect.poll(() => page.locator('input[name=interaction]').inputValue()).not.toBe(before);
    expect(world().client.answers).toEqual([]);
    await allow(page);
    expect(await backAtClient(world(), page)).toMatchObject({ code: expect.any(String), state: 'xyz' });
  });
});
