import { DEFAULT_LIMITS, hashSlowly, systemEntropy } from '@gatehouse/core';
import { openBrowser, type Provision, type StartedServer, startServer } from '@gatehouse/testkit';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, onTestFinished } from 'vitest';
import { type ClientSite, startClientSite } from './client-site.ts';

export const PASSWORD = 'correct horse';
export const CLIENT_SECRET = 'a-secret-that-only-the-client-site-knows';
export const OUT_OF_BAND = 'urn:ietf:wg:oauth:2.0:oob';

type Config = Readonly<Record<string, unknown>>;

/** What every test of the pages has: a server of its own process, a browser, and the site of a client. */
export class World {
  readonly server: StartedServer;
  readonly client: ClientSite;
  readonly #browser: Browser;

  constructor(server: StartedServer, client: ClientSite, browser: Browser) {
    this.server = server;
    this.client = client;
    this.#browser = browser;
  }

  /** A person with a browser that nobody has used before. */
  async visitor(options: BrowserContextOptions = {}): Promise<BrowserContext> {
    const context = await this.#browser.newContext({ locale: 'en-GB', ...options });
    // For what never comes alone.
    context.setDefaultTimeout(60_000);
    onTestFinished(() => context.close());
    return context;
  }

  async page(options: BrowserContextOptions = {}): Promise<Page> {
    return (await this.visitor(options)).newPage();
  }

  /** An authorization request of a client; `clientId` is one of {@link clients}. */
  authorizeUrl(over: Readonly<Record<string, string>> = {}): string {
    const parameters = {
      response_type: 'code',
      client_id: 'app',
      redirect_uri: this.client.callback,
      scope: 'read write',
      state: 'xyz',
      ...over,
    };
    return `${this.server.url}/api/oauth/authorize?${new URLSearchParams(parameters)}`;
  }

  /** What the code of an answer is worth at the token endpoint: status and JSON. */
  async redeem(
    code: string | undefined,
    over: Readonly<Record<string, string>> = {},
    clientId = 'app',
  ): Promise<{ readonly status: number; readonly body: Readonly<Record<string, unknown>> }> {
    const response = await fetch(`${this.server.url}/api/oauth/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${clientId}:${CLIENT_SECRET}`).toString('base64')}` },
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        code: code ?? '',
        redirect_uri: this.client.callback,
        ...over,
      }),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }
}

/** Opens a world for the tests of one file; without a browser each of them is skipped, with the reason. */
export function useWorld(configure: (client: ClientSite) => Config = () => ({})): () => World {
  let browser: Provision<Browser>;
  let world: World | undefined;
  beforeAll(async () => {
    browser = await openBrowser();
    if (!browser.available) return;
    const client = await startClientSite();
    const config = { ...(await standardConfig(client)), ...configure(client) };
    world = new World(await startServer({ config }), client, browser.value);
  });
  beforeEach((ctx) => {
    if (!browser.available) ctx.skip(browser.reason);
    world?.client.answers.splice(0);
  });
  afterAll(async () => {
    await world?.client.close();
    await world?.server.stop();
    if (browser?.available) await browser.value.close();
  });
  return () => world as World;
}

/** Two clients of one site, and people: each test that counts failures or consents takes another. */
async function standardConfig(client: ClientSite): Promise<Config> {
  const passwordHash = await hashSlowly(PASSWORD, systemEntropy(), DEFAULT_LIMITS);
  return {
    clients: ['app', 'other'].map((id) => aClient(client, { id, name: id === 'app' ? 'Photo Printer' : 'Other App' })),
    owners: PEOPLE.map((username) => ({ username, passwordHash })),
    log: { level: 'debug' },
  };
}

export const PEOPLE = [
  'ada',
  'ben',
  'cleo',
  'dan',
  'eve',
  'fay',
  'gus',
  'hal',
  'ida',
  'jon',
  'kit',
  'lea',
  'max',
  'nia',
  'ola',
  'pia',
] as const;
export type Person = (typeof PEOPLE)[number];

export function aClient(client: ClientSite, over: Config = {}): Config {
  return {
    id: 'app',
    name: 'Photo Printer',
    description: 'Prints what you send it.',
    secrets: CLIENT_SECRET,
    redirectUris: [client.callback, OUT_OF_BAND],
    grantTypes: ['authorization_code', 'refresh_token'],
    scopes: ['read', 'write', 'share'],
    requirePkce: false,
    ...over,
  };
}
