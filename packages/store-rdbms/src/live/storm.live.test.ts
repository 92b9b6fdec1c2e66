import { setTimeout as sleep } from 'node:timers/promises';
import { StoreError, type Write, type Written } from '@gatehouse/core';
import { expect, test } from 'vitest';
import { migrate, RdbmsStore } from '../index.ts';
import { proveReadOnly } from './read-only.test-support.ts';
import { attempt, newGrant, newToken } from './records.test-support.ts';
import { onOwn } from './servers.test-support.ts';

const FAMILIES = 16;
/** A crowded machine takes its time to start a database again: a limit for what never comes. */
const REPETITION_MS = 240_000;

/** As core's guard does it: the identical write, attempt and all, until there is an answer. */
async function untilKnown(store: RdbmsStore, write: Write): Promise<Written> {
  const end = performance.now() + REPETITION_MS;
  for (;;) {
    try {
      return await store.write(write);
    } catch (error) {
      if (!(error instanceof StoreError) || !error.retryable || performance.now() > end) throw error;
      await sleep(20);
    }
  }
}

await onOwn(['postgresql15', 'postgresql18', 'mysql9', 'mariadb10', 'mariadb11'], {}, (server, product) => {
  test('killed, paused and restarted in a storm of refreshes: every family has exactly what was answered', async () => {
    const database = await server.createDatabase();
    await migrate({ connection: database.url });
    const open = (): RdbmsStore => new RdbmsStore({ connection: database.url, namespace: 'https://a.example' });
    const nodes = [open(), open()] as const;
    await Promise.all(nodes.map((node) => node.open()));
    const families = Array.from({ length: FAMILIES }, () => ({ grant: newGrant(), answered: [] as string[] }));
    await untilKnown(nodes[0], { attempt: attempt(), add: families.map(({ grant }) => grant) });

    let over = false;
    const refresh = async ({ grant, answered }: (typeof families)[number], index: number): Promise<void> => {
      while (!over) {
        const token = newToken(grant.key);
        const from = answered.length + 1;
        const change = { kind: 'grant', key: grant.key, from, state: JSON.stringify({ v: 1, step: from }) } as const;
        // Each family moves from node to node, as behind a balancer.
        const node = nodes[(index + from) % 2] ?? nodes[0];
        const written = await untilKnown(node, { attempt: attempt(), change, add: [token] });
        // Nobody else changes it: an "outdated" would be a lie.
        expect(written).toBe('written');
        answered.push(token.key);
      }
    };
    const storm = Promise.all(families.map(refresh));
    // Looked at below: not before a harm is done.
    storm.catch(() => undefined);
    const answers = (): number => families.reduce((sum, { answered }) => sum + answered.length, 0);
    /** Until they are at it again, however long the server took to come back. */
    const atWork = async (): Promise<void> => {
      for (const enough = answers() + FAMILIES; answers() < enough; ) await Promise.race([storm, sleep(20)]);
    };
    try {
      for (const harm of [
        () => server.control.restart('SIGKILL'),
        async () => {
          await server.control.pause();
          // Longer than a call of the store may take.
          await sleep(3_500);
          await server.control.resume();
        },
        () => server.control.restart('SIGTERM'),
        () => server.control.restart('SIGKILL'),
      ]) {
        await atWork();
        await sleep(700);
        await harm();
      }
      await atWork();
      await sleep(1_000);
    } finally {
      over = true;
    }
    await storm;

    const outside = await product.connect(database.url);
    const [row] = await outside.query('SELECT COUNT(*) AS n FROM oauth_access_token');
    const answered = answers();
    expect(answered).toBeGreaterThan(FAMILIES * 4);
    // No token that nobody was answered with, and none that somebody was answered with is missing.
    expect(Number(row?.['n'])).toBe(answered);
    for (const family of families) {
      const found = await nodes[0].find('grant', family.grant.key);
      expect(found?.version).toBe(1 + family.answered.length);
      const last = await nodes[1].find('access_token', (family.answered.at(-1) ?? '') as never);
      expect(last?.revoked).toBe(null);
    }
    await outside.end();
    await Promise.all(nodes.map((node) => node.close()));
    await database.drop();
  });

  test('a server that becomes read-only under load refuses writes in words, loses its connections, and is used again when it is not', () =>
    proveReadOnly(server, product));
});
