import { describe, expect, it } from 'vitest';
import { aGrant, aKey, anAttempt, aToken, MINUTE, SetClock } from './fixtures.test-support.ts';
import { type CacheStore, openStore } from './index.ts';

const clock = new SetClock();

/** A sign-in: session, grant, its code redeemed for a token, all over after a minute. */
async function login(store: CacheStore, owner: number): Promise<void> {
  const [now, sessionId] = [clock.at, aKey()];
  const life = { expiresAt: now + MINUTE, purgeAt: now + MINUTE };
  const subject = `owner-${owner}`;
  const grant = aGrant({ subject, sessionId, createdAt: now, ...life });
  await store.write({
    attempt: anAttempt(),
    add: [aGrant({ kind: 'session', key: sessionId, clientId: null, subject, createdAt: now, ...life }), grant],
  });
  await store.write({
    attempt: anAttempt(),
    change: { kind: 'grant', key: grant.key, from: 1, state: '{"v":1,"step":1}' },
    add: [aToken({ grantId: grant.key, subject, issuedAt: now, ...life })],
  });
}

/** At 100 000 and 10 000: the suite's cases 67, in cache-store.test.ts. */
describe('what is over leaves nothing behind', () => {
  it('every index is as large after 2 000 logins as after 200, and empty in the end', async () => {
    const store = await openStore({ clock });
    const sizes = new Set<number>();
    for (let done = 0; done < 2_000; done += 200) {
      for (let owner = 0; owner < 200; owner++) await login(store, done + owner);
      sizes.add(store.stats().indexEntries);
      clock.at += MINUTE;
      await store.sweep({ at: clock.at, batch: 10_000, budgetMs: 60_000 });
    }
    // A session by its owner and a grant by owner, client and session are each in an index and a set; one client, one kind of token.
    expect([...sizes]).toEqual([200 * (2 + 2 + 2 + 1) + 2]);
    const { registers, tokens, indexEntries } = store.stats();
    expect([registers.grant, registers.session, tokens, indexEntries]).toEqual([0, 0, 0, 0]);
    await store.close();
  });

  it('one family is one register over 2 000 refreshes, and the tokens past their end are gone', async () => {
    const store = await openStore({ clock });
    const grant = aGrant({ createdAt: clock.at, expiresAt: clock.at * 2, purgeAt: clock.at * 2 });
    await store.write({ attempt: anAttempt(), add: [grant] });
    const { indexEntries } = store.stats();
    for (let from = 1; from <= 2_000; from++) {
      const life = { issuedAt: clock.at, expiresAt: clock.at + MINUTE, purgeAt: clock.at + MINUTE };
      await store.write({
        attempt: anAttempt(),
        change: { kind: 'grant', key: grant.key, from, state: JSON.stringify({ v: 1, generation: from }) },
        add: [aToken({ grantId: grant.key, subject: 'owner', ...life })],
      });
      clock.at += MINUTE;
      if (from % 100 === 0) await store.sweep({ at: clock.at, batch: 1_000, budgetMs: 60_000 });
    }
    expect(store.stats()).toMatchObject({ tokens: 0, registers: { grant: 1 }, indexEntries });
    expect((await store.find('grant', grant.key))?.version).toBe(2_001);
    await store.close();
  });
});
