import { setTimeout as pause } from 'node:timers/promises';
import type { StartedServer, TestDatabase } from '@gatehouse/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CALLBACK, CONFIDENTIAL } from '../clients/sample.ts';
import { openBrowser } from '../server/browser.ts';
import { type Cluster, openCluster } from './cluster.ts';
import { type Answer, isActive, post, refreshOf, type Tokens, tokensFor } from './requests.ts';
import { migratedDatabase, NEWEST, onOwn } from './servers.ts';

const OWNER = { username: 'sampleuser', password: 'changeme' };
const PASSWORD = { grant_type: 'password', ...OWNER };

/** What RFC 6749 5.2 has a client hear, and RFC 9110 10.2.3 when it may ask again. */
function expectUnavailable({ status, headers, body }: Answer): void {
  expect(status).toBe(503);
  expect(body).toEqual({
    error: 'temporarily_unavailable',
    error_description: 'The server cannot answer now; try again later.',
  });
  expect(headers.get('retry-after')).toBe('1');
  expect(headers.get('cache-control')).toBe('no-store');
}

await onOwn(NEWEST, '[AX-168] a running server whose database goes away', (server) => {
  let database: TestDatabase;
  let cluster: Cluster;
  let running: StartedServer;
  const tokens: Tokens[] = [];
  const latest = (): Tokens => tokens.at(-1) as Tokens;
  beforeAll(async () => {
    database = await migratedDatabase(server);
    // Its own limits: what they are for is what is proved. The grace outlasts a restart, which a crowded machine takes long for.
    cluster = await openCluster({
      store: database.url,
      limits: {},
      refresh: { graceSeconds: 300 },
      log: { format: 'json' },
    });
    running = await cluster.start();
    tokens.push(await tokensFor(running.url, PASSWORD));
  });
  afterAll(async () => {
    await cluster?.close();
    await server.close();
  });

  const refresh = (): Promise<Answer> => post(running.url, 'token', refreshOf(latest()));
  /** As a client does it that is told when to come again: what has just come back may be slow at first. */
  async function refreshUntilAnswered(): Promise<void> {
    for (;;) {
      const answer = await refresh();
      if (answer.status === 200) {
        tokens.push(answer.body as unknown as Tokens);
        return;
      }
      expectUnavailable(answer);
      await pause(1_000);
    }
  }
  const health = async (path = ''): Promise<number> => (await fetch(`${running.url}/health${path}`)).status;

  test('answers, or says 503 and when to come again, while it is killed and comes back; everybody stays signed in', async () => {
    let back = false;
    const restarted = server.control.restart('SIGKILL').finally(() => {
      back = true;
    });
    const refused: Answer[] = [];
    while (!back) {
      const answer = await refresh();
      if (answer.status === 200) tokens.push(answer.body as unknown as Tokens);
      else refused.push(answer);
      expect([200, 503]).toContain(await health('/ready'));
      expect(await health('/live')).toBe(200);
      await pause(20);
    }
    await restarted;
    // None at all, where the one that was under way was repeated until the database was back.
    for (const answer of refused) expectUnavailable(answer);

    await refreshUntilAnswered();
    expect(await isActive(running.url, latest())).toBe(true);
    expect([await health(), await health('/ready')]).toEqual([200, 200]);
  });

  test('does not let anybody wait for one that is silent, and goes on when it answers again', async () => {
    const browser = openBrowser();
    const page = new URL(`${running.url}/api/oauth/authorize`);
    page.search = new URLSearchParams({
      response_type: 'code',
      client_id: CONFIDENTIAL.id,
      redirect_uri: CALLBACK,
    }).toString();
    const login = await browser.get(page);
    expect(login.status).toBe(200);

    await server.control.pause();
    const [refused, introspected, signIn, all, ready, live] = await Promise.all([
      refresh(),
      post(running.url, 'introspect', { token: latest().access_token }),
      browser.submit(login, { UserName: OWNER.username, Passwd: OWNER.password }),
      health(),
      health('/ready'),
      health('/live'),
    ]).finally(() => server.control.resume());
    expectUnavailable(refused);
    expectUnavailable(introspected);
    expect([all, ready, live]).toEqual([503, 503, 200]);
    expect([signIn.status, signIn.leaves]).toEqual([503, null]);
    expect(signIn.html).toContain('The server cannot answer now; try again later.');
    expect(signIn.html).not.toMatch(/StoreError|\bat \S+:\d+/);

    await refreshUntilAnswered();
    expect(await isActive(running.url, latest())).toBe(true);
    expect([await health(), await health('/ready')]).toEqual([200, 200]);
  });

  test('ends in good order when it is told to, although its database is silent', async () => {
    await server.control.pause();
    const { code } = await running.stop().finally(() => server.control.resume());
    expect(await running.output()).toMatch(/Gatehouse has stopped\.[^\n]*\n$/);
    expect(code).toBe(0);
  });

  test('its log says in sentences what was wrong, and shows no secret of anybody', async () => {
    const output = await running.output();
    const lines = output.split('\n').filter((line) => line.startsWith('{'));
    const failures = lines
      .map((line) => JSON.parse(line))
      .filter(({ msg }) => /^The store (?:could not|still cannot) be /.test(msg));
    // A line for each trouble, not for each request that met it.
    expect(failures.length).toBeGreaterThan(0);
    expect(failures.length).toBeLessThan(20);
    expect(output).not.toContain('A request failed.');
    for (const { level, cause } of failures) {
      expect(level).toBe('error');
      expect(cause[0]).toMatch(/^StoreError: [A-Z][^"'(]+\.$/);
      // Our words, not those of a library about code that is not the operator's.
      expect(cause.join(' ')).not.toMatch(/knex|transacting/i);
    }
    const secrets = [
      decodeURIComponent(new URL(database.url).password),
      CONFIDENTIAL.secret,
      btoa(`${CONFIDENTIAL.id}:${CONFIDENTIAL.secret}`),
      OWNER.password,
      String(cluster.settings['secrets']),
      ...tokens.flatMap(({ access_token, refresh_token }) => [access_token, refresh_token]),
    ];
    for (const secret of secrets) {
      expect(secret.length).toBeGreaterThan(7);
      expect(output.includes(secret)).toBe(false);
    }
  });
});
