import type { BrowserContext, Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { allow, arrive, askedScopes, backAtClient, signIn } from './steps.ts';
import { aClient, CLIENT_SECRET, PASSWORD, useWorld, type World } from './world.ts';

const MARKUP = `<img src=x onerror="window.ran=1"><script>window.ran=1</script>"'>&lt;`;

const world = useWorld((client) => ({
  clients: [
    aClient(client),
    aClient(client, {
      id: 'markup',
      name: MARKUP,
      description: MARKUP,
      scopes: ['<b>bold</b>'],
      secrets: CLIENT_SECRET,
    }),
  ],
}));

/** A page of another site that posts a form to ours as soon as it is open. */
function forgedPost({ client, server }: World, path: string, fields: Readonly<Record<string, string>>): string {
  const inputs = Object.entries(fields).map(([name, value]) => {
    const escaped = value.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
    return `<input type="hidden" name="${name}" value="${escaped}">`;
  });
  return client.pageWith(
    `<form id="f" method="post" action="${server.url}${path}">${inputs.join('')}</form><script>document.getElementById('f').submit()</script>`,
  );
}

/** The consent form of a page, as its fields would be posted. */
function consentForm(page: Page): Promise<{ action: string; fields: Record<string, string> }> {
  return page.locator('#consent-form').evaluate((element) => {
    const form = element as HTMLFormElement;
    const fields = Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value)]));
    return { action: form.getAttribute('action') ?? '', fields: { ...fields, decision: 'allow' } };
  });
}

/** Whom the server takes this browser for: the name on the account page, or nobody. */
async function signedInAs(context: BrowserContext): Promise<string | null> {
  const page = await context.newPage();
  await page.goto(`${world().server.url}/oauth/logout`);
  const text = await page.locator('main').innerText();
  await page.close();
  return /You are signed in as (\w+)\./.exec(text)?.[1] ?? null;
}

describe('[SEC-136] a form that another site posts', () => {
  test('signs nobody in', async () => {
    const context = await world().visitor();
    const attacker = await world().page();
    await attacker.goto(world().authorizeUrl());
    const token = await attacker.locator('input[name=form_token]').getAttribute('value');
    const page = await context.newPage();
    await page.goto(world().authorizeUrl());
    await page.goto(
      forgedPost(world(), '/oauth/login', {
        UserName: 'ada',
        Passwd: PASSWORD,
        continue: new URL(world().authorizeUrl()).pathname,
        form_token: token ?? '',
      }),
    );
    await page.getByText('The form did not come from a page of this server').waitFor();
    expect(await signedInAs(context)).toBeNull();
  });

  test('allows nothing, even with the fields of the own page', async () => {
    const context = await world().visitor();
    const page = await context.newPage();
    await arrive(world(), page, 'ben');
    const { action, fields } = await consentForm(page);
    const victim = await context.newPage();
    await victim.goto(forgedPost(world(), action, fields));
    await victim.getByText('The form did not come from a page of this server').waitFor();
    expect(world().client.answers).toEqual([]);
    // Nothing is on record either: the page asks for everything.
    await page.goto(world().authorizeUrl());
    expect(await askedScopes(page)).toEqual(['read', 'write']);
  });

  test('signs nobody out', async () => {
    const context = await world().visitor();
    const page = await context.newPage();
    await arrive(world(), page, 'cleo');
    const other = await context.newPage();
    await other.goto(forgedPost(world(), '/oauth/logout', { form_token: 'x' }));
    await other.getByText('The form did not come from a page of this server').waitFor();
    expect(await signedInAs(context)).toBe('cleo');
    // What a client may post too (OpenID Connect RP-Initiated Logout 2): the owner is asked.
    await other.goto(forgedPost(world(), '/oauth/logout', {}));
    await other.getByText('You are signed in as cleo.').waitFor();
    expect(await signedInAs(context)).toBe('cleo');
  });

  test('has, from our own page in this browser, the effect it is meant to have', async () => {
    const page = await world().page();
    await arrive(world(), page, 'dan');
    await allow(page);
    expect(await backAtClient(world(), page)).toMatchObject({ code: expect.any(String) });
  });
});

describe('[SEC-136] a form of our own page without its token, or with a foreign or an old one', () => {
  const spoiled = {
    none: () => '',
    foreign: (token: string) => [...token].reverse().join(''),
  };

  test.each(Object.entries(spoiled))('allows nothing: %s', async (_, spoil) => {
    const page = await world().page();
    await arrive(world(), page, 'eve');
    await page.locator('#consent-form input[name=form_token]').evaluate(
      (input, value) => {
        (input as HTMLInputElement).value = value;
      },
      spoil((await consentForm(page)).fields['form_token'] ?? ''),
    );
    await allow(page);
    await page.getByText('The form did not come from a page of this server').waitFor();
    expect(world().client.answers).toEqual([]);
  });

  test.each(Object.entries(spoiled))('signs nobody in: %s', async (_, spoil) => {
    const context = await world().visitor();
    const page = await context.newPage();
    await page.goto(world().authorizeUrl());
    await page.locator('input[name=form_token]').evaluate((input, value) => {
      (input as HTMLInputElement).value = value;
    }, spoil('a-token'));
    await signIn(page, 'eve');
    await page.getByText('Nothing was tried').waitFor();
    expect(await signedInAs(context)).toBeNull();
  });

  test('allows nothing: of the session before', async () => {
    const page = await world().page();
    await arrive(world(), page, 'eve');
    const old = await consentForm(page);
    await page.goto(world().authorizeUrl({ prompt: 'login' }));
    await signIn(page, 'eve');
    await page.getByText('Signed in as eve.').waitFor();
    await page.locator('#consent-form').evaluate((element, fields) => {
      for (const [name, value] of Object.entries(fields))
        for (const input of element.querySelectorAll(`input[type=hidden][name=${name}]`))
          (input as HTMLInputElement).value = value;
    }, old.fields);
    await allow(page);
    // The request begins again, for the session of now, on a page that looks like the one before.
    const interaction = page.locator('input[name=interaction]');
    await expect.poll(() => interaction.inputValue()).not.toBe(old.fields['interaction']);
    await page.getByText('Signed in as eve.').waitFor();
    expect(await askedScopes(page)).toEqual(['read', 'write']);
    expect(world().client.answers).toEqual([]);
  });
});

describe('[SEC-41] an interaction that began in another browser', () => {
  test('is not gone on with: the victim’s own request begins', async () => {
    const attacker = await world().page();
    await arrive(world(), attacker, 'fay', { state: 'the-attackers' });
    const { fields } = await consentForm(attacker);
    const victim = await world().page();
    await arrive(world(), victim, 'gus', { state: 'the-victims' });
    await victim.locator('#consent-form').evaluate((element, stolen) => {
      for (const [name, value] of Object.entries(stolen))
        for (const input of element.querySelectorAll(`input[type=hidden][name=${name}]`))
          (input as HTMLInputElement).value = value;
    }, fields);
    await allow(victim);
    await victim.getByText('Signed in as gus.').waitFor();
    expect(world().client.answers).toEqual([]);
  });

  test('[SEC-42] shows no parameter of the request in a cookie', async () => {
    const context = await world().visitor();
    await arrive(world(), await context.newPage(), 'fay', { state: 'state-to-look-for' });
    for (const { name, value } of await context.cookies())
      for (const secret of ['state-to-look-for', 'callback', 'read'])
        for (const text of [value, decodeURIComponent(value), Buffer.from(value, 'base64').toString('latin1')])
          expect(text.includes(secret), name).toBe(false);
  });
});

describe('[SEC-138] two cookies of one name', () => {
  test('one of them with a longer path, as an attacker beside us can set it: none is used', async () => {
    const attackers = await world().visitor();
    await arrive(world(), await attackers.newPage(), 'hal');
    const context = await world().visitor();
    const page = await context.newPage();
    await arrive(world(), page, 'ida');
    await page.getByText('Signed in as ida.').waitFor();
    const stolen = await attackers.cookies();
    await context.addCookies(
      stolen.map(({ name, value }) => ({ name, value, httpOnly: true, domain: 'localhost', path: '/api/oauth' })),
    );
    const sent = (await context.cookies(world().authorizeUrl())).map(({ name }) => name);
    expect(sent.length).toBe(2 * new Set(sent).size);
    await page.goto(world().authorizeUrl());
    await page.getByLabel('Password').waitFor();
    expect(await page.getByText('Signed in as').count()).toBe(0);
  });

  test('the own one twice, as from a domain above: none is used', async () => {
    const context = await world().visitor();
    await arrive(world(), await context.newPage(), 'ida');
    const pairs = (await context.cookies()).map(({ name, value }) => `${name}=${value}`);
    const send = async (cookie: string): Promise<string> =>
      (await fetch(world().authorizeUrl(), { headers: { cookie } })).text();
    expect(await send(pairs.join('; '))).toContain('Signed in as ida.');
    expect(await send([...pairs, ...pairs].join('; '))).toContain('id="login-form"');
  });
});

describe('our pages on another site', () => {
  test('[SEC-137] are not shown in a frame', async () => {
    const page = await world().page();
    const href = world().authorizeUrl().replaceAll('&', '&amp;');
    await page.goto(world().client.pageWith(`<iframe src="${href}"></iframe>`));
    await page.waitForLoadState('networkidle');
    // The first is the page itself.
    await expect.poll(() => page.frames()[1]?.url()).toMatch(/^chrome-error:/);
  });

  test('[SEC-137] do not tell it what they were asked', async () => {
    const page = await world().page();
    await arrive(world(), page, 'jon', { state: 'not-for-referrers' });
    await allow(page);
    await backAtClient(world(), page);
    expect(world().client.answers[0]?.headers.referer).toBeUndefined();
  });
});

describe('[SEC-93] markup in a registry', () => {
  test('is text on the consent page, and runs nothing', async () => {
    const page = await world().page();
    await arrive(world(), page, 'kit', { client_id: 'markup', scope: '<b>bold</b>' });
    await page.getByText('Signed in as kit.').waitFor();
    expect(await page.locator('h1').innerText()).toBe(`${MARKUP} is requesting permission to access:`);
    expect(await page.locator('#client-description').innerText()).toBe(MARKUP);
    expect(await askedScopes(page)).toEqual(['<b>bold</b>']);
    expect(await page.locator('main img, main script, main b').count()).toBe(0);
    expect(await page.evaluate(() => 'ran' in window)).toBe(false);
    await allow(page);
    const { code } = await backAtClient(world(), page);
    expect((await world().redeem(code, {}, 'markup')).body['scope']).toBe('<b>bold</b>');
  });
});
