import { setTimeout as sleep } from 'node:timers/promises';
import type { Case } from '../case.ts';
import { asAdded, asIssued, CLIENT, newGrant, newRegister, newToken, SUBJECT } from '../fixtures/records.ts';
import { ownClock, port, settableClock } from '../needs.ts';

/** Contract 43, 58, 59, 61, 62 and 68: several nodes, connections and clocks before one store. */
export const nodes: readonly Case[] = [
  {
    id: 'store-43-one-consent',
    promise: 'Under 50 parallel saves an owner and a client have one consent, and no scope that was saved is lost.',
    async run(t) {
      const instances = [t.store, await t.sibling(), await t.sibling()];
      const key = t.key();
      const scopes = Array.from({ length: 50 }, (_, index) => `scope-${index}`);
      await t.raceAll(
        scopes.map((scope, index) => async (gate) => {
          await gate.pass();
          const store = instances[index % instances.length] ?? t.store;
          for (let round = 0; round < 200; round++) {
            const there = await store.find('consent', key);
            const saved = (JSON.parse(there?.state ?? '[]') as string[]) ?? [];
            // An earlier try whose outcome was unknown.
            if (saved.includes(scope)) return;
            const state = JSON.stringify([...saved, scope]);
            const attempt = t.attempt();
            try {
              const answer = there
                ? await store.write({ attempt, change: { kind: 'consent', key, from: there.version, state } })
                : await store.write({ attempt, add: [newRegister(t, 'consent', { key, state })] });
              if (answer === 'written') return;
            } catch (error) {
              const kinds = ['conflict', 'unknown_outcome'] as const;
              await t.refused(() => Promise.reject(error), kinds, 'a save that found another’s consent');
            }
            await sleep(Math.random() * 3);
          }
          t.present(undefined, 'an end of one save');
        }),
      );
      const found = t.present(await t.store.find('consent', key), 'the consent');
      t.same((JSON.parse(found.state ?? '[]') as string[]).sort(), [...scopes].sort(), 'the scopes of the consent');
      t.same(found.version, 50, 'its version');
      const { items } = await t.store.list('consent', { subject: SUBJECT, client: CLIENT }, { limit: 100 });
      t.same(items.length, 1, 'consents of the owner and the client');
    },
  },
  {
    id: 'store-58-two-clocks',
    promise:
      'Between nodes whose clocks differ as far as is allowed, single use, lives, removal and revocation are right.',
    needs: [ownClock, settableClock],
    async run(t) {
      const off = Math.min(10_000, Math.floor(t.capabilities.clockTolerance * 0.9));
      const ahead = await t.sibling({ clockOffset: off });
      const behind = await t.sibling({ clockOffset: -off });
      const now = t.now();
      const life = { expiresAt: now + t.unit, purgeAt: now + 2 * t.unit };
      const grant = newGrant(t, { createdAt: now + off, ...life });
      const token = newToken(t, grant.key, { issuedAt: now + off, ...life });
      const attempt = t.attempt();
      await ahead.write({ attempt, add: [grant, token] });
      t.same(await behind.find('grant', grant.key), asAdded(grant, attempt), 'a grant of the clock ahead');
      t.same(await t.token(token.key, { on: behind }), asIssued(token), 'a token of the clock ahead');
      const change = { kind: 'grant', key: grant.key, from: 1, state: '{"v":1,"step":1}' } as const;
      t.same(await behind.write({ attempt: t.attempt(), change }), 'written', 'the first change, behind');
      t.same(await ahead.write({ attempt: t.attempt(), change }), 'outdated', 'the second, ahead');
      const nonce = t.key();
      t.same(await ahead.once('s', nonce, now + off, now + t.unit, t.attempt()), true, 'a nonce, ahead');
      t.same(await behind.once('s', nonce, now - off, now + t.unit, t.attempt()), false, 'the nonce, behind');
      // The sweeper is ahead, and the one who reads behind still has the record's last moment.
      await ahead.sweep({ at: life.purgeAt + 2 * off - 1, batch: 100, budgetMs: 5_000 });
      t.present(await behind.find('grant', grant.key), 'the grant, in its last moment behind');
      t.present(await t.token(token.key, { on: behind }), 'the token, in its last moment behind');
      t.same(await ahead.revoke({ grants: [grant.key] }, now + off, 'test'), 1, 'revoking, ahead');
      t.same(await behind.revoke({ grants: [grant.key] }, now - off, 'test'), 0, 'revoking again, behind');
      t.same((await behind.find('grant', grant.key))?.revoked, { at: now + off, reason: 'test' }, 'the moment kept');
    },
  },
  {
    id: 'store-59-one-lookup',
    promise:
      'Finding by an unknown key is one prepared statement (one more where reads escalate), and what is found by one for each record it hangs on where nothing joins them, each by the index meant for it.',
    needs: [port('trace')],
    async run(t) {
      const trace = t.present(t.target.trace, 'the port');
      const unknown = t.capabilities.visibility.tokens === 'eventual' ? 2 : 1;
      // Without a join, what a record hangs on is looked up by its own key: its end, its grant, its client's epoch.
      const hangsOn = t.capabilities.additions === 'ordered' ? 3 : 0;
      const grant = newGrant(t);
      const token = newToken(t, grant.key);
      await t.store.write({ attempt: t.attempt(), add: [grant, token] });
      const calls = [
        ['a grant', 1 + hangsOn, () => t.store.find('grant', grant.key)],
        ['a token', unknown + hangsOn, () => t.store.find('access_token', token.key)],
        ['an unknown token', unknown, () => t.store.find('access_token', t.key())],
        ['an unknown grant', 1, () => t.store.find('grant', t.key())],
      ] as const;
      for (const [what, most, call] of calls) {
        const tracing = await trace(t.store);
        await call();
        const statements = await tracing.stop();
        t.holds(statements.length <= most, `finding ${what} takes at most ${most}`, statements.length);
        for (const { text, prepared, index } of statements) {
          t.holds(prepared, `finding ${what} is prepared`, text);
          t.holds(index !== null, `finding ${what} uses an index`, text);
        }
      }
      const tracing = await trace(t.store);
      const change = { kind: 'grant', key: grant.key, from: 1, state: '{"v":1}' } as const;
      await t.store.write({ attempt: t.attempt(), change, add: [newToken(t, grant.key)] });
      await t.store.revoke({ grants: [grant.key] }, t.now(), 'test');
      for (const { text, prepared } of await tracing.stop()) t.holds(prepared, 'a write is prepared', text);
    },
  },
  {
    id: 'store-61-seen-elsewhere',
    promise:
      'What is written, used or revoked through one node is so for every other at once, tokens within the stated bound.',
    proves: ['SEC-88', 'SEC-117'],
    async run(t) {
      const other = await t.sibling();
      for (let round = 0; round < t.scaled(50, 10); round++) {
        const [here, there] = round % 2 === 0 ? [t.store, other] : [other, t.store];
        const session = newRegister(t, 'session');
        const grant = newGrant(t);
        const token = newToken(t, grant.key);
        // Asked for before it is there, so that a cache in front has a chance to remember the absence.
        t.same(await there.find('grant', grant.key), undefined, 'a grant that is not there yet');
        const attempt = t.attempt();
        await here.write({ attempt, add: [session, grant, token] });
        t.same(await there.find('grant', grant.key), asAdded(grant, attempt), 'a grant, elsewhere');
        t.same(await t.token(token.key, { on: there }), asIssued(token), 'a token, elsewhere');
        const change = { kind: 'session', key: session.key, from: 1, state: '{"v":1,"seen":1}' } as const;
        t.same(await here.write({ attempt: t.attempt(), change }), 'written', 'a change of a session');
        t.same((await there.find('session', session.key))?.state, change.state, 'the changed session, elsewhere');
        await here.revoke({ grants: [grant.key] }, t.now(), 'test');
        t.holds((await there.find('grant', grant.key))?.revoked !== null, 'the revoked grant, elsewhere');
        t.same(await t.endOf(token.key, 'grant', there), 'grant', 'its token, elsewhere');
      }
    },
  },
  {
    id: 'store-62-a-lock-is-no-answer',
    promise:
      'A write or revocation that waits for a lock until its time is over is unavailable or unknown, never "nothing to do".',
    needs: [port('hold')],
    async run(t) {
      const hold = t.present(t.target.hold, 'the port');
      const grant = newGrant(t);
      await t.store.write({ attempt: t.attempt(), add: [grant] });
      const lock = await hold(t.opening(), 'grant', grant.key);
      const kinds = ['unavailable', 'timeout', 'unknown_outcome'] as const;
      const change = { kind: 'grant', key: grant.key, from: 1, state: '{"v":1,"step":1}' } as const;
      try {
        await t.refused(() => t.store.write({ attempt: t.attempt(), change }), kinds, 'a change behind a lock');
        await t.refused(
          () => t.store.revoke({ grants: [grant.key] }, t.now(), 'behind'),
          kinds,
          'a revocation behind a lock',
        );
      } finally {
        await lock.release();
      }
      const answer = await t.store.revoke({ grants: [grant.key] }, t.now(), 'afterwards');
      // What was sent away may be applied all the same, before this one at the latest: the reason says which of them counted.
      const { revoked } = t.present(await t.store.find('grant', grant.key), 'the grant');
      const reason = typeof revoked === 'object' ? revoked?.reason : revoked;
      t.same(reason, answer === 1 ? 'afterwards' : 'behind', 'why it is revoked once the lock is gone');
    },
  },
  {
    id: 'store-68-issue-and-revoke',
    promise:
      'Adding a token leaves the version of its grant alone, and 50 parallel additions and revocations on one grant surface no error.',
    async run(t) {
      const other = await t.sibling();
      const grant = newGrant(t);
      const attempt = t.attempt();
      await t.store.write({ attempt, add: [grant] });
      const tokens = Array.from({ length: 40 }, () => newToken(t, grant.key));
      for (const token of tokens.slice(0, 5)) await t.store.write({ attempt: t.attempt(), add: [token] });
      t.same(await t.store.find('grant', grant.key), asAdded(grant, attempt), 'the grant, after five tokens');
      const counts = await t.raceAll<unknown>([
        ...tokens.slice(5).map((token, index) => async (gate: { pass(): Promise<void> }) => {
          await gate.pass();
          return (index % 2 === 0 ? t.store : other).write({ attempt: t.attempt(), add: [token] });
        }),
        ...Array.from({ length: 10 }, (_, index) => async (gate: { pass(): Promise<void> }) => {
          await gate.pass();
          return (index % 2 === 0 ? t.store : other).revoke({ grants: [grant.key] }, t.now(), 'test');
        }),
        ...tokens.slice(0, 5).map(({ key }) => async (gate: { pass(): Promise<void> }) => {
          await gate.pass();
          return other.revoke({ token: key }, t.now(), 'test');
        }),
      ]);
      t.same(counts.filter((count) => count === 'written').length, 35, 'tokens that were added');
      t.same(counts.slice(35, 45).filter((count) => count === 1).length, 1, 'revocations of the grant that counted');
      for (const { key } of tokens) {
        const end = await t.endOf(key, 'whatever');
        t.holds(end !== null && end !== 'absent', 'each of its tokens is there and dead', end);
      }
    },
  },
];
