import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type BackendName, databaseServer, samlAssertion, samlEncoded } from '@gatehouse/testkit';
import { afterAll, describe, expect, it } from 'vitest';
import { askWith, type SamlSite, samlSite } from './saml-site.ts';
import { AS_PORTAL, patiently, post, type TokenAnswer, withSite } from './site.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'gatehouse-saml-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const RACERS = 100;
const counts = (answers: readonly TokenAnswer[]): Record<string, number> => {
  const counted: Record<string, number> = {};
  for (const { body, status } of answers) {
    const name = status === 200 ? '200' : `${status} ${String(body['error'])}`;
    counted[name] = (counted[name] ?? 0) + 1;
  }
  return counted;
};
const ONE = { 200: 1, '400 invalid_grant': RACERS - 1 };

const racing = async (site: SamlSite): Promise<void> => {
  const node = await site.start();
  for (const assertion of [site.byIdp(), site.byPortal()])
    expect(counts(await Promise.all(Array.from({ length: RACERS }, () => askWith(node, assertion))))).toEqual(ONE);
};

describe('[SEC-5] [SEC-108] of a hundred uses of one assertion at the same time one gives a token', () => {
  it('in the cache store, where a setting allows it', async () => {
    await withSite(samlSite({ store: 'cache:', config: { assertion: { allowReplayAfterRestart: true } } }), racing);
  });

  it('on SQLite', async () => {
    await withSite(samlSite(patiently(`sqlite:${path.join(folder, 'race.db')}`)), racing);
  });

  const shared: readonly BackendName[] = ['postgresql15', 'postgresql18', 'mysql9', 'mariadb10', 'mariadb11'];
  it.for(shared)('on %s, through two nodes', async (name, ctx) => {
    const database = await databaseServer(name);
    if (!database.available) return ctx.skip(database.reason);
    const { drop, url } = await database.value.createDatabase();
    await withSite(samlSite(patiently(url)), async (site) => {
      const nodes = [await site.start(), await site.start()] as const;
      const assertion = site.byIdp();
      const answers = await Promise.all(
        Array.from({ length: RACERS }, (_, i) => askWith(nodes[i % 2] ?? nodes[0], assertion)),
      );
      expect(counts(answers)).toEqual(ONE);
      expect(counts([await askWith(nodes[0], assertion), await askWith(nodes[1], assertion)])).toEqual({
        '400 invalid_grant': 2,
      });
      const token = String(answers.find(({ status }) => status === 200)?.body['access_token']);
      expect((await post(nodes[1], 'tokeninfo', { ...AS_PORTAL, access_token: token })).body).toMatchObject({
        user_id: 'sampleuser',
      });
    });
    await drop();
  });
});

describe('after a restart', () => {
  it('an assertion that was used stays used', async () => {
    await withSite(samlSite({ store: `sqlite:${path.join(folder, 'restart.db')}` }), async (site) => {
      const assertion = site.byIdp();
      const before = await site.start();
      expect((await askWith(before, assertion)).status).toBe(200);
      await before.stop('SIGKILL');
      const after = await site.start();
      expect((await askWith(after, assertion)).status).toBe(400);
      expect((await askWith(after, site.byIdp())).status).toBe(200);
    });
  });

  it('a store that forgets does not offer the grant, and a client that names it keeps the server from starting', async () => {
    const site = await samlSite({ store: 'cache:' });
    await expect(site.start()).rejects.toThrow('assertion.allowReplayAfterRestart');
    await site.close();
  });
});

describe('over HTTP', () => {
  it('[AX-100] [AX-104] clients get tokens for those they may speak for, and the log alone says why not', async () => {
    await withSite(samlSite({ store: `sqlite:${path.join(folder, 'http.db')}` }), async (site) => {
      const node = await site.start();
      const metadata = await fetch(`${node.url}/.well-known/oauth-authorization-server`);
      expect(await metadata.json()).toMatchObject({
        grant_types_supported: expect.arrayContaining(['urn:ietf:params:oauth:grant-type:saml2-bearer']),
      });
      const owner = await askWith(node, site.byIdp());
      expect(owner).toMatchObject({ status: 200, body: { token_type: 'Bearer', scope: 'resource.READ' } });
      const asKiosk = await askWith(node, site.byIdp(), { client_id: 'kiosk' });
      const own = await askWith(node, site.byPortal());
      const named = await askWith(node, site.byPortal({ subject: 'sampleuser' }));
      const subjects = [owner, asKiosk, own, named].map(async ({ body }) => {
        const { body: info } = await post(node, 'tokeninfo', {
          ...AS_PORTAL,
          access_token: String(body['access_token']),
        });
        return info['user_id'];
      });
      expect(await Promise.all(subjects)).toEqual(['sampleuser', 'sampleuser', 'portal', 'sampleuser']);

      const refused = [
        samlEncoded(samlAssertion()),
        site.byIdp({ audience: 'https://other.example' }),
        site.byIdp({ lifeSeconds: 3_600 }),
        site.byPortal().slice(0, -4),
      ];
      const answers = await Promise.all(refused.map((assertion) => askWith(node, assertion)));
      expect(counts(answers)).toEqual({ '400 invalid_grant': refused.length });
      expect(new Set(answers.map(({ body }) => body['error_description'])).size).toBe(1);
      expect(await askWith(node, 'A'.repeat(49_153))).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
      expect((await askWith(node, 'A'.repeat(70_000))).status).toBe(413);
      const log = await node.output();
      for (const check of ['saml-one-signature', 'saml-audience', 'assertion-life', 'saml-size'])
        expect(log).toContain(check);
      for (const assertion of refused) expect(log).not.toContain(assertion.slice(0, 60));
    });
  });

  it('[SEC-124] hostile ones are refused, and leave nothing but lines of the log', async () => {
    await withSite(samlSite({ store: `sqlite:${path.join(folder, 'hostile.db')}` }), async (site) => {
      const node = await site.start();
      const before = (await node.output()).length;
      const hostile = [
        '<a>'.repeat(12_000),
        `<a ${'<?'.repeat(18_000)}`,
        `${'<a>'.repeat(5_000)}${'</a>'.repeat(5_000)}`,
        '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
        '<a xmlns="relative"/>',
        '<p:a/>',
        '<a b="" b=""/>',
        'no XML at all',
      ];
      const answers = await Promise.all(hostile.map((xml) => askWith(node, samlEncoded(xml))));
      expect(counts(answers)).toEqual({ '400 invalid_grant': hostile.length });
      expect((await askWith(node, site.byIdp())).status).toBe(200);
      const lines = (await node.output()).slice(before).trim().split('\n');
      for (const line of lines) expect(() => JSON.parse(line), line).not.toThrow();
    });
  });

  it('[SEC-106] [SEC-107] [SEC-134] whatever one points to is not fetched', async () => {
    let asked = 0;
    const elsewhere = createServer((_, response) => {
      asked++;
      response.end();
    });
    elsewhere.listen(0, '127.0.0.1');
    await once(elsewhere, 'listening');
    const url = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/x`;
    await withSite(samlSite({ store: `sqlite:${path.join(folder, 'outbound.db')}` }), async (site) => {
      const node = await site.start();
      const xml = Buffer.from(site.byIdp(), 'base64url').toString();
      const withKeyInfo = (inside: string): string =>
        xml.replace('</SignatureValue>', `</SignatureValue><KeyInfo>${inside}</KeyInfo>`);
      const pointing = [
        `<!DOCTYPE Assertion SYSTEM "${url}">${xml}`,
        `<!DOCTYPE Assertion [<!ENTITY % x SYSTEM "${url}"> %x;]>${xml}`,
        `<?xml-stylesheet href="${url}"?>${xml}`,
        xml.replace(
          '<Assertion ',
          `<Assertion xmlns:x="http://www.w3.org/2001/XMLSchema-instance" x:schemaLocation="${url}" `,
        ),
        xml.replace('<Subject>', `<x:include xmlns:x="http://www.w3.org/2001/XInclude" href="${url}"/><Subject>`),
        xml.replace('URI="#', `URI="${url}#`),
      ];
      for (const one of pointing) expect((await askWith(node, samlEncoded(one))).status).toBe(400);
      // Beside a right signature it is not even looked at.
      const retrieval = withKeyInfo(
        `<RetrievalMethod URI="${url}" Type="http://www.w3.org/2000/09/xmldsig#X509Data"/>`,
      );
      expect((await askWith(node, samlEncoded(retrieval))).status).toBe(200);
    });
    elsewhere.close();
    expect(asked).toBe(0);
  });

  it('[SEC-108] nobody authenticates with one: 401 invalid_client', async () => {
    await withSite(samlSite({ store: `sqlite:${path.join(folder, 'client.db')}` }), async (site) => {
      const node = await site.start();
      const answer = await post(node, 'token', {
        grant_type: 'urn:ietf:params:oauth:grant-type:saml2-bearer',
        assertion: site.byPortal(),
        client_id: 'portal',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:saml2-bearer',
        client_assertion: site.byPortal(),
      });
      expect(answer).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
    });
  });
});
