import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { type BackendName, cassandraImage, freePort, imageOf, startServer } from '@gatehouse/testkit';
import { describe, expect, test } from 'vitest';
import { CONFIDENTIAL } from '../clients/sample.ts';
import { gatehouse } from '../server/command-line.ts';
import { findCompose } from './compose.ts';

interface Service {
  readonly image: string;
  readonly ports: readonly { readonly host_ip: string; readonly published: string }[];
  readonly volumes: readonly { readonly type: string; readonly source: string; readonly read_only?: boolean }[];
  readonly healthcheck: { readonly test: readonly string[] };
}

/** Every profile: the image that takes the place of the official one, and the folder of its scripts. */
const PROFILES = [
  { profile: 'postgresql', scripts: 'postgresql' },
  { profile: 'mysql', scripts: 'mysql' },
  { profile: 'mariadb', scripts: 'mysql' },
  { profile: 'mssql', scripts: 'mssql' },
  { profile: 'oracle', scripts: 'oracle' },
  { profile: 'db2', scripts: 'db2' },
] as const;

const compose = await findCompose();

describe.each(PROFILES)('profile $profile', ({ profile, scripts }) => {
  const variable = profile.toUpperCase();

  test('is one service with a health check, on loopback, with a volume of its own and the shipped script', async (context) => {
    if (!compose.available) return context.skip(compose.reason);
    const read = async (variables: Record<string, string> = {}): Promise<Readonly<Record<string, Service>>> =>
      JSON.parse(await compose.value(['--profile', profile, 'config', '--format', 'json'], variables)).services;
    const services = await read();
    expect(Object.keys(services)).toEqual([profile]);
    const { image, ports, volumes, healthcheck } = services[profile] as Service;
    expect(image).toMatch(/^[a-z0-9./_-]+:[a-z0-9.-]+$/);
    expect(ports.map(({ host_ip }) => host_ip)).toEqual(['127.0.0.1']);
    expect(healthcheck.test.length).toBeGreaterThan(1);
    expect(volumes.filter(({ type }) => type === 'volume').map(({ source }) => source)).toEqual([profile]);
    const mounted = volumes.filter(({ type }) => type === 'bind');
    expect(mounted.map(({ read_only }) => read_only)).toEqual([true]);
    expect(mounted[0]?.source).toMatch(new RegExp(`/sql/${scripts}/oauth-server\\.sql$`));
    expect(existsSync(mounted[0]?.source ?? '')).toBe(true);

    const other = await read({ [`${variable}_IMAGE`]: 'mirror.example/own:1', [`${variable}_PORT`]: '4711' });
    expect(other[profile]?.image).toBe('mirror.example/own:1');
    expect(other[profile]?.ports.map(({ published }) => published)).toEqual(['4711']);
  });
});

/** A database that has just been made writes much: no limit is what is proved. */
const STORE_CALL_MS = 40_000;
const PATIENT = `?${['call', 'statement', 'acquire', 'connect'].map((name) => `timeouts.${name}Ms=30000`).join('&')}`;

/** Those that can be started where no image may be pulled. */
const STARTED: readonly { readonly profile: string; readonly backend: BackendName }[] = [
  { profile: 'postgresql', backend: 'postgresql18' },
  // By the image that a variable names: one that keeps its data elsewhere, and an older one.
  { profile: 'postgresql', backend: 'postgresql15' },
  { profile: 'mysql', backend: 'mysql9' },
  { profile: 'mariadb', backend: 'mariadb11' },
  { profile: 'mariadb', backend: 'mariadb10' },
];

describe.each(STARTED)('started: $profile, $backend', ({ profile, backend }) => {
  test('[AX-182] is healthy with the tables in it, keeps the store’s contract, is served, and keeps its data when it is put down and up', async (context) => {
    if (!compose.available) return context.skip(compose.reason);
    const image = await imageOf(backend);
    if (!image.available) return context.skip(image.reason);
    const port = String(await freePort());
    const name = profile.toUpperCase();
    const variables = { [`${name}_IMAGE`]: image.value, [`${name}_PORT`]: port };
    const project = ['--project-name', `gatehouse-test-${port}`, '--profile', profile];
    const up = () => compose.value([...project, 'up', '--wait', '--pull', 'never'], variables);
    const store = `${profile}://gatehouse:gatehouse@127.0.0.1:${port}/gatehouse`;
    try {
      await up();
      expect(await gatehouse(['migrate', '--check', '--store', store])).toMatchObject({ code: 0 });
      const proved = await gatehouse(['conformance', store + PATIENT, '--scale', '0.1', '--only', 'store-1']);
      expect(proved, proved.stdout + proved.stderr).toMatchObject({ code: 0 });

      const token = await tokenOf(store);

      await compose.value([...project, 'down'], variables);
      await up();
      expect(await gatehouse(['migrate', '--check', '--store', store])).toMatchObject({ code: 0 });
      expect(await isActive(store, token)).toBe(true);
    } finally {
      await compose.value([...project, 'down', '--volumes'], variables);
    }
    expect(await compose.value([...project, 'ps', '--all', '--quiet'], variables)).toBe('');
  });
});

/** The issuer names whose records they are, so the second server has the first one's. */
const ISSUER = 'http://localhost:8089';

/** As the head of docker-compose.yml says to start it, and asked for one thing. */
async function asked(store: string, endpoint: string, form: Readonly<Record<string, string>>): Promise<Response> {
  const server = await startServer({
    args: ['--store', store + PATIENT, '--issuer', ISSUER, '--set', `limits.storeCallMs=${STORE_CALL_MS}`],
    env: { GATEHOUSE_SECRETS: randomBytes(32).toString('base64url') },
  });
  try {
    const authorization = `Basic ${btoa(`${CONFIDENTIAL.id}:${CONFIDENTIAL.secret}`)}`;
    const body = new URLSearchParams(form);
    return await fetch(`${server.url}/api/oauth/${endpoint}`, { method: 'POST', headers: { authorization }, body });
  } finally {
    await server.stop();
  }
}

async function tokenOf(store: string): Promise<string> {
  const response = await asked(store, 'token', { grant_type: 'client_credentials' });
  expect(response.status).toBe(200);
  return String(((await response.json()) as { access_token: string }).access_token);
}

async function isActive(store: string, token: string): Promise<boolean> {
  const response = await asked(store, 'introspect', { token });
  return ((await response.json()) as { active: boolean }).active;
}

test('[AX-193] one node and three of Cassandra: on loopback, each with a health check and a volume of its own', async (context) => {
  if (!compose.available) return context.skip(compose.reason);
  for (const [profile, nodes] of [
    ['cassandra', ['cassandra']],
    ['cassandra-3', ['cassandra-1', 'cassandra-2', 'cassandra-3']],
  ] as const) {
    const text = await compose.value(['--profile', profile, 'config', '--format', 'json'], {});
    const services = JSON.parse(text).services as Readonly<Record<string, Service>>;
    expect(Object.keys(services).sort()).toEqual(nodes);
    for (const node of nodes) {
      const { ports = [], volumes, healthcheck } = services[node] as Service;
      for (const { host_ip } of ports) expect(host_ip).toBe('127.0.0.1');
      expect(healthcheck.test.join(' ')).toContain('oauth_schema');
      expect(volumes.filter(({ type }) => type === 'volume').map(({ source }) => source)).toEqual([node]);
      const [script] = volumes.filter(({ type }) => type === 'bind');
      expect(script?.source).toMatch(/sql\/cassandra\/oauth-server\.cql$/);
    }
  }
});

test('started: cassandra is healthy with the tables in it', async (context) => {
  if (!compose.available) return context.skip(compose.reason);
  const image = await cassandraImage();
  if (!image.available) return context.skip(image.reason);
  const port = String(await freePort());
  const variables = { CASSANDRA_IMAGE: image.value, CASSANDRA_PORT: port };
  const project = ['--project-name', `gatehouse-test-${port}`, '--profile', 'cassandra'];
  const store = `cassandra://127.0.0.1:${port}/gatehouse?localDataCenter=datacenter1`;
  try {
    await compose.value([...project, 'up', '--wait', '--pull', 'never'], variables);
    expect(await gatehouse(['migrate', '--check', '--store', store])).toMatchObject({ code: 0 });
  } finally {
    await compose.value([...project, 'down', '--volumes'], variables);
  }
});

test('the profiles are the databases that scripts are shipped for, SQLite left out and MariaDB beside MySQL', async (context) => {
  if (!compose.available) return context.skip(compose.reason);
  const listed = (await compose.value(['config', '--profiles'])).trim().split('\n').sort();
  expect(listed).toEqual([...PROFILES.map(({ profile }) => profile), 'cassandra', 'cassandra-3'].sort());
});
