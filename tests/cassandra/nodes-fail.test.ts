import { setTimeout as sleep } from 'node:timers/promises';
import { type CassandraCluster, cassandraCluster } from '@gatehouse/testkit';
import { afterAll, describe, expect, it, test } from 'vitest';
import { Client } from './client.ts';
import { startLoad } from './load.ts';
import { type Levels, twoServers } from './two-servers.ts';

/** At which of them a token that was answered is never lost while a majority of its copies stays. */
const LEVELS: readonly (Levels & { readonly keepsTokens: boolean })[] = [
  { read: 'ONE', write: 'ANY', keepsTokens: false },
  { read: 'ONE', write: 'ONE', keepsTokens: false },
  { read: 'QUORUM', write: 'QUORUM', keepsTokens: true },
  { read: 'LOCAL_QUORUM', write: 'LOCAL_QUORUM', keepsTokens: true },
];

/** One node after the other crashes, hangs and comes back; there are always two of three. */
async function everythingHappens(cluster: CassandraCluster): Promise<void> {
  await sleep(4_000);
  await cluster.end(1, 'SIGKILL');
  await sleep(8_000);
  await cluster.restart(1);
  await cluster.settled();
  await sleep(3_000);
  cluster.pause(2);
  await sleep(8_000);
  cluster.resume(2);
  await sleep(4_000);
  await cluster.end(3, 'SIGTERM');
  await sleep(4_000);
  await cluster.restart(3);
  await cluster.settled();
  await sleep(4_000);
}

/** It takes minutes for each pair, and a machine of its own. */
const LONG = process.env['TEST_CASSANDRA_LONG'] === '1';

const cluster = LONG
  ? await cassandraCluster({ nodes: 3 })
  : ({ available: false, reason: 'It takes minutes on a machine of its own; TEST_CASSANDRA_LONG=1 runs it.' } as const);

if (!cluster.available) test('nodes of Cassandra that fail', (context) => context.skip(cluster.reason));
else {
  const { value } = cluster;
  afterAll(() => value.close());

  describe('two servers and three nodes, one of which crashes, hangs, leaves and comes back', () => {
    for (const { read, write, keepsTokens } of LEVELS)
      it(`[AX-188] [AX-193] [SEC-2] [SEC-110] at ${read}/${write} nothing is redeemed twice and nothing revoked lives${keepsTokens ? ', and no answered token is lost' : ''}`, {
        timeout: 900_000,
      }, async () => {
        const { servers, close } = await twoServers(value, `fail_${read}_${write}`.toLowerCase(), { read, write });
        try {
          const load = startLoad(servers);
          await everythingHappens(value);
          await load.stop();
          const { seen, violations, kept, ended } = load;

          // Everybody is back: what is there now is what there is.
          const client = new Client();
          const active = async (tokens: readonly string[]): Promise<number> => {
            let count = 0;
            for (const [index, token] of tokens.entries())
              if (await client.isActive(servers[index % 2 === 0 ? 0 : 1], token)) count++;
            return count;
          };
          const [keptActive, endedActive] = [await active(kept), await active(ended)];
          client.close();
          const lost = kept.length - keptActive;
          process.stdout.write(
            `${read}/${write}: ${JSON.stringify({ ...seen, ...violations, answered: kept.length, lost, endedActive })}\n`,
          );
          expect(violations).toEqual({ usedTwice: 0, aliveAfterRevocation: 0 });
          expect(endedActive).toBe(0);
          if (keepsTokens) expect(lost).toBe(0);
          // It was a load, and most of it went on.
          expect(seen.redeemed).toBeGreaterThan(20);
          expect(seen.revoked).toBeGreaterThan(3);
        } finally {
          await close();
          for (const node of [1, 2, 3]) value.resume(node);
        }
      });
  });
}
