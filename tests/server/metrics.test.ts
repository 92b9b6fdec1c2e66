import { freePort, type StartedServer, startServer } from '@gatehouse/testkit';
import { afterEach, describe, expect, test } from 'vitest';
import { storeInUse } from './store-in-use.ts';

let server: StartedServer;
afterEach(() => server.stop());

const BASIC = `Basic ${btoa('SampleConfidentialApp:6808d4b6-ef09-4b0d-8f28-3b05da9c48ec')}`;

const start = async (...set: string[]): Promise<void> => {
  server = await startServer({ args: ['--sample', ...set.flatMap((one) => ['--set', one])] });
};

async function use(): Promise<void> {
  const headers = { authorization: BASIC, 'content-type': 'application/x-www-form-urlencoded' };
  const token = `${server.url}/api/oauth/token`;
  await fetch(token, { method: 'POST', headers, body: 'grant_type=client_credentials' });
  await fetch(token, { method: 'POST', headers, body: 'grant_type=password&username=sampleuser&password=changeme' });
  await fetch(token, { method: 'POST', headers, body: 'grant_type=client_credentials&scope=nothing' });
}

describe('metrics', () => {
  test('are off unless asked for', async () => {
    await start();
    expect((await fetch(`${server.url}/metrics`)).status).toBe(404);
  });

  test('[AX-84] [AX-85] [AX-246] count use by application and service, and what was refused', async () => {
    await start('metrics.enabled=true');
    await use();
    const response = await fetch(`${server.url}/metrics`);
    expect(response.headers.get('content-type')).toMatch(/^text\/plain/);
    const text = await response.text();
    expect(text).toContain('gatehouse_usage_total{client="SampleConfidentialApp",service="token",outcome="success"} 2');
    expect(text).toContain('gatehouse_usage_total{client="SampleConfidentialApp",service="token",outcome="failure"} 1');
    expect(text).toContain('gatehouse_tokens_issued_total{grant_type="client_credentials"} 1');
    expect(text).toMatch(
      /gatehouse_requests_refused_total\{endpoint="token",error="invalid_scope",check="[a-z-]+"\} 1/,
    );
    expect(text).toContain('gatehouse_request_seconds_count{path="/api/oauth/token",method="POST",status="200"} 2');
    expect(text).toContain('gatehouse_store_records{kind="tokens"} 2');
    expect(text).not.toContain('sampleuser');
  });

  test('[store-40] show what a sweep could not remove and how late it is, until it is gone', async () => {
    const store = storeInUse();
    try {
      store.live('https://id.example', Date.now() - 60_000);
      store.database.exec("CREATE TRIGGER kept BEFORE DELETE ON oauth_replay BEGIN SELECT RAISE(ABORT, 'kept'); END");
      await start(
        'metrics.enabled=true',
        `store.url=${store.url}`,
        'purge.intervalSeconds=1',
        `secrets=${'s'.repeat(43)}`,
      );
      const records = async (): Promise<ReadonlyMap<string, number>> => {
        const text = await (await fetch(`${server.url}/metrics`)).text();
        const found = text.matchAll(/^gatehouse_store_records\{kind="(sweep\.[^"]+)"\} (\d+)$/gm);
        return new Map([...found].map(([, kind = '', value]) => [kind, Number(value)]));
      };
      // Half a second may be too short for all tables at first: what remains in the end is what could not be removed.
      await expect
        .poll(async () => [...(await records()).keys()].sort())
        .toEqual(['sweep.backlog.nonce', 'sweep.lagMs']);
      const left = await records();
      expect(left.get('sweep.backlog.nonce')).toBe(1);
      expect(left.get('sweep.lagMs')).toBeGreaterThanOrEqual(60_000);
      await expect.poll(() => server.output()).toContain('A table could not be swept.');
      store.database.exec('DROP TRIGGER kept');
      await expect.poll(async () => [...(await records())]).toEqual([['sweep.lagMs', 0]]);
      const over = Object.values(store.rows())
        .flat()
        .filter((row) => Number(row['purge_at']) <= Date.now());
      expect(over).toEqual([]);
    } finally {
      await server.stop();
      store.remove();
    }
  });

  test('[AX-84] count by owner and under one name where it is so set', async () => {
    await start(
      'metrics.enabled=true',
      'monitoring.clientAttribute=authentication.subject.id',
      'monitoring.serviceName=Tokens',
    );
    await use();
    const text = await (await fetch(`${server.url}/metrics`)).text();
    expect(text).toContain('gatehouse_usage_total{client="sampleuser",service="Tokens",outcome="success"} 1');
  });

  test('[AX-84] count nobody where monitoring is off', async () => {
    await start('metrics.enabled=true', 'monitoring.enabled=false');
    await use();
    expect(await (await fetch(`${server.url}/metrics`)).text()).not.toMatch(/gatehouse_usage_total\{/);
  });

  test('are under an issuer’s path as well as beside it, for a proxy that takes the path off', async () => {
    await start('metrics.enabled=true', 'issuer=http://localhost:8089/auth');
    for (const path of ['/auth/metrics', '/metrics']) {
      const response = await fetch(server.url + path);
      expect(response.status, path).toBe(200);
      expect(await response.text()).toContain('gatehouse_store_info');
    }
  });

  test('have a port of their own where one is given', async () => {
    const port = await freePort();
    await start('metrics.enabled=true', `metrics.port=${port}`);
    expect((await fetch(`${server.url}/metrics`)).status).toBe(404);
    expect((await fetch(`http://127.0.0.1:${port}/metrics`)).status).toBe(200);
    expect((await fetch(`http://127.0.0.1:${port}/api/oauth/token`)).status).toBe(404);
  });
});
