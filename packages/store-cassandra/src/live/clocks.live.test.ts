import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { cassandraCluster } from '@gatehouse/testkit';
import { afterAll, describe, expect, test } from 'vitest';
import { CassandraStore } from '../index.ts';
import { freshKeyspace, patient } from './conformance-target.test-support.ts';
import { newGrant, newToken } from './records.test-support.ts';

/** Of two servers, each as far from the nodes' clocks as is allowed: 10 s from each other. */
const OFF = 4_900;

const cluster = await cassandraCluster();

if (!cluster.available) test('clocks before Cassandra', (context) => context.skip(cluster.reason));
else {
  const { value } = cluster;
  afterAll(() => value.close());
  const keyspace = await freshKeyspace(value);
  const connection = patient(value, keyspace, { read: 'ONE', write: 'ONE' });
  const open = async (offset: number): Promise<CassandraStore> => {
    const store = new CassandraStore({ connection, namespace: 'clocks', clock: { now: () => Date.now() + offset } });
    await store.open();
    return store;
  };
  const [ahead, behind] = [await open(OFF), await open(-OFF)];
  afterAll(async () => {
    await ahead.close();
    await behind.close();
  });

  describe('two servers whose clocks differ by ten seconds', () => {
    test('[store-58-two-clocks] single use, removal of a token and revocation are right, 50 times each way', async () => {
      for (let round = 0; round < 50; round++) {
        const [one, other, mine, theirs] = round % 2 === 0 ? [ahead, behind, OFF, -OFF] : [behind, ahead, -OFF, OFF];
        const now = Date.now();
        const grant = newGrant({}, now + mine);
        const token = newToken(grant.key, {}, now + mine);
        const alone = newToken(null, {}, now + mine);
        await one.write({ attempt: `a${round}`, add: [grant, token, alone] });
        expect((await other.find('access_token', token.key))?.revoked).toBeNull();

        // Removed by the other, whose clock is behind it or ahead of it; and written once more, late.
        expect(await other.revoke({ token: alone.key }, now + theirs, 'test')).toBe(1);
        await one.write({ attempt: `a${round}`, add: [alone] });
        expect((await one.find('access_token', alone.key))?.revoked).toBe('token');

        const change = { kind: 'grant', key: grant.key, from: 1, state: '{"v":1,"used":1}' } as const;
        expect(await other.write({ attempt: `b${round}`, change })).toBe('written');
        expect(await one.write({ attempt: `c${round}`, change })).toBe('outdated');
        expect(await one.once('space', token.key, now + mine, now + 60_000, `d${round}`)).toBe(true);
        expect(await other.once('space', token.key, now + theirs, now + 60_000, `e${round}`)).toBe(false);
        expect(await other.revoke({ grants: [grant.key] }, now + theirs, 'test')).toBe(1);
        expect((await one.find('access_token', token.key))?.revoked).toBe('grant');
      }
    });

    /** Milliseconds from the last answer that was there in its time to its end, for the one who is behind. */
    const lookedAtToItsEnd = async (): Promise<number> => {
      const purgeAt = Date.now() + 1_000;
      const token = newToken(null, { expiresAt: purgeAt, purgeAt });
      await ahead.write({ attempt: randomBytes(16).toString('hex'), add: [token] });
      for (let last = Number.POSITIVE_INFINITY; ; await pause(50)) {
        const found = await behind.find('access_token', token.key);
        const left = purgeAt - (Date.now() - OFF);
        if (left <= 0) return last;
        expect(found?.key).toBe(token.key);
        last = left;
      }
    };

    test('[AX-195] a row outlives its end for the server that is behind', async () => {
      // To its last moment, ten seconds after it was over for the one who is ahead: where the machine paused then, once more.
      while ((await lookedAtToItsEnd()) > 300);
    });
  });
}
