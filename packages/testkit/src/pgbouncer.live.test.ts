import { Client } from 'pg';
import { expect, test } from 'vitest';
import { databaseServer, startPgBouncer } from './index.ts';

test('pgbouncer in transaction mode shares connections between transactions, and keeps no session', async (context) => {
  const server = await databaseServer('postgresql18');
  if (!server.available) return context.skip(server.reason);
  const bouncer = await startPgBouncer(server.value, { poolSize: 1 });
  if (!bouncer.available) return context.skip(bouncer.reason);
  const url = bouncer.value.url(server.value.adminUrl);
  const [one, other] = [new Client(url), new Client(url)];
  try {
    await one.connect();
    await other.connect();
    const process = async (client: Client): Promise<unknown> =>
      (await client.query('SELECT pg_backend_pid() AS process')).rows[0];
    expect(await process(one)).toEqual(await process(other));

    await one.query("SET application_name = 'left behind'");
    expect((await other.query('SHOW application_name')).rows).toEqual([{ application_name: 'left behind' }]);
  } finally {
    await one.end();
    await other.end();
    await bouncer.value.close();
    await server.value.close();
  }
});
