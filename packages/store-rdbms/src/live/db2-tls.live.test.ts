import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer as createSilentServer } from 'node:net';
import { createServer } from 'node:tls';
import { type DatabaseServer, databaseServer, makeCertificateAuthority } from '@gatehouse/testkit';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { migrate, RdbmsStore } from '../index.ts';
import { patient } from './conformance-target.test-support.ts';

const ours = makeCertificateAuthority('Ours');
const others = makeCertificateAuthority('Others');

const server = await databaseServer('db2');
if (!server.available) test("Db2's driver and TLS", (context) => context.skip(server.reason));
else describe(server.value.what, () => prove(server.value));

function prove(found: DatabaseServer): void {
  const database = found.createDatabase();
  const ready = database.then(async ({ url }) => {
    await migrate({ connection: url });
    return url;
  });
  afterAll(async () => {
    await (await database).drop();
    await found.close();
  });

  /** The server behind TLS, with a certificate that is good for these names. */
  async function opened(hosts: readonly string[], tls: { readonly ca?: string }): Promise<void> {
    const { certificate, key } = ours.issue(hosts);
    const front = createServer({ cert: certificate, key }, (client) => {
      const upstream = connect(found);
      client.pipe(upstream).pipe(client);
      for (const [one, other] of [
        [client, upstream],
        [upstream, client],
      ] as const)
        one.on('error', () => other.destroy()).on('close', () => other.destroy());
    });
    front.on('tlsClientError', () => undefined).listen(0, '127.0.0.1');
    await once(front, 'listening');
    onTestFinished(() => void front.close());
    const url = patient(await ready);
    url.hostname = 'localhost';
    url.port = String((front.address() as AddressInfo).port);
    url.searchParams.set('timeouts.startMs', '1');
    const store = new RdbmsStore({
      connection: { url: url.href, tls },
      namespace: 'https://a.example',
      clockToleranceMs: 2_000,
    });
    onTestFinished(() => store.close());
    await store.open();
  }

  test('[SEC-49] the right certificate is taken, under the name it is good for', async () => {
    await opened(['localhost'], { ca: ours.certificate });
  });

  const refused = { kind: 'config', message: expect.stringMatching(/not verified by TLS.* `ca`/) };

  test('[SEC-49] a certificate of somebody else is refused in words', async () => {
    await expect(opened(['localhost'], { ca: others.certificate })).rejects.toMatchObject(refused);
  });

  test('[SEC-49] a certificate for another name is refused in words', async () => {
    await expect(opened(['other.example'], { ca: ours.certificate })).rejects.toMatchObject(refused);
  });

  test('[SEC-49] a server that says nothing to TLS is given up, and takes no thread along', async () => {
    const silent = createSilentServer(() => undefined).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    onTestFinished(() => void silent.close());
    const url = patient(await ready);
    url.hostname = 'localhost';
    url.port = String((silent.address() as AddressInfo).port);
    url.searchParams.set('timeouts.connectMs', '500');
    url.searchParams.set('timeouts.startMs', '1500');
    const store = new RdbmsStore({ connection: { url: url.href, tls: { ca: ours.certificate } }, namespace: 'a' });
    onTestFinished(() => store.close());
    await expect(store.open()).rejects.toMatchObject({
      kind: 'config',
      message: expect.stringMatching(/did not answer within 2 s: It took the connection and said nothing for 0\.5 s/),
    });
    await readFile(new URL(import.meta.url));
  });
}
