import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { cassandraImage, freePort, startServer } from '@gatehouse/testkit';
import { expect, test } from 'vitest';
import { CONFIDENTIAL } from '../clients/sample.ts';
import { findCompose } from '../compose/compose.ts';
import { gatehouse } from '../server/command-line.ts';

const NODES = ['cassandra-1', 'cassandra-2', 'cassandra-3'] as const;
/** Milliseconds: a node that was killed is missed for some seconds, and may be one of two whose answers are waited for. */
const ANSWERED_WITHIN_MS = 60_000;
const authorization = `Basic ${btoa(`${CONFIDENTIAL.id}:${CONFIDENTIAL.secret}`)}`;

const compose = await findCompose();

test('[AX-193] profile cassandra-3: three nodes with three copies are healthy, serve at a quorum, and go on without one', {
  timeout: 1_800_000,
}, async (context) => {
  if (!compose.available) return context.skip(compose.reason);
  const image = await cassandraImage();
  if (!image.available) return context.skip(image.reason);
  const port = String(await freePort());
  const variables = { CASSANDRA_IMAGE: image.value, CASSANDRA_PORT: port };
  const project = ['--project-name', `gatehouse-test-${port}`, '--profile', 'cassandra-3'];
  const composed = (...args: readonly string[]): Promise<string> => compose.value([...project, ...args], variables);
  try {
    await composed('up', '--wait', '--pull', 'never');
    // Their own addresses, since the driver takes every node to listen on the port of the first.
    const addresses = await Promise.all(
      NODES.map(async (node) => (await composed('exec', '-T', node, 'hostname', '-i')).trim().split(/\s+/)[0]),
    );
    const levels = 'consistency.read=QUORUM&consistency.write=QUORUM';
    const where = `cassandra://${addresses.join(',')}:9042/gatehouse?localDataCenter=datacenter1`;
    const store = `${where}&dangerouslyInsecure=plaintext&${levels}`;
    expect(await gatehouse(['migrate', '--check', '--store', store])).toMatchObject({ code: 0 });

    const server = await startServer({
      args: ['--store', store],
      env: { GATEHOUSE_SECRETS: randomBytes(32).toString('base64url') },
    });
    try {
      const health = await (await fetch(`${server.url}/health`)).json();
      expect(JSON.stringify(health)).toContain('with 3 copies every read meets every answered write');

      const token = await tokenOf(server.url);
      await composed('kill', 'cassandra-2');
      expect(await isActive(server.url, token)).toBe(true);
      expect(await isActive(server.url, await tokenOf(server.url))).toBe(true);
    } finally {
      await server.stop();
    }
  } finally {
    await composed('down', '--volumes');
  }
});

/** As a client does it: what is answered 503 is asked again. */
async function ask(url: string, endpoint: string, form: Readonly<Record<string, string>>): Promise<unknown> {
  const end = performance.now() + ANSWERED_WITHIN_MS;
  for (;;) {
    const body = new URLSearchParams(form);
    const response = await fetch(`${url}/api/oauth/${endpoint}`, { method: 'POST', headers: { authorization }, body });
    if (response.status !== 503 || performance.now() > end) {
      expect(response.status).toBe(200);
      return response.json();
    }
    await sleep(500);
  }
}

async function tokenOf(url: string): Promise<string> {
  return ((await ask(url, 'token', { grant_type: 'client_credentials' })) as { access_token: string }).access_token;
}

async function isActive(url: string, token: string): Promise<boolean> {
  return ((await ask(url, 'introspect', { token })) as { active: boolean }).active;
}
