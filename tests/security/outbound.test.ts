import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { makeCertificateAuthority } from '@gatehouse/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { grant, type JwtSite, jwtSite } from '../assertions/jwt-site.ts';
import { AS_PORTAL } from '../assertions/site.ts';

/** Somebody on this machine who serves key sets, and what a server that trusts their certificate makes of it. */

const folder = mkdtempSync(path.join(tmpdir(), 'gatehouse-outbound-'));
const authority = makeCertificateAuthority();
const authorityFile = path.join(folder, 'authority.pem');
const asked: string[] = [];
let answer: RequestListener;
const { certificate, key } = authority.issue();
const place = createServer({ cert: certificate, key }, (incoming, outgoing) => {
  asked.push(String(incoming.url));
  answer(incoming, outgoing);
});
const port = (): number => (place.address() as AddressInfo).port;

beforeAll(async () => {
  writeFileSync(authorityFile, authority.certificate);
  await new Promise<void>((listening) => place.listen(0, 'localhost', listening));
});
afterAll(async () => {
  await new Promise((closed) => {
    place.close(closed);
    place.closeAllConnections();
  });
  rmSync(folder, { recursive: true, force: true });
});

/** What one grant of the issuer's gets, from a fresh server whose issuer has its keys there. */
async function ask(
  jwksUri: string,
  privateHosts: readonly string[],
  serve: (site: JwtSite) => RequestListener,
): Promise<{ readonly status: number; readonly log: string; readonly asked: number }> {
  const site = await jwtSite({
    store: 'cache:',
    idpKeys: { jwksUri },
    config: { assertion: { allowReplayAfterRestart: true }, outbound: { privateHosts } },
  });
  try {
    asked.length = 0;
    answer = serve(site);
    const node = await site.start({ NODE_EXTRA_CA_CERTS: authorityFile });
    const { status } = await grant(node, await site.byIdp(), AS_PORTAL);
    // A second one does not make it ask again.
    await grant(node, await site.byIdp(), AS_PORTAL);
    return { status, log: await node.output(), asked: asked.length };
  } finally {
    await site.close();
  }
}

const keys =
  ({ idpPublicJwk }: JwtSite): RequestListener =>
  (_, outgoing) =>
    outgoing.end(JSON.stringify({ keys: [idpPublicJwk] }));

describe('a key set of elsewhere', () => {
  it('is fetched once, from a private network only where a setting names the host', async () => {
    const host = `localhost:${port()}`;
    expect(await ask(`https://${host}/jwks`, [host], keys)).toMatchObject({ status: 200, asked: 1 });
  });

  it.each([
    ['localhost', (): string => `https://localhost:${port()}/jwks`],
    ['localhost with a dot', (): string => `https://localhost.:${port()}/jwks`],
    ['127.0.0.1', (): string => `https://127.0.0.1:${port()}/jwks`],
    ['a decimal address', (): string => `https://2130706433:${port()}/jwks`],
    ['an octal address', (): string => `https://0177.0.0.1:${port()}/jwks`],
    ['a hexadecimal address', (): string => `https://0x7f000001:${port()}/jwks`],
    ['::1', (): string => `https://[::1]:${port()}/jwks`],
    ['a mapped address', (): string => `https://[::ffff:127.0.0.1]:${port()}/jwks`],
    ['NAT64', (): string => `https://[64:ff9b::7f00:1]:${port()}/jwks`],
  ])('[SEC-38] [SEC-134] is never fetched from %s', async (_, url) => {
    const { asked: calls, log, status } = await ask(url(), ['localhost'], keys);
    expect({ status, calls }).toEqual({ status: 503, calls: 0 });
    // A name that nobody has is told as that, and one that no name server says anything of, as that.
    expect(log).toMatch(/outbound\.privateHosts|ENOTFOUND|EAI_AGAIN|It did not connect in time/);
  });

  it('[SEC-38] [SEC-134] nobody is followed to another place', async () => {
    const host = `localhost:${port()}`;
    const redirect: RequestListener = (_, outgoing) =>
      outgoing.writeHead(302, { Location: `https://${host}/elsewhere` }).end();
    expect(await ask(`https://${host}/jwks`, [host], () => redirect)).toMatchObject({ status: 503, asked: 1 });
    expect(asked).toEqual(['/jwks']);
  });

  it('that is too large, or does not end, is given up', async () => {
    const host = `localhost:${port()}`;
    const large: RequestListener = (_, outgoing) => outgoing.end(' '.repeat(262_145));
    expect(await ask(`https://${host}/jwks`, [host], () => large)).toMatchObject({ status: 503, asked: 1 });
    const slow: RequestListener = (_, outgoing) => void outgoing.write(' ');
    expect(await ask(`https://${host}/jwks`, [host], () => slow)).toMatchObject({ status: 503, asked: 1 });
  });
});
