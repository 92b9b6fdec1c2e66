import { StoreError } from '@gatehouse/core';
import type { OwnDatabaseServer } from '@gatehouse/testkit';
import { expect, onTestFinished } from 'vitest';
import { migrate, RdbmsStore } from '../index.ts';
import { patient } from './conformance-target.test-support.ts';
import { limitedUser } from './limited-user.test-support.ts';
import type { Planned } from './product.test-support.ts';
import { attempt, newToken } from './records.test-support.ts';

const WRITERS = 4;

/** What an administrator, or a failover, says to a server that runs. */
const SWITCH: Readonly<Record<string, (on: boolean) => readonly string[]>> = {
  PostgreSQL: (on) => [
    `ALTER SYSTEM SET default_transaction_read_only = ${on ? 'on' : 'off'}`,
    'SELECT pg_reload_conf()',
  ],
  // The first of the two is not for those who administer the server; our user is none.
  MySQL: (on) => [`SET GLOBAL ${on ? 'super_read_only = ON' : 'read_only = OFF'}`],
  MariaDB: (on) => [`SET GLOBAL read_only = ${on ? 1 : 0}`],
};

/** The numbers that the server gives our user's connections. */
const CONNECTIONS: Readonly<Record<string, (user: string) => string>> = {
  PostgreSQL: (user) => `SELECT pid AS id FROM pg_stat_activity WHERE usename = '${user}'`,
  MySQL: (user) => `SELECT id AS id FROM information_schema.processlist WHERE user = '${user}'`,
};

/** A server that takes no writes any more, while there are many, and then takes them again. */
export async function proveReadOnly(server: OwnDatabaseServer, product: Planned): Promise<void> {
  const database = await server.createDatabase();
  onTestFinished(() => database.drop());
  await migrate({ connection: database.url });
  const outside = await product.connect(database.url);
  onTestFinished(() => outside.end());
  const { url } = await limitedUser(outside, patient(database.url));
  const store = new RdbmsStore({ connection: url, namespace: 'https://a.example' });
  onTestFinished(() => store.close());
  await store.open();

  const name = server.what.split(' ')[0] ?? '';
  const turn = async (on: boolean): Promise<void> => {
    // The administrator's own session writes whatever the server says of others.
    if (name === 'PostgreSQL') await outside.query('SET default_transaction_read_only = off');
    for (const text of SWITCH[name]?.(on) ?? []) await outside.query(text);
  };
  const connections = async (): Promise<readonly unknown[]> => {
    const text = (CONNECTIONS[name] ?? CONNECTIONS['MySQL'])?.(url.username) ?? '';
    return (await outside.query(text)).map((row) => row['id'] ?? row['ID']);
  };

  const written: string[] = [];
  const refused: unknown[] = [];
  let heard: () => void = () => undefined;
  /** Until so many more of them came. */
  const more = async (list: readonly unknown[], count: number): Promise<void> => {
    for (const enough = list.length + count; list.length < enough; )
      await new Promise<void>((resolve) => {
        heard = resolve;
      });
  };
  let over = false;
  const writing = Promise.all(
    Array.from({ length: WRITERS }, async () => {
      while (!over) {
        const token = newToken(null);
        await store.write({ attempt: attempt(), add: [token] }).then(
          () => written.push(token.key),
          (error: unknown) => refused.push(error),
        );
        heard();
      }
    }),
  );
  try {
    await more(written, 20);
    expect(refused).toEqual([]);
    const before = await connections();
    await turn(true);
    await more(refused, 20);
    // Reading goes on, and no connection that was told no is used again.
    expect(await store.find('access_token', (written[0] ?? '') as never)).toBeDefined();
    expect(before.length).toBeGreaterThan(0);
    // A server lists one for a moment after it was closed.
    const left = async (): Promise<unknown[]> => (await connections()).filter((id) => before.includes(id));
    if (!lookUps(name)) await expect.poll(left).toEqual([]);
    await turn(false);
    await more(written, 20);
  } finally {
    over = true;
    await turn(false);
    await writing;
  }

  for (const error of refused) {
    expect(error).toBeInstanceOf(StoreError);
    expect(error).toMatchObject({ kind: 'unavailable', message: expect.stringMatching(/takes no writes: .*replica/) });
  }
  const [row] = await outside.query('SELECT COUNT(*) AS n FROM oauth_access_token');
  expect(Number(row?.['n'])).toBe(written.length);
}

/** PostgreSQL's look-ups have a connection of their own, which nobody writes on. */
function lookUps(name: string): boolean {
  return name === 'PostgreSQL';
}
