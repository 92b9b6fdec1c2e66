import type { ClientId, Instant, Key } from '@gatehouse/core';
import type { Case } from '../case.ts';
import { CLIENT, newGrant, newRegister, newToken } from '../fixtures/records.ts';
import { eventualTokens, port } from '../needs.ts';
import type { Trial } from '../trial.ts';

/** Milliseconds that a store may keep the end of a token for longer than was asked. */
const END_LINGERS = 8_000;

/** Contract 26, 27, 30, 56: a revocation hits what it names and all that hangs on it, once, and nothing else. */
export const revocation: readonly Case[] = [
  {
    id: 'store-26-one-token',
    promise:
      'Revoking a token marks that token and no other; the second time, or for an unknown one, it is a harmless 0.',
    async run(t) {
      const grant = newGrant(t);
      const [hit, spared, alone] = [newToken(t, grant.key), newToken(t, grant.key), newToken(t, null)];
      await t.store.write({ attempt: t.attempt(), add: [grant, hit, spared, alone] });
      t.same(await t.store.revoke({ token: hit.key }, t.now(), 'test'), 1, 'revoking a token');
      t.same(await t.store.revoke({ token: hit.key }, t.now(), 'test'), 0, 'revoking it again');
      t.same(await t.store.revoke({ token: t.key() }, t.now(), 'test'), 0, 'revoking an unknown token');
      t.same(await t.store.revoke({ token: grant.key }, t.now(), 'test'), 0, 'the key of a grant, as a token');
      t.same(await t.endOf(hit.key, 'token'), 'token', 'the revoked token');
      const { revoked: _, ...rest } = t.present(await t.token(hit.key), 'the revoked token');
      t.same(rest, hit, 'everything else of it');
      t.same(await t.endOf(spared.key, null), null, 'another token of the grant');
      t.same(await t.endOf(alone.key, null), null, 'a token without a grant');
      const found = t.present(await t.store.find('grant', grant.key), 'its grant');
      t.same([found.version, found.revoked], [1, null], 'its grant');
    },
  },
  {
    id: 'store-26-unseen-token',
    promise:
      'A token that was revoked before it could be seen is dead once it is seen; one that another client revoked so lives.',
    proves: ['SEC-12'],
    needs: [eventualTokens],
    async run(t) {
      const [hit, spared] = [newToken(t, null), newToken(t, null)];
      const { clientId, purgeAt } = hit;
      const end = { token: hit.key, of: { clientId, purgeAt } };
      t.same(await t.store.revoke(end, t.now(), 'test'), 1, 'revoking a token that is not there yet');
      t.same(await t.store.revoke(end, t.now(), 'test'), 0, 'revoking it again');
      const another = { clientId: `${clientId}-2` as ClientId, purgeAt };
      await t.store.revoke({ token: spared.key, of: another }, t.now(), 'test');
      await t.store.write({ attempt: t.attempt(), add: [hit, spared] });
      t.same(await t.endOf(hit.key, 'token'), 'token', 'the token, once it is there');
      t.same(await t.endOf(spared.key, null), null, 'a token that another client revoked before it was there');
    },
  },
  {
    id: 'store-26-unseen-for-longer',
    promise: 'Of two ends of a token that cannot be seen yet the one that lasts longer counts, whichever came first.',
    proves: ['SEC-12'],
    needs: [eventualTokens],
    async run(t) {
      const tokens = [newToken(t, null), newToken(t, null)];
      const brief = t.now() + t.unit;
      for (const [at, { key, clientId, purgeAt }] of tokens.entries()) {
        const [first, second] = at === 0 ? [brief, purgeAt] : [purgeAt, brief];
        const end = (until: Instant) =>
          t.store.revoke({ token: key, of: { clientId, purgeAt: until } }, t.now(), 'test');
        t.same([await end(first), await end(second)], [1, 0], 'revoking a token that is not there yet, twice');
      }
      await t.pass(t.unit + 2 * t.capabilities.clockTolerance + END_LINGERS);
      await t.store.write({ attempt: t.attempt(), add: tokens });
      for (const { key } of tokens) t.same(await t.endOf(key, 'token'), 'token', 'the token, once it is there');
    },
  },
  {
    id: 'store-26-named-grants',
    promise:
      'Revoking grants marks those that are named, with moment and reason, one version more each, and counts those it ended.',
    async run(t) {
      const [one, two, spared] = [newGrant(t), newGrant(t), newGrant(t)];
      await t.store.write({ attempt: t.attempt(), add: [one, two, spared] });
      const at = t.now();
      t.same(await t.store.revoke({ grants: [] }, at, 'none'), 0, 'revoking no grants');
      t.same(await t.store.revoke({ grants: [one.key] }, at, 'first'), 1, 'revoking one');
      const three = { grants: [one.key, two.key, t.key()] };
      t.same(await t.store.revoke(three, at + 5, 'second'), 1, 'one revoked already, one more, one unknown');
      t.same(await t.store.revoke(three, at + 9, 'third'), 0, 'the same three again');
      const seen = async (key: Key): Promise<unknown> => {
        const found = t.present(await t.store.find('grant', key), 'a grant');
        return [found.version, found.revoked, found.state];
      };
      t.same(await seen(one.key), [2, { at, reason: 'first' }, one.state], 'the first');
      t.same(await seen(two.key), [2, { at: at + 5, reason: 'second' }, two.state], 'the second');
      t.same(await seen(spared.key), [1, null, spared.state], 'the one that was not named');
      const many = Array.from({ length: 300 }, () => newGrant(t));
      await t.add(many);
      const keys = many.map(({ key }) => key);
      t.same(await t.store.revoke({ grants: keys }, at, 'many'), 300, 'revoking 300 at once');
    },
  },
  {
    id: 'store-26-only-grants',
    promise: 'Only grants are revoked: the keys of other registers, named as grants, stay as they are.',
    async run(t) {
      for (const kind of ['session', 'consent', 'client', 'client_epoch'] as const) {
        const register = newRegister(t, kind);
        await t.store.write({ attempt: t.attempt(), add: [register] });
        const before = await t.store.find(kind, register.key);
        t.same(
          await t.store.revoke({ grants: [register.key] }, t.now(), 'test'),
          0,
          `the key of a ${kind}, as a grant`,
        );
        t.same(await t.store.find(kind, register.key), before, `the ${kind}`);
      }
    },
  },
  {
    id: 'store-27-family-revoked',
    promise:
      'After its grant is revoked every token of it, older or newer, is revoked, and every change of it outdated; no other grant is touched.',
    async run(t) {
      const other = await t.sibling();
      const grant = newGrant(t);
      const same = newGrant(t);
      const tokens = Array.from({ length: 5 }, () => newToken(t, grant.key));
      const spared = newToken(t, same.key);
      await t.store.write({ attempt: t.attempt(), add: [grant, same, spared, ...tokens] });
      await t.store.write({
        attempt: t.attempt(),
        change: { kind: 'grant', key: grant.key, from: 1, state: '{"v":1,"step":1}' },
      });
      await t.store.revoke({ grants: [grant.key] }, t.now(), 'test');
      const newer = newToken(t, grant.key);
      await t.store.write({ attempt: t.attempt(), add: [newer] });
      for (const { key } of [...tokens, newer]) {
        t.same(await t.endOf(key, 'grant'), 'grant', 'a token of the revoked grant');
        t.same(await t.endOf(key, 'grant', other), 'grant', 'a token of the revoked grant, elsewhere');
      }
      for (const from of [1, 2, 3])
        for (const store of [t.store, other]) {
          const change = { kind: 'grant', key: grant.key, from, state: '{"v":1,"step":9}' } as const;
          t.same(
            await store.write({ attempt: t.attempt(), change }),
            'outdated',
            `a change of it from version ${from}`,
          );
        }
      t.same((await t.store.find('grant', same.key))?.revoked, null, 'another grant of the owner');
      t.same(await t.endOf(spared.key, null), null, 'a token of that other grant');
      const listed = await t.store.list('grant', { subject: grant.subject ?? '' }, { limit: 10 });
      const marks = new Map(listed.items.map(({ key, revoked }) => [key, revoked !== null]));
      t.same([marks.get(grant.key), marks.get(same.key)], [true, false], 'both grants, as they are listed');
    },
  },
  {
    id: 'store-27-orphans',
    promise: 'A token whose grant is not there is revoked as an orphan, and is none once the grant is there.',
    async run(t) {
      const grant = newGrant(t);
      const token = newToken(t, grant.key);
      await t.store.write({ attempt: t.attempt(), add: [token] });
      t.same(await t.endOf(token.key, 'orphan'), 'orphan', 'a token whose grant is not there');
      const session = newRegister(t, 'session', { key: grant.key });
      await t.store.write({ attempt: t.attempt(), add: [session] });
      t.same(await t.endOf(token.key, 'orphan'), 'orphan', 'while another kind has that key');
      await t.store.write({ attempt: t.attempt(), add: [grant] });
      t.same(await t.endOf(token.key, null), null, 'once its grant is there');
    },
  },
  {
    id: 'store-30-many-tokens',
    promise: 'A grant with 20 000 tokens is revoked by one call, and each of its tokens is dead at once.',
    proves: ['SEC-112'],
    async run(t) {
      const { grant, tokens } = await grantWith(t, t.scaled(20_000, 100));
      t.same(await t.store.revoke({ grants: [grant.key] }, t.now(), 'test'), 1, 'revoking it');
      for (const { key } of [tokens[0], tokens[Math.floor(tokens.length / 2)], tokens.at(-1)].filter(
        (token) => token !== undefined,
      ))
        t.same(await t.endOf(key, 'grant'), 'grant', 'one of its tokens');
    },
  },
  {
    id: 'store-30-same-cost',
    promise:
      'Revoking a grant with 20 000 tokens takes the same statements as one with two, and none touches more rows.',
    proves: ['SEC-112'],
    needs: [port('trace')],
    async run(t) {
      const trace = t.present(t.target.trace, 'the port');
      const cost = async (count: number): Promise<unknown> => {
        const { grant } = await grantWith(t, count);
        const tracing = await trace(t.store);
        await t.store.revoke({ grants: [grant.key] }, t.now(), 'test');
        return (await tracing.stop()).map(({ text, rows }) => [text, rows]);
      };
      t.same(await cost(t.scaled(20_000, 100)), await cost(2), 'the statements, and the rows of each');
    },
  },
  {
    id: 'store-56-again-moves-nothing',
    promise:
      'Revoking again moves neither the moment nor the reason of the first, nor the version; of two at once one counts.',
    async run(t) {
      const other = await t.sibling();
      for (let round = 0; round < t.scaled(50, 5); round++) {
        const grant = newGrant(t);
        const token = newToken(t, null);
        await t.store.write({ attempt: t.attempt(), add: [grant, token] });
        const counts = await t.raceAll(
          [t.store, other, t.store, other].map((store, index) => async (gate) => {
            await gate.pass();
            return [
              await store.revoke({ grants: [grant.key] }, t.now() + index, `racer ${index}`),
              await store.revoke({ token: token.key }, t.now() + index, `racer ${index}`),
            ] as const;
          }),
        );
        const sum = (which: 0 | 1): number => counts.reduce((total, count) => total + count[which], 0);
        t.same([sum(0), sum(1)], [1, 1], 'how many of four revocations of a grant and of a token counted');
        const first = t.present(await t.store.find('grant', grant.key), 'the grant');
        const again = await other.revoke({ grants: [grant.key] }, t.now() + 60_000, 'much later');
        t.same(again, 0, 'revoking it much later');
        t.same(await t.store.find('grant', grant.key), first, 'the grant after that');
      }
    },
  },
  {
    id: 'store-56-nothing-by-nothing',
    promise:
      'An empty or missing grant, token, subject, client or session is refused as `invalid`, and nothing is revoked or listed by it.',
    proves: ['SEC-113'],
    async run(t) {
      const grant = newGrant(t, { subject: null, sessionId: null });
      await t.store.write({ attempt: t.attempt(), add: [grant] });
      const now = t.now();
      for (const what of [{}, { grants: [''] }, { token: '' }, { grants: [undefined] }, { grants: [grant.key, ''] }])
        await t.refused(
          () => t.store.revoke(what as never, now, 'test'),
          'invalid',
          `revoking ${JSON.stringify(what)}`,
        );
      for (const by of [{}, { subject: '' }, { client: '' }, { session: '' }, { subject: undefined }])
        await t.refused(
          () => t.store.list('grant', by as never, { limit: 10 }),
          'invalid',
          `grants by ${JSON.stringify(by)}`,
        );
      for (const kind of ['consent', 'session'] as const)
        await t.refused(() => t.store.list(kind, {}, { limit: 10 }), 'invalid', `every ${kind}`);
      for (const members of [{ subject: '' }, { clientId: '' }]) {
        const add = [newGrant(t, members)];
        const what = `a grant with ${JSON.stringify(members)}`;
        await t.refused(() => t.store.write({ attempt: t.attempt(), add }), 'invalid', what);
      }
      const found = t.present(await t.store.find('grant', grant.key), 'the grant');
      t.same([found.version, found.revoked], [1, null], 'a grant of nobody, after all that');
      const listed = await t.store.list('grant', { client: CLIENT }, { limit: 10 });
      t.same(listed.items.length, 1, 'grants of the client');
    },
  },
];

async function grantWith(t: Trial, count: number) {
  const grant = newGrant(t);
  const tokens = Array.from({ length: count }, () => newToken(t, grant.key));
  await t.add([grant, ...tokens]);
  return { grant, tokens };
}
