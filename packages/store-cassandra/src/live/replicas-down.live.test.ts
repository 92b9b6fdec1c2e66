import { setTimeout as sleep } from 'node:timers/promises';
import { cassandraCluster } from '@gatehouse/testkit';
import type { types } from 'cassandra-driver';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { epochKey } from '../columns.ts';
import { CassandraStore, type ConnectionOptions, type Driver, migrate, schemaState } from '../index.ts';
import { importDriver } from '../session/driver.ts';
import { onCluster } from './on-cluster.test-support.ts';
import { newToken } from './records.test-support.ts';

/** Milliseconds within which a hint was handed over on these nodes: as a rule one to six seconds. */
const HINTED_MS = 180_000;
/** Rounds of seven statements each. */
const ROUTED = 5;

const cluster = await cassandraCluster({ nodes: 3 });

if (!cluster.available) test('copies of Cassandra that are down', (context) => context.skip(cluster.reason));
else {
  const { value } = cluster;
  afterAll(() => value.close());

  const open = async (
    keyspace: string,
    more: Partial<ConnectionOptions> = {},
    driver?: Driver,
  ): Promise<CassandraStore> => {
    // Longer than the nodes' own limits: what they say of a row is to be heard, however busy the machine is.
    const connection = { url: value.url(keyspace), timeouts: { callMs: 20_000, statementMs: 7_000 }, ...more };
    const store = new CassandraStore({ connection, namespace: 'down', ...(driver ? { driver } : {}) });
    await store.open();
    return store;
  };

  test('[AX-193] a keyspace is not made while a node that is named is missing, since it would keep too few copies', async () => {
    const connection = {
      url: value.url('too_few'),
      contactPoints: [...value.contactPoints, '127.255.255.250'],
      timeouts: { startMs: 1_000 },
    };
    await expect(migrate({ connection, createKeyspace: true })).rejects.toMatchObject({
      kind: 'config',
      message: expect.stringMatching(/names 4 nodes and the cluster knows 3/),
    });
    await expect(schemaState({ connection: value.url('too_few') })).rejects.toMatchObject({
      message: expect.stringMatching(/too_few is not there/),
    });
  });

  describe('one copy of each row', () => {
    const keyspace = 'one_copy';
    beforeAll(async () => {
      await onCluster(value, (client) =>
        client.execute(`CREATE KEYSPACE ${keyspace} WITH replication = {'class': 'NetworkTopologyStrategy', 'dc1': 1}`),
      );
      await migrate({ connection: value.url(keyspace) });
    });

    test('each statement of one row goes to the node that keeps it', async () => {
      const { driver, asked } = await watchedDriver();
      const store = await open(keyspace, {}, driver);
      try {
        for (let round = 0; round < ROUTED; round++) {
          const token = newToken(null);
          await store.write({ attempt: 'routed', add: [token] });
          await store.find('access_token', token.key);
          expect(await store.once('space', token.key, Date.now(), Date.now() + 60_000, 'a')).toBe(true);
        }
      } finally {
        await store.close();
      }
      const routed = asked.filter(({ partition }) => partition !== undefined);
      // A token's look-up before it is written, its writing, its look-up, its end; its client's epoch twice; a nonce.
      expect(routed.length).toBeGreaterThanOrEqual(7 * ROUTED);
      await onCluster(value, async (client) => {
        await client.connect();
        const keepers = (partition: readonly string[] = []): readonly string[] =>
          client.getReplicas(keyspace, partitionOf(...partition)).map(({ address }) => address);
        expect(routed.filter(({ partition, node }) => !keepers(partition).includes(node))).toEqual([]);
      });
    });

    test('[AX-188] at ANY, with that one down, the write succeeds by a hint, the client is refused until the copy is back, and then is not', async () => {
      const store = await open(keyspace);
      try {
        // A token whose one copy belongs to the node that goes down, and whose client's epoch does not.
        const third = `${value.contactPoints[2]}:${value.port}`;
        const token = await onCluster(value, async (client) => {
          await client.connect();
          const isOnThird = (key: string): boolean =>
            client.getReplicas(keyspace, partitionOf('down', key)).some(({ address }) => address === third);
          for (let tried = 0; tried < 1_000; tried++) {
            const one = newToken(null, { clientId: `client-${tried}` });
            if (isOnThird(one.key) && !isOnThird(epochKey(one.clientId))) return one;
          }
          throw new Error('No key belongs to the third node.');
        });
        // Prepared, as a server that runs has it.
        await answer(() => store.write({ attempt: 'first', add: [newToken(null, { clientId: token.clientId })] }));
        await value.end(3, 'SIGTERM');

        expect(await answer(() => store.write({ attempt: 'hinted', add: [token] }))).toBe('written');
        // Nobody who is there has it: what the client hears is that it cannot be said now.
        expect(await answer(() => store.find('access_token', token.key))).toMatch(/unavailable|timeout/);

        await value.restart(3);
        await value.settled();
        const end = performance.now() + HINTED_MS;
        while ((await answer(() => store.find('access_token', token.key))) !== 'found' && performance.now() < end)
          await sleep(500);
        expect(await answer(() => store.find('access_token', token.key))).toBe('found');
      } finally {
        await store.close();
      }
    });
  });

  describe('three copies', { timeout: 600_000 }, () => {
    test('[AX-193] with one down everything goes on at a quorum; with two only what nobody has to decide', async () => {
      await migrate({ connection: value.url('three_copies'), createKeyspace: true });
      const quorum = await open('three_copies', { consistency: { read: 'LOCAL_QUORUM', write: 'LOCAL_QUORUM' } });
      const any = await open('three_copies');
      try {
        const [one, two, three] = [newToken(null), newToken(null), newToken(null)];
        // Prepared, as a server that runs has it.
        for (const store of [quorum, any]) await store.write({ attempt: 'first', add: [newToken(null)] });
        await value.end(3, 'SIGTERM');
        await quorum.ping();
        expect(await quorum.write({ attempt: 'one', add: [one] })).toBe('written');
        expect(await answer(() => quorum.find('access_token', one.key))).toBe('found');
        expect(await any.write({ attempt: 'two', add: [two] })).toBe('written');
        expect(await answer(() => any.find('access_token', two.key))).toBe('found');
        expect(await any.once('space', one.key, Date.now(), Date.now() + 3_600_000, 'a')).toBe(true);

        await value.end(2, 'SIGTERM');
        for (const store of [quorum, any]) {
          // One node answers, and no request could be served.
          expect(await answer(() => store.ping())).toMatch(/unavailable|timeout/);
          // Whether the client was revoked meanwhile cannot be known: nothing is issued on a guess.
          expect(await answer(() => store.write({ attempt: 'three', add: [three] }))).toMatch(/unavailable|timeout/);
          expect(await answer(() => store.once('space', two.key, Date.now(), Date.now() + 60_000, 'b'))).toMatch(
            /unavailable|timeout|unknown_outcome/,
          );
          expect(await answer(() => store.find('access_token', one.key))).toMatch(/unavailable|timeout/);
        }
        await value.restart(2);
        await value.restart(3);
        await value.settled();
        expect(await answer(() => quorum.find('access_token', one.key))).toBe('found');
        expect(await any.once('space', one.key, Date.now(), Date.now() + 3_600_000, 'c')).toBe(false);
      } finally {
        await quorum.close();
        await any.close();
      }
    });
  });
}

interface Asked {
  readonly text: string;
  /** Of statements whose partition has two columns of text. */
  readonly partition: readonly string[] | undefined;
  /** Who was asked, and answered. */
  readonly node: string;
}

/** The driver, which says whom it asked for what. */
async function watchedDriver(): Promise<{ readonly driver: Driver; readonly asked: readonly Asked[] }> {
  const driver = await importDriver();
  const asked: Asked[] = [];
  class Watched extends driver.Client {
    constructor(options: ConstructorParameters<Driver['Client']>[0]) {
      super(options);
      const real = this.execute.bind(this) as (...args: readonly unknown[]) => Promise<types.ResultSet>;
      Reflect.set(
        this,
        'execute',
        async (text: string, params: Readonly<Record<string, unknown>>, ...rest: unknown[]) => {
          const result = await real(text, params, ...rest);
          asked.push({ text, partition: partitionIn(params), node: result.info.queriedHost });
          return result;
        },
      );
    }
  }
  return { driver: { ...driver, Client: Watched }, asked };
}

function partitionIn(params: Readonly<Record<string, unknown>> | undefined): readonly string[] | undefined {
  const { tenant_id: tenant, token_hash, epoch_key, nonce_hash } = params ?? {};
  const key = token_hash ?? epoch_key ?? nonce_hash;
  return typeof tenant === 'string' && typeof key === 'string' ? [tenant, key] : undefined;
}

/** The bytes that a node is chosen by: each part of the key with its length before it and a zero after it. */
function partitionOf(...parts: readonly string[]): Buffer {
  return Buffer.concat(
    parts.map((part) => {
      const length = Buffer.alloc(2);
      length.writeUInt16BE(Buffer.byteLength(part));
      return Buffer.concat([length, Buffer.from(part), Buffer.of(0)]);
    }),
  );
}

/** What a call came to, in one word. */
async function answer(call: () => Promise<unknown>): Promise<string> {
  try {
    const result = await call();
    if (result === undefined) return 'absent';
    return typeof result === 'object' ? 'found' : String(result);
  } catch (error) {
    return String(Reflect.get(Object(error), 'kind'));
  }
}
