import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import type { Key } from '@gatehouse/core';
import { cassandraCluster, makeCertificateAuthority } from '@gatehouse/testkit';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { CassandraStore, type ConnectionOptions, migrate } from '../index.ts';
import { onCluster } from './on-cluster.test-support.ts';

const NAME = 'db.example';
const ours = makeCertificateAuthority('Ours');
const others = makeCertificateAuthority('Others');
const cluster = await cassandraCluster({ auth: true, tls: ours.issue([NAME]) });

if (!cluster.available) test('TLS and rights of Cassandra', (context) => context.skip(cluster.reason));
else {
  const { value } = cluster;
  afterAll(() => value.close());

  const right = {
    contactPoints: value.contactPoints,
    localDataCenter: 'dc1',
    keyspace: 'gatehouse',
    user: 'cassandra',
    password: 'cassandra',
    tls: { ca: ours.certificate, serverName: NAME },
    timeouts: { startMs: 20_000, connectMs: 8_000, statementMs: 8_000, callMs: 10_000 },
  } satisfies ConnectionOptions;
  await migrate({ connection: right, createKeyspace: true });

  const open = async (connection: ConnectionOptions): Promise<CassandraStore> => {
    const store = new CassandraStore({ connection, namespace: 'https://a.example' });
    onTestFinished(() => store.close());
    await store.open();
    return store;
  };
  const without = <K extends keyof ConnectionOptions>(name: K): Omit<typeof right, K> => {
    const { [name as keyof typeof right]: _, ...rest } = right;
    return rest as Omit<typeof right, K>;
  };
  const refused = (message: RegExp) => ({ kind: 'config', message: expect.stringMatching(message) });

  describe('TLS', () => {
    test('[AX-191] [SEC-49] the right certificate is taken, and the password with it', async () => {
      const store = await open(right);
      const key = randomBytes(32).toString('base64url') as Key;
      expect(await store.once('space', key, Date.now(), Date.now() + 1_000, 'attempt')).toBe(true);
    });

    test('[AX-191] [SEC-49] a certificate of somebody else, or for another name, is refused in words', async () => {
      const message = refused(/not verified by TLS.*`ca`.*`serverName`/);
      await expect(open({ ...right, tls: { ca: others.certificate, serverName: NAME } })).rejects.toMatchObject(
        message,
      );
      await expect(
        open({ ...right, tls: { ca: ours.certificate, serverName: 'other.example' } }),
      ).rejects.toMatchObject(message);
      // The nodes are reached at their addresses, which the certificate does not have.
      await expect(open({ ...right, tls: { ca: ours.certificate } })).rejects.toMatchObject(message);
      // No authority named: the public ones, and ours is none of them.
      await expect(open({ ...right, tls: { serverName: NAME } })).rejects.toMatchObject(message);
    });

    test('[AX-191] without TLS nobody answers, and an unverified connection takes the ugly word', async () => {
      await expect(open({ ...without('tls'), dangerouslyInsecure: 'plaintext' })).rejects.toMatchObject({
        kind: 'config',
      });
      await open({ ...without('tls'), dangerouslyInsecure: 'unverified' });
    });
  });

  test.for([
    [{ localDataCenter: 'dc9' }, /^config .*no data centre dc9: .*\(dc1\)/],
    [{ password: 'wr0ng-secret' }, /^config .*refuses user or password/],
    [{ keyspace: 'nowhere' }, /^config .*keyspace nowhere is not there/],
  ] as const)(
    '[AX-191] a process that was refused for %o ends: nothing of the driver keeps it',
    async ([wrong, told]) => {
      const options = JSON.stringify({ connection: { ...right, ...wrong }, namespace: 'https://a.example' });
      const text = `import { CassandraStore } from '${new URL('../index.ts', import.meta.url)}';
        await new CassandraStore(${options}).open().catch(({ kind, message }) => console.log(kind, message));`;
      const ended = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', text], {
        timeout: 120_000,
      });
      expect(ended.stdout).toMatch(told);
    },
  );

  describe('users', () => {
    test('[AX-191] a wrong password is refused at once, and neither it nor the right one is told', async () => {
      const failure = await open({ ...right, password: 'wr0ng-secret' }).catch((error: Error) => error);
      expect(failure).toMatchObject(refused(/refuses user or password/));
      expect(JSON.stringify(failure, Object.getOwnPropertyNames(failure))).not.toMatch(/wr0ng-secret/);
    });

    test('[AX-191] a password from the environment or a file is asked for when it is needed', async () => {
      process.env['TEST_CASSANDRA_PASSWORD'] = 'cassandra';
      onTestFinished(() => void delete process.env['TEST_CASSANDRA_PASSWORD']);
      await open({ ...right, password: { env: 'TEST_CASSANDRA_PASSWORD' } });
      await expect(open({ ...right, password: { file: '/nowhere' } })).rejects.toMatchObject(
        refused(/\/nowhere failed/),
      );
    });

    test('SELECT and MODIFY are all that the server’s own user needs, and one that lacks them is refused in words', async () => {
      const role = async (name: string, rights: readonly string[]): Promise<void> => {
        const tls = { rejectUnauthorized: false };
        const credentials = { username: 'cassandra', password: 'cassandra' };
        await onCluster(
          value,
          async (client) => {
            await client.execute(`CREATE ROLE IF NOT EXISTS ${name} WITH LOGIN = true AND PASSWORD = 'p'`);
            for (const right_ of rights) await client.execute(`GRANT ${right_} ON KEYSPACE gatehouse TO ${name}`);
          },
          { sslOptions: tls, credentials },
        );
      };
      await role('server', ['SELECT', 'MODIFY']);
      await role('reader', ['SELECT']);
      await open({ ...right, user: 'server', password: 'p' });
      await expect(open({ ...right, user: 'reader', password: 'p' })).rejects.toMatchObject(
        refused(/GRANT SELECT and MODIFY/),
      );
      const elsewhere = { ...right, keyspace: 'elsewhere', user: 'reader', password: 'p' };
      await expect(migrate({ connection: elsewhere, createKeyspace: true })).rejects.toMatchObject(
        refused(/no CREATE permission.*\. Run it as a user who has CREATE/),
      );
      const { user: _, password: __, ...nobody } = right;
      await expect(open(nobody)).rejects.toMatchObject(refused(/wants a user and a password/));
    });
  });
}
