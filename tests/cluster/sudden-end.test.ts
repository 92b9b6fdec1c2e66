import type { StartedServer, TestDatabase } from '@gatehouse/testkit';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Cluster, openCluster, patientStore } from './cluster.ts';
import { authorizedCode, isActive, post, refreshOf, type Tokens, tokensFor } from './requests.ts';
import { migratedDatabase, NEWEST, onEach } from './servers.ts';

const CLIENTS = 12;
const PASSWORD = { grant_type: 'password', username: 'sampleuser', password: 'changeme' };

await onEach(NEWEST, '[AX-168] a server process that is ended suddenly', (server) => {
  let database: TestDatabase;
  let cluster: Cluster;
  let survivor: StartedServer;
  let victim: StartedServer;
  beforeAll(async () => {
    database = await migratedDatabase(server);
    // A retry comes within the grace, however long a crowded machine takes to it.
    cluster = await openCluster({ store: patientStore(database.url), refresh: { graceSeconds: 300 } });
    survivor = await cluster.start();
  });
  beforeEach(async () => {
    victim = await cluster.start();
    cluster.balancer.target([victim.port, survivor.port]);
  });
  /** Grants that ended because a used code or refresh token came a second time. */
  const ended = async (): Promise<number> =>
    (await survivor.output()).split('all that its sign-in gave has ended').length - 1;
  afterAll(async () => {
    await cluster?.close();
    await database?.drop();
  });

  test('between the code and the token request: the other one redeems the code, once', async () => {
    cluster.balancer.target([victim.port]);
    const code = await authorizedCode(cluster.url);
    await cluster.kill(victim);
    cluster.balancer.target([victim.port, survivor.port]);

    const tokens = await tokensFor(cluster.url, code);
    expect(await isActive(cluster.url, tokens)).toBe(true);
    expect(await post(cluster.url, 'token', code)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    // A code that came twice ends what it gave, whoever had answered it.
    expect(await isActive(cluster.url, tokens)).toBe(false);
    expect(await ended()).toBe(1);
  });

  test('between the lost answer of a refresh and its retry: the other one gives the same answer again', async () => {
    const before = await ended();
    const tokens = await tokensFor(cluster.url, await authorizedCode(cluster.url));
    cluster.balancer.target([victim.port]);
    const losing = cluster.balancer.loseNextAnswer();
    await expect(post(cluster.url, 'token', refreshOf(tokens))).rejects.toThrow('fetch failed');
    const lost = await losing;
    expect(lost).toMatchObject({ port: victim.port, status: 200 });
    await cluster.kill(victim);
    cluster.balancer.target([victim.port, survivor.port]);

    const again = await tokensFor(cluster.url, refreshOf(tokens));
    const { access_token, refresh_token } = JSON.parse(lost.body) as Tokens;
    expect(again).toMatchObject({ access_token, refresh_token });
    expect(await isActive(cluster.url, again)).toBe(true);
    const next = await tokensFor(cluster.url, refreshOf(again));
    expect(await isActive(cluster.url, next)).toBe(true);
    expect(await ended()).toBe(before);
  });

  test('amid a storm of refreshes: clients repeat what was not answered, and none is logged out', async () => {
    const honest = await Promise.all(Array.from({ length: CLIENTS }, () => tokensFor(cluster.url, PASSWORD)));
    const before = await ended();
    let over = false;
    let lost = 0;
    /** Repeats what was not answered, as clients do; a refusal is the end of its session. */
    const refreshing = async (start: Tokens): Promise<Tokens> => {
      let tokens = start;
      while (!over) {
        const answer = await post(cluster.url, 'token', refreshOf(tokens)).catch(() => null);
        if (answer === null) lost++;
        else if (answer.status !== 503) {
          expect(answer).toMatchObject({ status: 200 });
          tokens = answer.body as unknown as Tokens;
        }
      }
      return tokens;
    };
    const storm = Promise.all(honest.map(refreshing));
    const answered = (): number => [...cluster.balancer.answered.values()].reduce((sum, count) => sum + count, 0);
    const untilAnswered = async (more: number): Promise<void> => {
      const wanted = answered() + more;
      while (answered() < wanted) await new Promise((resolve) => setImmediate(resolve));
    };
    await untilAnswered(CLIENTS * 4);
    // Stopped amid what it does, so that it ends while every client waits for its answer.
    process.kill(victim.pid, 'SIGSTOP');
    await expect.poll(() => cluster.balancer.waiting.get(victim.port)).toBe(CLIENTS);
    await cluster.kill(victim);
    await untilAnswered(CLIENTS * 4);
    over = true;
    const last = await storm;
    expect(lost).toBeGreaterThanOrEqual(CLIENTS);
    for (const [index, tokens] of last.entries()) {
      expect(await isActive(survivor.url, tokens)).toBe(true);
      expect(tokens.access_token).not.toBe(honest[index]?.access_token);
      await tokensFor(survivor.url, refreshOf(tokens));
    }
    expect(await ended()).toBe(before);
  });
});
