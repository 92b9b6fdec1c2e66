import type { Key } from '@gatehouse/core';
import { cassandraCluster } from '@gatehouse/testkit';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { subjectColumn } from '../columns.ts';
import { CassandraStore } from '../index.ts';
import { freshKeyspace, patient, TOLERANCE } from './conformance-target.test-support.ts';
import { onCluster } from './on-cluster.test-support.ts';
import { newGrant, newKey } from './records.test-support.ts';

/** Rows that ended which a read of this node may meet; by default it is 100 000. */
const MOST_ENDED = 500;
const NAMESPACE = 'ended';
const AT_ONCE = 100;
/** Microseconds, as rows are written: beyond every row of these tests. */
const LATER = '4000000000000000';

const cluster = await cassandraCluster({
  yaml: [`tombstone_warn_threshold: ${MOST_ENDED / 2}`, `tombstone_failure_threshold: ${MOST_ENDED}`],
});

if (!cluster.available) test('an owner of whom much has ended', (context) => context.skip(cluster.reason));
else {
  const { value } = cluster;
  afterAll(() => value.close());

  describe('an owner of whom more has ended than a node reads', () => {
    let keyspace = '';
    let store: CassandraStore;

    beforeAll(async () => {
      keyspace = await freshKeyspace(value);
      store = new CassandraStore({
        connection: patient(value, keyspace, { read: 'QUORUM', write: 'QUORUM' }),
        ...{ namespace: NAMESPACE, clockToleranceMs: TOLERANCE },
      });
      await store.open();
    });
    afterAll(() => store?.close());

    it('[AX-195] is listed all the same, in order and page by page, and all that is left can be ended', async () => {
      const subject = 'busy';
      const living = ['-', '0', 'A', 'Q', 'QA', 'QB', 'Q_', '_', 'a', 'z'].map((prefix) => keyWith(prefix));
      for (const key of living) await store.write({ attempt: newKey(), add: [newGrant({ subject, key })] });
      // Half of them behind one letter, which takes a second one to be read.
      await haveEnded(subject, 2 * MOST_ENDED, '');
      await haveEnded(subject, 2 * MOST_ENDED, 'Q');
      await expect(readWhole(subject)).rejects.toMatchObject({ code: 0x1300 });
      expect(await listed(subject, 100)).toEqual([...living].sort());
      expect(await listed(subject, 3)).toEqual([...living].sort());
      expect(await store.revoke({ grants: await listed(subject, 100) }, Date.now(), 'test')).toBe(living.length);
    });

    it('is refused in words that name the cause where even parts of it are too much', async () => {
      await haveEnded('too busy', 2 * MOST_ENDED, 'QAB');
      await expect(store.list('grant', { subject: 'too busy' }, { limit: 10 })).rejects.toMatchObject({
        kind: 'unavailable',
        message: expect.stringContaining('tombstone_failure_threshold'),
      });
    });

    async function listed(subject: string, limit: number): Promise<readonly Key[]> {
      const keys: Key[] = [];
      let after: string | null = null;
      do {
        const page = await store.list('grant', { subject }, { limit, after });
        expect(page.items.length).toBeLessThanOrEqual(limit);
        keys.push(...page.items.map(({ key }) => key));
        after = page.next;
      } while (after !== null);
      return keys;
    }

    /** Rows that have ended, as those whose time is over; these need not be waited for. */
    async function haveEnded(subject: string, count: number, prefix: string): Promise<void> {
      const text = `DELETE FROM ${keyspace}.oauth_subject_grants USING TIMESTAMP ${LATER} WHERE tenant_id = ? AND subject_hash = ? AND grant_key = ?`;
      await onCluster(value, async (client) => {
        for (let ended = 0; ended < count; ended += AT_ONCE)
          await Promise.all(
            Array.from({ length: AT_ONCE }, () =>
              client.execute(text, [NAMESPACE, subjectColumn(subject), keyWith(prefix)], { prepare: true }),
            ),
          );
      });
    }

    async function readWhole(subject: string): Promise<unknown> {
      const text = `SELECT grant_key FROM ${keyspace}.oauth_subject_grants WHERE tenant_id = ? AND subject_hash = ?`;
      return onCluster(value, (client) =>
        client.execute(text, [NAMESPACE, subjectColumn(subject)], { prepare: true, isIdempotent: false }),
      );
    }
  });
}

function keyWith(prefix: string): Key {
  return (prefix + newKey().slice(prefix.length)) as Key;
}
