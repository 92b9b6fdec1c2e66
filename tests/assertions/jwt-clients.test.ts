import { execFile } from 'node:child_process';
import { createPrivateKey } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { preparePython, provide, type StartedServer } from '@gatehouse/testkit';
import { importPKCS8 } from 'jose';
import * as client from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HMAC_SECRET, JWT_BEARER, type JwtSite, jwtSite } from './jwt-site.ts';
import { PORTAL_SECRET } from './site.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'gatehouse-jwt-clients-'));
let site: JwtSite;
let node: StartedServer;
beforeAll(async () => {
  site = await jwtSite({ store: `sqlite:${path.join(folder, 'clients.db')}` });
  node = await site.start();
});
afterAll(async () => {
  await site.close();
  rmSync(folder, { recursive: true, force: true });
});

const discover = (id: string, auth: client.ClientAuth): Promise<client.Configuration> =>
  client.discovery(new URL(site.issuer), id, undefined, auth, {
    algorithm: 'oauth2',
    execute: [client.allowInsecureRequests],
  });

describe('openid-client', () => {
  it.each([
    ['private_key_jwt', 'robot', async () => client.PrivateKeyJwt(await importPKCS8(site.robot.key, 'RS256'))],
    ['client_secret_jwt', 'hmac', async () => client.ClientSecretJwt(HMAC_SECRET)],
  ] as const)('proves itself by %s, to get a token, to look at it and to end it', async (_, id, auth) => {
    const config = await discover(id, await auth());
    const { access_token } = await client.clientCredentialsGrant(config);
    expect(await client.tokenIntrospection(config, access_token)).toMatchObject({ active: true, client_id: id });
    await client.tokenRevocation(config, access_token);
    expect(await client.tokenIntrospection(config, access_token)).toMatchObject({ active: false });
  });

  it('brings a JWT of a trusted issuer', async () => {
    const config = await discover('portal', client.ClientSecretBasic(PORTAL_SECRET));
    const assertion = await site.byIdp();
    const { access_token } = await client.genericGrantRequest(config, JWT_BEARER, { assertion });
    expect(await client.tokenIntrospection(config, access_token)).toMatchObject({ sub: 'sampleuser' });
    await expect(client.genericGrantRequest(config, JWT_BEARER, { assertion })).rejects.toMatchObject({
      error: 'invalid_grant',
    });
  });
});

it('PyJWT and Authlib make both kinds of JWT', async (ctx) => {
  const python = fileURLToPath(new URL('python/', import.meta.url));
  const interpreter = await provide('python', () => preparePython(`${python}requirements-jwt.txt`));
  if (!interpreter.available) return ctx.skip(interpreter.reason);
  const [robot, idp] = [path.join(folder, 'robot.key'), path.join(folder, 'idp.key')];
  // PyJWT and Authlib alike read PKCS #8.
  writeFileSync(robot, createPrivateKey(site.robot.key).export({ type: 'pkcs8', format: 'pem' }));
  writeFileSync(idp, site.idpKey.export({ type: 'pkcs8', format: 'pem' }));
  const { stdout } = await promisify(execFile)(interpreter.value, [`${python}jwt_clients.py`, node.url, robot, idp], {
    timeout: 300_000,
  });
  const lines = stdout.trim().split('\n');
  expect(lines.filter((line) => !line.startsWith('ok '))).toEqual([]);
  expect(lines).toHaveLength(6);
});
