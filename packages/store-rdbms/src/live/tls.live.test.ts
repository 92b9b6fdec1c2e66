import { makeCertificateAuthority } from '@gatehouse/testkit';
import { expect, onTestFinished, test, vi } from 'vitest';
import { type Connection, migrate, RdbmsStore } from '../index.ts';
import { patient } from './conformance-target.test-support.ts';
import { attempt, newToken } from './records.test-support.ts';
import { onOwn } from './servers.test-support.ts';

const ours = makeCertificateAuthority('Ours');
const others = makeCertificateAuthority('Others');
const certificate = ours.issue(['localhost', 'db.example']);

await onOwn(
  ['postgresql15', 'postgresql18', 'mysql9', 'mariadb10', 'mariadb11'],
  { tls: certificate },
  (server, product) => {
    const migrated = async () => {
      const database = await server.createDatabase();
      onTestFinished(() => database.drop());
      await migrate({ connection: database.url });
      return patient(database.url);
    };
    const openOn = async (connection: Connection): Promise<RdbmsStore> => {
      const store = new RdbmsStore({ connection, namespace: 'https://a.example' });
      onTestFinished(() => store.close());
      await store.open();
      return store;
    };
    const named = (url: URL, host = 'localhost'): string => {
      const changed = new URL(url);
      changed.hostname = host;
      return changed.href;
    };

    test('[SEC-49] the right certificate is taken, under the name it is good for', async () => {
      const url = await migrated();
      const store = await openOn({ url: named(url), tls: { ca: ours.certificate } });
      expect(await store.write({ attempt: attempt(), add: [newToken(null)] })).toBe('written');
      await openOn({ url: named(url), tls: { ca: ours.certificate, serverName: 'db.example' } });
    });

    test('[SEC-49] a certificate of somebody else, or for another name, is refused in words', async () => {
      const url = await migrated();
      const refused = { kind: 'config', message: expect.stringMatching(/not verified by TLS/) };
      await expect(openOn({ url: named(url), tls: { ca: others.certificate } })).rejects.toMatchObject(refused);
      // No authority named: the public ones, and ours is none of them.
      await expect(openOn({ url: named(url), tls: {} })).rejects.toMatchObject(refused);
      const elsewhere = { ca: ours.certificate, serverName: 'other.example' };
      await expect(openOn({ url: named(url), tls: elsewhere })).rejects.toMatchObject(refused);
    });

    test('[SEC-49] no variable of the environment makes it less', async () => {
      const url = await migrated();
      onTestFinished(() => void vi.unstubAllEnvs());
      for (const [name, value] of Object.entries({
        PGSSLMODE: 'disable',
        PGSSLNEGOTIATION: 'direct',
        PGSSLROOTCERT: '/no/such/file',
        PGHOST: 'elsewhere.invalid',
        PGHOSTADDR: '127.0.0.1',
        MYSQL_HOST: 'elsewhere.invalid',
        MYSQL_SSL_MODE: 'DISABLED',
        NODE_TLS_REJECT_UNAUTHORIZED: '0',
      }))
        vi.stubEnv(name, value);
      const refused = { kind: 'config', message: expect.stringMatching(/not verified by TLS/) };
      await expect(openOn({ url: named(url), tls: { ca: others.certificate } })).rejects.toMatchObject(refused);
      const elsewhere = { ca: ours.certificate, serverName: 'other.example' };
      await expect(openOn({ url: named(url), tls: elsewhere })).rejects.toMatchObject(refused);
      await openOn({ url: named(url), tls: { ca: ours.certificate } });
    });

    test('an unverified connection takes the ugly word', async () => {
      const url = await migrated();
      await openOn({ url: named(url), dangerouslyInsecure: 'unverified' });
    });

    test('a password that changes is asked for again with every new connection', async () => {
      const url = await migrated();
      const outside = await product.connect(url.href);
      onTestFinished(() => outside.end());
      const postgresql = server.what.startsWith('PostgreSQL');
      const user = `turning_${Math.random().toString(36).slice(2, 8)}`;
      const who = postgresql ? user : `'${user}'@'%'`;
      let password = 'the first';
      const verb = postgresql ? `ROLE ${user} LOGIN SUPERUSER PASSWORD` : `USER ${who} IDENTIFIED BY`;
      await outside.query(`CREATE ${verb} '${password}'`);
      onTestFinished(async () => void (await outside.query(`DROP ${postgresql ? 'ROLE' : 'USER'} ${who}`)));
      if (!postgresql) await outside.query(`GRANT ALL ON *.* TO ${who}`);
      const asked: string[] = [];
      const connection = new URL(named(url));
      connection.username = user;
      connection.password = '';
      const store = await openOn({
        url: connection.href,
        tls: { ca: ours.certificate },
        password: async () => {
          asked.push(password);
          return password;
        },
      });
      password = 'the second';
      await outside.query(`ALTER ${verb} '${password}'`);
      // Connections that are there go on; those that are killed are made anew with the new one.
      const connections = async (): Promise<readonly unknown[]> =>
        (
          await outside.query(
            postgresql
              ? `SELECT pid AS id FROM pg_stat_activity WHERE usename = '${user}'`
              : `SELECT id FROM information_schema.processlist WHERE user = '${user}'`,
          )
        ).map((row) => row['id'] ?? row['ID']);
      const there = await connections();
      for (const id of there)
        await outside
          .query(postgresql ? `SELECT pg_terminate_backend(${id})` : `KILL ${id}`)
          // The pool may have ended it itself by now.
          .catch(() => undefined);
      // A server ends each in its own time, and the store would write on one that still seems to be there.
      const left = async (): Promise<unknown[]> => (await connections()).filter((id) => there.includes(id));
      await expect.poll(left).toEqual([]);
      const written = async (): Promise<string> =>
        store.write({ attempt: attempt(), add: [newToken(null)] }).catch((error: { kind: string }) => error.kind);
      await written();
      expect(await written()).toBe('written');
      expect([asked[0], asked.at(-1)]).toEqual(['the first', 'the second']);
    });
  },
);
