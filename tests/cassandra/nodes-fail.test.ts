import { setTimeout as sleep } from 'node:timers/promises';
import { type CassandraCluster, cassandraCluster, type StartedServer, whyNotCutOff } from '@gatehouse/testkit';
import { afterAll, describe, expect, it, test } from 'vitest';
import { Client } from './client.ts';
import { type Load, startLoad } from './load.ts';
import { type Levels, twoServers } from './two-servers.ts';

interface Pair extends Levels {
  /** Whether a token that was answered is never lost while a majority of its copies stays. */
  readonly keepsTokens: boolean;
}

/** The default, and the one that the guide advises. */
const ALWAYS: readonly Pair[] = [
  { read: 'ONE', write: 'ANY', keepsTokens: false },
  { read: 'LOCAL_QUORUM', write: 'LOCAL_QUORUM', keepsTokens: true },
];
const LONG: readonly Pair[] = [
  { read: 'ONE', write: 'ONE', keepsTokens: false },
  { read: 'QUORUM', write: 'QUORUM', keepsTokens: true },
];

/** Codes that are redeemed in each state of the cluster. */
const CODES = 12;
/** What is asked at once when everybody is back. */
const AT_ONCE = 8;
/** Milliseconds in which it is answered when everybody is back. */
const SAID_WITHIN_MS = 120_000;

const uncut = whyNotCutOff();

/** One node after the other crashes, hangs, is cut off, leaves, and comes back; there are always two of three. */
async function everythingHappens(cluster: CassandraCluster, load: Load): Promise<void> {
  await load.more(CODES);
  await cluster.end(1, 'SIGKILL');
  // Before the others take it for dead, and after.
  await load.more(2 * CODES);
  await cluster.restart(1);
  await cluster.settled();
  await load.more(CODES);
  cluster.pause(2);
  await load.more(2 * CODES);
  cluster.resume(2);
  await cluster.settled();
  await load.more(CODES);
  if (uncut === null) {
    cluster.cutOff(3);
    await load.more(2 * CODES);
    cluster.reconnect(3);
    await cluster.settled();
    await load.more(CODES);
  }
  await cluster.end(3, 'SIGTERM');
  await load.more(CODES);
  await cluster.restart(3);
  await cluster.settled();
  await load.more(CODES);
}

/** How many of these are active, asked of both servers. */
async function countActive(servers: Parameters<typeof startLoad>[0], tokens: readonly string[]): Promise<number> {
  const client = new Client();
  /** Until somebody says: a crowded machine may be late for the limits of a server, and no answer is not a no. */
  const isActive = async (server: StartedServer, token: string): Promise<boolean> => {
    const end = performance.now() + SAID_WITHIN_MS;
    for (;;) {
      const active = await client.isActive(server, token);
      if (active !== null) return active;
      if (performance.now() > end) throw new Error('Nobody says whether a token is active.');
      await sleep(500);
    }
  };
  let count = 0;
  for (let from = 0; from < tokens.length; from += AT_ONCE) {
    const some = tokens.slice(from, from + AT_ONCE);
    const answers = await Promise.all(some.map((token, index) => isActive(servers[index % 2 ? 1 : 0], token)));
    count += answers.filter(Boolean).length;
  }
  client.close();
  return count;
}

const cluster = await cassandraCluster({ nodes: 3, separable: uncut === null });

if (!cluster.available) test('nodes of Cassandra that fail', (context) => context.skip(cluster.reason));
else {
  const { value } = cluster;
  afterAll(() => value.close());
  const pairs = process.env['TEST_CASSANDRA_LONG'] === '1' ? [...ALWAYS, ...LONG] : ALWAYS;

  test('one of the nodes can be cut off the network', (context) => {
    if (uncut !== null) context.skip(uncut);
  });

  describe('two servers and three nodes, one of which crashes, hangs, is cut off, leaves and comes back', () => {
    for (const { read, write, keepsTokens } of pairs)
      it(`[AX-188] [AX-193] [SEC-2] [SEC-110] at ${read}/${write} nothing is redeemed twice and nothing revoked lives${keepsTokens ? ', and no answered token is lost' : ''}`, {
        timeout: 1_800_000,
      }, async () => {
        const { servers, close } = await twoServers(value, `fail_${read}_${write}`.toLowerCase(), { read, write });
        try {
          const load = startLoad(servers);
          try {
            await everythingHappens(value, load);
          } finally {
            await load.stop();
            for (const node of [1, 2, 3]) {
              value.resume(node);
              value.reconnect(node);
            }
          }
          const { seen, violations, kept, ended } = load;

          // Everybody is back: what is there now is what there is.
          const lost = kept.length - (await countActive(servers, kept));
          const endedActive = await countActive(servers, ended);
          process.stdout.write(
            `${read}/${write}: ${JSON.stringify({ ...seen, ...violations, answered: kept.length, lost, endedActive })}\n`,
          );
          expect(violations).toEqual({ usedTwice: 0, aliveAfterRevocation: 0 });
          expect(endedActive).toBe(0);
          if (keepsTokens) expect(lost).toBe(0);
          // It was a load, and most of it went on.
          expect(seen.revoked).toBeGreaterThan(3);
        } finally {
          await close();
        }
      });
  });
}
