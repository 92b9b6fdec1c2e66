import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import {
  makeCertificateAuthority,
  type NpmSamlOptions,
  npmSaml,
  npmSamlEncrypted,
  preparePython,
  provide,
  type StartedServer,
  samlEncoded,
} from '@gatehouse/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../server/command-line.ts';
import { askWith, type SamlSite, samlSite } from './saml-site.ts';
import { AS_PORTAL, IDP, post } from './site.ts';

const run = promisify(execFile);
const python = fileURLToPath(new URL('python/', import.meta.url));
const folder = temporaryFolder();
const ours = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = (key: typeof ours.publicKey): string => key.export({ type: 'spki', format: 'pem' }).toString();

let site: SamlSite;
let node: StartedServer;
beforeAll(async () => {
  const decryption = path.join(folder.path, 'decryption.pem');
  writeFileSync(decryption, ours.privateKey.export({ type: 'pkcs8', format: 'pem' }));
  site = await samlSite({
    store: `sqlite:${path.join(folder.path, 'gatehouse.db')}`,
    // Both makers write xsi:type on the values of attributes.
    config: { assertion: { typedAttributes: true, decryptionKeys: [{ file: decryption }] } },
  });
  node = await site.start();
});
afterAll(async () => {
  await site.close();
  folder.remove();
});

describe('[AX-100] assertions that others make, brought over HTTP', () => {
  it('pysaml2 with xmlsec1, by a client in Python', async (ctx) => {
    const found = await provide('python', async () => {
      await run('xmlsec1', ['--version']).catch(() => {
        throw new Error('There is no xmlsec1 on the path, which pysaml2 signs with (Debian: xmlsec1).');
      });
      return preparePython(`${python}saml-requirements.txt`);
    });
    if (!found.available) return ctx.skip(found.reason);
    const key = path.join(folder.path, 'idp.pem');
    writeFileSync(key, site.idpKey.export({ type: 'pkcs8', format: 'pem' }));
    const { stdout } = await run(found.value, [`${python}saml_client.py`, node.url, key], { timeout: 300_000 });
    const lines = stdout.trim().split('\n');
    expect(lines.filter((line) => !line.startsWith('ok '))).toEqual([]);
    expect(lines).toContain('ok its_default_rsa_sha1_is_refused');
    expect(lines).toHaveLength(7);
    expect(await node.output()).toContain('saml-signature-method');
  });

  const options = (): NpmSamlOptions => ({
    key: site.idpKey.export({ type: 'pkcs8', format: 'pem' }),
    cert: makeCertificateAuthority().issue().certificate,
    issuer: IDP,
    lifetimeInSeconds: 120,
    audiences: site.issuer,
    recipient: `${site.issuer}/api/oauth/token`,
    nameIdentifier: 'sampleuser',
    attributes: { mail: 'kim@idp.example' },
    signatureAlgorithm: 'rsa-sha256',
    digestAlgorithm: 'sha256',
  });

  it('the npm package saml, by a client in Node', async () => {
    const assertion = samlEncoded(npmSaml(options()));
    const { body, status } = await askWith(node, assertion);
    expect(status).toBe(200);
    const info = await post(node, 'tokeninfo', { ...AS_PORTAL, access_token: String(body['access_token']) });
    expect(info.body).toMatchObject({ user_id: 'sampleuser' });
    expect(await askWith(node, assertion)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    const weak = npmSaml({ ...options(), signatureAlgorithm: 'rsa-sha1', digestAlgorithm: 'sha1' });
    expect(await askWith(node, samlEncoded(weak))).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
  });

  it('[SEC-133] the same, encrypted for the server’s key, and for another', async () => {
    const cert = makeCertificateAuthority().issue().certificate;
    const encrypted = async (key: typeof ours.publicKey): Promise<string> =>
      samlEncoded(await npmSamlEncrypted({ ...options(), encryptionPublicKey: pem(key), encryptionCert: cert }));
    expect((await askWith(node, await encrypted(ours.publicKey))).status).toBe(200);
    const other = generateKeyPairSync('rsa', { modulusLength: 2048 });
    expect(await askWith(node, await encrypted(other.publicKey))).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant' },
    });
    expect(await node.output()).toContain('saml-decrypts');
  });
});
