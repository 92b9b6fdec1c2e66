import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type StartedServer, startServer } from '@gatehouse/testkit';
import { afterAll, expect, test } from 'vitest';
import { CONFIDENTIAL, OWNER } from '../clients/sample.ts';
import { gatehouse, temporaryFolder } from '../server/command-line.ts';

const folder = temporaryFolder();
afterAll(() => folder.remove());

const STORE = `sqlite:${path.join(folder.path, 'records.db')}`;
const [OLD, NEW] = ['last-year-0123456789-0123456789-0123456789', 'this-year-0123456789-0123456789-0123456789'];
const DEVICE = 'tablet-in-the-kitchen-4711';

type Answer = Readonly<Record<string, unknown>>;

/** One server after the other over one file. */
async function serving<T>(
  settings: { readonly secrets: readonly string[]; readonly encryptRecords: boolean },
  work: (server: StartedServer) => Promise<T>,
): Promise<T> {
  const config = { store: STORE, issuer: 'http://localhost:8089', ...settings };
  const server = await startServer({ config, args: ['--sample'] });
  try {
    return await work(server);
  } finally {
    await server.stop();
  }
}

async function post(server: StartedServer, endpoint: string, form: Readonly<Record<string, string>>) {
  const response = await fetch(`${server.url}/api/oauth/${endpoint}`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${CONFIDENTIAL.id}:${CONFIDENTIAL.secret}`)}` },
    body: new URLSearchParams(form),
  });
  const text = await response.text();
  return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as Answer };
}

const signIn = (server: StartedServer) => post(server, 'token', { grant_type: 'password', ...OWNER, device: DEVICE });
const refresh = (server: StartedServer, token: unknown) =>
  post(server, 'token', { grant_type: 'refresh_token', refresh_token: String(token) });

/** Of everything the database has written beside its file too. */
const lies = (text: string): boolean =>
  readdirSync(folder.path).some((file) => readFileSync(path.join(folder.path, file)).includes(text));

test('[AX-161] what a token says is encrypted in the database, through a new secret and through turning it off', async () => {
  expect((await gatehouse(['migrate', '--store', STORE])).code).toBe(0);
  const first = await serving({ secrets: [OLD], encryptRecords: true }, async (server) => {
    const { status, body } = await signIn(server);
    expect(status).toBe(200);
    const info = await post(server, 'tokeninfo', { access_token: String(body['access_token']) });
    expect(JSON.stringify(info.body)).toContain(OWNER.username);
    return body;
  });
  expect(lies(DEVICE)).toBe(false);

  // A new secret in front: what was encrypted under the old one goes on.
  const second = await serving({ secrets: [NEW, OLD], encryptRecords: true }, async (server) => {
    const { status, body } = await refresh(server, first['refresh_token']);
    expect(status).toBe(200);
    return body;
  });

  // Turned off, what is encrypted is read, and what is new is not encrypted.
  const third = await serving({ secrets: [NEW, OLD], encryptRecords: false }, async (server) => {
    const { status, body } = await refresh(server, second['refresh_token']);
    expect(status).toBe(200);
    expect((await signIn(server)).status).toBe(200);
    return body;
  });
  expect(lies(DEVICE)).toBe(true);

  // Without the old secret it cannot be read, and the log names the setting; it can be ended all the same.
  await serving({ secrets: [NEW], encryptRecords: true }, async (server) => {
    expect((await refresh(server, third['refresh_token'])).body).not.toHaveProperty('access_token');
    expect(await server.output()).toContain('not in `secrets` any more');
    expect((await post(server, 'revoke', { token: String(third['refresh_token']) })).status).toBe(200);
  });
  await serving({ secrets: [NEW, OLD], encryptRecords: true }, async (server) => {
    expect((await refresh(server, third['refresh_token'])).body['error']).toBe('invalid_grant');
  });
});
