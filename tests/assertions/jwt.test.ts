import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type BackendName, databaseServer } from '@gatehouse/testkit';
import { afterAll, describe, expect, it } from 'vitest';
import { grant, type JwtSite, jwtSite } from './jwt-site.ts';
import { AS_PORTAL, patiently, post, type TokenAnswer, withSite } from './site.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'gatehouse-jwt-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const RACERS = 100;
const ONE = { 200: 1, '400 invalid_grant': RACERS - 1 };
const PROOF_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

function counts(answers: readonly TokenAnswer[]): Record<string, number> {
  const counted: Record<string, number> = {};
  for (const { body, status } of answers) {
    const name = status === 200 ? '200' : `${status} ${String(body['error'])}`;
    counted[name] = (counted[name] ?? 0) + 1;
  }
  return counted;
}

const racing = async (site: JwtSite): Promise<void> => {
  const node = await site.start();
  const own = await site.byRobot();
  expect(counts(await Promise.all(Array.from({ length: RACERS }, () => grant(node, own))))).toEqual(ONE);
  const foreign = await site.byIdp({ jti: undefined });
  const answers = await Promise.all(Array.from({ length: RACERS }, () => grant(node, foreign, AS_PORTAL)));
  expect(counts(answers)).toEqual(ONE);
};

describe('[SEC-127] of a hundred uses of one JWT at the same time one gives a token', () => {
  it('in the cache store, where a setting allows it', async () => {
    await withSite(jwtSite({ store: 'cache:', config: { assertion: { allowReplayAfterRestart: true } } }), racing);
  });

  it('on SQLite', async () => {
    await withSite(jwtSite(patiently(`sqlite:${path.join(folder, 'race.db')}`)), racing);
  });

  const shared: readonly BackendName[] = ['postgresql18'];
  it.for(shared)('on %s, through two nodes', async (name, ctx) => {
    const database = await databaseServer(name);
    if (!database.available) return ctx.skip(database.reason);
    const { drop, url } = await database.value.createDatabase();
    await withSite(jwtSite(patiently(url)), async (site) => {
      const nodes = [await site.start(), await site.start()] as const;
      const jwt = await site.byRobot();
      const answers = await Promise.all(Array.from({ length: RACERS }, (_, i) => grant(nodes[i % 2] ?? nodes[0], jwt)));
      expect(counts(answers)).toEqual(ONE);
      const token = String(answers.find(({ status }) => status === 200)?.body['access_token']);
      expect((await post(nodes[1], 'tokeninfo', { access_token: token })).body).toMatchObject({ user_id: 'robot' });
    });
    await drop();
  });
});

describe('after a restart', () => {
  it.each([
    ['SQLite', `sqlite:${path.join(folder, 'restart.db')}`, {}],
    ['the cache with a snapshot', 'cache:', { cache: { snapshot: { file: path.join(folder, 'snapshot') } } }],
  ])('a JWT that was used stays used: %s', async (_, store, config) => {
    await withSite(jwtSite({ store, config }), async (site) => {
      const [used, unused] = [await site.byRobot(), await site.byRobot()];
      const before = await site.start();
      expect((await grant(before, used)).status).toBe(200);
      await before.stop('SIGKILL');
      const after = await site.start();
      expect((await grant(after, used)).status).toBe(400);
      expect((await grant(after, unused)).status).toBe(200);
    });
  });

  it('a store that forgets does not offer the grant, and a client that names it keeps the server from starting', async () => {
    const site = await jwtSite({ store: 'cache:' });
    await expect(site.start()).rejects.toThrow('assertion.allowReplayAfterRestart');
    await site.close();
    const bare = await jwtSite({ store: 'cache:', config: { clients: [], trustedIssuers: [] } });
    const node = await bare.start();
    const metadata = await (await fetch(`${node.url}/.well-known/oauth-authorization-server`)).json();
    expect(JSON.stringify(metadata)).not.toMatch(/jwt-bearer|private_key_jwt/);
    expect(await grant(node, await bare.byRobot())).toMatchObject({ body: { error: 'unsupported_grant_type' } });
    await bare.close();
  });
});

describe('over HTTP', () => {
  it('[AX-97] [AX-98] clients get tokens for those they may speak for, and the log alone says why not', async () => {
    await withSite(jwtSite({ store: `sqlite:${path.join(folder, 'http.db')}` }), async (site) => {
      const node = await site.start();
      const metadata = await fetch(`${node.url}/.well-known/oauth-authorization-server`);
      expect(await metadata.json()).toMatchObject({
        grant_types_supported: expect.arrayContaining(['urn:ietf:params:oauth:grant-type:jwt-bearer']),
        token_endpoint_auth_methods_supported: expect.arrayContaining(['private_key_jwt', 'client_secret_jwt']),
        token_endpoint_auth_signing_alg_values_supported: expect.arrayContaining(['RS256', 'HS256']),
      });
      const own = await grant(node, await site.byRobot());
      expect(own).toMatchObject({ status: 200, body: { token_type: 'Bearer', scope: 'resource.READ' } });
      const owner = await grant(node, await site.byIdp(), AS_PORTAL);
      const subjects = [own, owner].map(async ({ body }) => {
        const info = await post(node, 'tokeninfo', { access_token: String(body['access_token']) });
        return info.body['user_id'];
      });
      expect(await Promise.all(subjects)).toEqual(['robot', 'sampleuser']);

      const refused = [
        await site.byRobot({ aud: 'https://other.example' }),
        await site.byRobot({ sub: 'sampleuser' }),
        await site.byRobot({ iss: 'portal' }),
        (await site.byRobot()).slice(0, -4),
      ];
      const answers = await Promise.all(refused.map((jwt) => grant(node, jwt)));
      expect(counts(answers)).toEqual({ '400 invalid_grant': refused.length });
      expect(new Set(answers.map(({ body }) => body['error_description'])).size).toBe(1);
      expect(await grant(node, await site.byIdp())).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
      expect(await grant(node, 'A'.repeat(16_385))).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
      const log = await node.output();
      for (const check of ['assertion-audience', 'assertion-may-assert-owners', 'jwt-signature', 'jwt-size'])
        expect(log).toContain(check);
      for (const jwt of refused)
        for (const part of jwt.split('.').slice(1)) expect(log).not.toContain(part.slice(0, 60));
    });
  });

  it('a used proof is refused with 401, a used grant with 400', async () => {
    await withSite(jwtSite({ store: `sqlite:${path.join(folder, 'cross.db')}` }), async (site) => {
      const node = await site.start();
      const proof = await site.byRobot();
      const asProof = { grant_type: 'client_credentials', client_assertion_type: PROOF_TYPE, client_assertion: proof };
      expect((await post(node, 'token', asProof)).status).toBe(200);
      expect(await post(node, 'token', asProof)).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
      expect(await grant(node, proof)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    });
  });
});
