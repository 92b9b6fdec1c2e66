import type { NewRegister, NewToken } from '@gatehouse/core';
import type { Case } from '../case.ts';
import { asAdded, asIssued, newGrant, newRegister, newToken, REGISTER_KINDS } from '../fixtures/records.ts';

/** Contract 21, and what "counts as added" means: asking again is safe when nothing was lost, too. */
export const attempts: readonly Case[] = [
  {
    id: 'store-21-attempt-is-kept',
    promise: 'The winner’s attempt is found with its state; the next change replaces it, a revocation does not.',
    async run(t) {
      const grant = newGrant(t);
      const [added, first, second] = [t.attempt(), t.attempt(), t.attempt()];
      await t.store.write({ attempt: added, add: [grant] });
      const seen = async (): Promise<unknown> => {
        const found = t.present(await t.store.find('grant', grant.key), 'the grant');
        return [found.version, found.attempt, found.state];
      };
      t.same(await seen(), [1, added, grant.state], 'after the addition');
      const change = { kind: 'grant', key: grant.key } as const;
      await t.store.write({ attempt: first, change: { ...change, from: 1, state: '{"v":1,"step":1}' } });
      t.same(await seen(), [2, first, '{"v":1,"step":1}'], 'after the first change');
      await t.store.write({ attempt: second, change: { ...change, from: 2, state: '{"v":1,"step":2}' } });
      t.same(await seen(), [3, second, '{"v":1,"step":2}'], 'after the second change');
      t.same(
        await t.store.write({ attempt: t.attempt(), change: { ...change, from: 1, state: '{}' } }),
        'outdated',
        'a stale change',
      );
      t.same(await seen(), [3, second, '{"v":1,"step":2}'], 'after an outdated change');
      await t.store.revoke({ grants: [grant.key] }, t.now(), 'test');
      t.same(await seen(), [4, second, '{"v":1,"step":2}'], 'after the revocation');
    },
  },
  {
    id: 'store-21-repeated-change',
    promise:
      'A write whose attempt the register carries is `written` again and applied once, also elsewhere, in parallel, and after the grant was revoked.',
    async run(t) {
      const other = await t.sibling();
      const grant = newGrant(t);
      await t.store.write({ attempt: t.attempt(), add: [grant] });
      const token = newToken(t, grant.key);
      const attempt = t.attempt();
      const write = {
        attempt,
        change: { kind: 'grant', key: grant.key, from: 1, state: '{"v":1,"step":1}' },
        add: [token],
      } as const;
      const after = { ...asAdded(grant, attempt), version: 2, state: write.change.state };
      t.same(await t.store.write(write), 'written', 'the first time');
      t.same(await t.store.write(write), 'written', 'the second time');
      t.same(await other.write(write), 'written', 'the third time, elsewhere');
      const answers = await t.raceAll(
        Array.from({ length: 20 }, (_, index) => async (gate) => {
          await gate.pass();
          return (index % 2 === 0 ? t.store : other).write(write);
        }),
      );
      t.same(new Set(answers), new Set(['written']), '20 more, in parallel');
      t.same(await t.store.find('grant', grant.key), after, 'the grant after all of them');
      t.same(await t.token(token.key), asIssued(token), 'the token after all of them');

      await t.store.revoke({ token: token.key }, t.now(), 'test');
      t.same(await t.store.write(write), 'written', 'once more, after the token was revoked');
      t.same(await t.endOf(token.key, 'token'), 'token', 'the revoked token after that');
      await t.store.revoke({ grants: [grant.key] }, t.now(), 'test');
      const ended = await t.store.find('grant', grant.key);
      t.same(await t.store.write(write), 'written', 'once more, after the grant was revoked');
      t.same(await t.store.find('grant', grant.key), ended, 'the revoked grant after that');
    },
  },
  {
    id: 'store-21-overtaken-change',
    promise:
      'A write that was overtaken by another change is outdated (or a conflict with its own additions) when it is repeated, and adds nothing again.',
    async run(t) {
      const grant = newGrant(t);
      await t.store.write({ attempt: t.attempt(), add: [grant] });
      const change = { kind: 'grant', key: grant.key } as const;
      const token = newToken(t, grant.key);
      const first = { attempt: t.attempt(), change: { ...change, from: 1, state: '{"v":1,"step":1}' }, add: [token] };
      await t.store.write(first);
      const last = t.attempt();
      await t.store.write({ attempt: last, change: { ...change, from: 2, state: '{"v":1,"step":2}' } });
      try {
        t.same(await t.store.write(first), 'outdated', 'the first write, repeated after the second');
      } catch (error) {
        // Its additions are there, too, and either may be said.
        await t.refused(() => Promise.reject(error), 'conflict', 'the first write, repeated after the second');
      }
      const found = t.present(await t.store.find('grant', grant.key), 'the grant');
      t.same([found.version, found.attempt, found.state], [3, last, '{"v":1,"step":2}'], 'the grant after that');
      t.same(await t.token(token.key), asIssued(token), 'the token of the first write');
    },
  },
  {
    id: 'store-21-parallel-first-tries',
    promise: 'Of one write that is sent 20 times at once, all are told `written`, and it is applied once.',
    async run(t) {
      const instances = [t.store, await t.sibling()];
      for (let round = 0; round < t.scaled(20, 3); round++) {
        const grant = newGrant(t);
        await t.store.write({ attempt: t.attempt(), add: [grant] });
        const token = newToken(t, grant.key);
        const change = { kind: 'grant', key: grant.key, from: 1, state: '{"v":1,"step":1}' } as const;
        const write = { attempt: t.attempt(), change, add: [token] };
        const addition = { attempt: t.attempt(), add: [newGrant(t), newToken(t, null)] };
        for (const each of [write, addition]) {
          const answers = await t.raceAll(
            Array.from({ length: 20 }, (_, index) => async (gate) => {
              await gate.pass();
              return (instances[index % 2] ?? t.store).write(each);
            }),
          );
          t.same(new Set(answers), new Set(['written']), 'what 20 senders of one write were told');
        }
        const found = t.present(await t.store.find('grant', grant.key), 'the grant');
        t.same([found.version, found.attempt], [2, write.attempt], 'the grant after them');
        t.same(await t.token(token.key), asIssued(token), 'the token after them');
      }
    },
  },
  {
    id: 'store-21-equal-addition',
    promise:
      'An addition alone that is there already, equal in all that the store does not fill in, counts as added, whatever its attempt; nothing moves.',
    async run(t) {
      const first = t.attempt();
      for (const kind of REGISTER_KINDS) {
        const register = newRegister(t, kind, { sessionId: t.key() });
        await t.store.write({ attempt: first, add: [register] });
        t.same(await t.store.write({ attempt: first, add: [register] }), 'written', `the same ${kind}, same attempt`);
        t.same(await t.store.write({ attempt: t.attempt(), add: [register] }), 'written', `an equal ${kind}`);
        t.same(await t.store.find(kind, register.key), asAdded(register, first), `the ${kind} after that`);
      }
      const grant = newGrant(t);
      const token = newToken(t, grant.key);
      await t.store.write({ attempt: first, add: [grant, token] });
      t.same(await t.store.write({ attempt: first, add: [grant, token] }), 'written', 'a grant with its token, again');
      t.same(await t.store.write({ attempt: t.attempt(), add: [token] }), 'written', 'its token alone, again');
      t.same(await t.token(token.key), asIssued(token), 'the token after that');
      await t.store.revoke({ token: token.key }, t.now(), 'test');
      t.same(await t.store.write({ attempt: t.attempt(), add: [token] }), 'written', 'the token, after its revocation');
      t.same(await t.endOf(token.key, 'token'), 'token', 'the revoked token after that');
      await t.store.revoke({ grants: [grant.key] }, t.now(), 'test');
      const ended = await t.store.find('grant', grant.key);
      t.same(await t.store.write({ attempt: t.attempt(), add: [grant] }), 'written', 'the grant, after its revocation');
      t.same(await t.store.find('grant', grant.key), ended, 'the revoked grant after that');
    },
  },
  {
    id: 'store-21-unequal-addition',
    promise: 'One that differs in any field from what is there, or that meets what was changed since, is a conflict.',
    async run(t) {
      const grant = newGrant(t, { sessionId: t.key() });
      const token = newToken(t, grant.key);
      const attempt = t.attempt();
      await t.store.write({ attempt, add: [grant, token] });
      const grants: readonly Partial<NewRegister>[] = [
        { clientId: 'client-two' },
        { clientId: null },
        { subject: 'owner-two' },
        { subject: null },
        { sessionId: t.key() },
        { sessionId: null },
        { createdAt: grant.createdAt + 1 },
        { expiresAt: grant.expiresAt + 1 },
        { purgeAt: grant.purgeAt + 1 },
        { data: `${grant.data} ` },
        { state: `${grant.state} ` },
        { state: null },
      ];
      for (const members of grants) {
        const add = [{ ...grant, ...members }];
        const what = `a grant with another ${Object.keys(members).join()}`;
        await t.refused(() => t.store.write({ attempt, add }), 'conflict', what);
      }
      const tokens: readonly Partial<NewToken>[] = [
        { grantId: t.key() },
        { clientId: 'client-two' },
        { subject: 'owner-two' },
        { scope: ['write', 'read'] },
        { scope: ['read'] },
        { scope: ['read', 'write', 'admin'] },
        { audience: [] },
        { issuedAt: token.issuedAt + 1 },
        { expiresAt: token.expiresAt + 1 },
        { purgeAt: token.purgeAt + 1 },
        { data: `${token.data} ` },
      ];
      for (const members of tokens) {
        const add = [{ ...token, ...members }];
        const what = `a token with another ${Object.keys(members).join()}`;
        await t.refused(() => t.store.write({ attempt, add }), 'conflict', what);
      }
      t.same(await t.store.find('grant', grant.key), asAdded(grant, attempt), 'the grant after all of them');
      t.same(await t.token(token.key), asIssued(token), 'the token after all of them');

      const change = { kind: 'grant', key: grant.key, from: 1, state: '{"v":1,"step":1}' } as const;
      await t.store.write({ attempt: t.attempt(), change });
      await t.refused(() => t.store.write({ attempt, add: [grant] }), 'conflict', 'a grant that was changed since');
      const beside = { kind: 'grant', key: grant.key, from: 2, state: '{"v":1,"step":2}' } as const;
      await t.refused(
        () => t.store.write({ attempt: t.attempt(), change: beside, add: [token] }),
        'conflict',
        'an equal token that comes beside a change',
      );
      t.same((await t.store.find('grant', grant.key))?.version, 2, 'the version after that');
    },
  },
  {
    id: 'store-21-half-there',
    promise:
      'Additions of which one is there, equal, end together: all there and `written`, or (where atomic) a conflict and none.',
    async run(t) {
      const there = newToken(t, null);
      const fresh = newToken(t, null);
      await t.store.write({ attempt: t.attempt(), add: [there] });
      let answer = 'conflict';
      try {
        answer = await t.store.write({ attempt: t.attempt(), add: [there, fresh] });
      } catch (error) {
        await t.refused(() => Promise.reject(error), 'conflict', 'one that is there and one that is not');
      }
      t.same(await t.token(there.key), asIssued(there), 'the one that was there');
      await t.settle();
      if (answer === 'written') t.same(await t.token(fresh.key), asIssued(fresh), 'the other, after `written`');
      else if (t.atomic)
        t.same(await t.store.find('access_token', fresh.key), undefined, 'the other, after a conflict');
    },
  },
];
