import { NEVER } from '@gatehouse/core';
import type { Case } from '../case.ts';
import { asAdded, asIssued, newGrant, newRegister, newToken, REGISTER_KINDS, SUBJECT } from '../fixtures/records.ts';
import { settableClock } from '../needs.ts';

const CENTURY = 100 * 31_557_600_000;

/** Contract 55 and 57: a life is only ever lengthened, everywhere at once, and ends for nobody else. */
export const lives: readonly Case[] = [
  {
    id: 'store-55-only-raised',
    promise: 'Of two ends the later counts, for `expiresAt` and `purgeAt` each by itself; one that is left out stays.',
    async run(t) {
      for (const kind of REGISTER_KINDS) {
        const now = t.now();
        const [one, two] = [now + 3_600_000, now + 7_200_000];
        const register = newRegister(t, kind, { expiresAt: one, purgeAt: one });
        await t.store.write({ attempt: t.attempt(), add: [register] });
        const steps = [
          [{ expiresAt: one - 1_000, purgeAt: two }, one, two],
          [{ purgeAt: two - 1_000 }, one, two],
          [{ expiresAt: one + 1_000 }, one + 1_000, two],
          [{ expiresAt: now - 1, purgeAt: now - 1 }, one + 1_000, two],
          [{}, one + 1_000, two],
          [{ expiresAt: two, purgeAt: two + 1 }, two, two + 1],
        ] as const;
        for (const [index, [life, expiresAt, purgeAt]] of steps.entries()) {
          const change = { kind, key: register.key, from: index + 1, state: `{"v":1,"step":${index}}`, ...life };
          t.same(await t.store.write({ attempt: t.attempt(), change }), 'written', `step ${index} of a ${kind}`);
          const found = t.present(await t.store.find(kind, register.key), `the ${kind}`);
          t.same([found.expiresAt, found.purgeAt], [expiresAt, purgeAt], `the ends of a ${kind} after step ${index}`);
        }
      }
    },
  },
  {
    id: 'store-55-emptying-may-lower',
    promise:
      'The change that empties sets the ends it names, lower ones too; what it leaves out stays; filling again raises only.',
    async run(t) {
      const now = t.now();
      const soon = now + t.ample;
      for (const kind of REGISTER_KINDS) {
        const register = newRegister(t, kind, { expiresAt: NEVER, purgeAt: NEVER });
        const { key } = register;
        await t.store.write({ attempt: t.attempt(), add: [register] });
        const ends = async (): Promise<unknown> => {
          const found = t.present(await t.store.find(kind, key), `the ${kind}`);
          return [found.expiresAt, found.purgeAt];
        };
        const lower = { kind, key, from: 1, state: null, expiresAt: soon, purgeAt: soon + 60_000 };
        await t.store.write({ attempt: t.attempt(), change: lower });
        t.same(await ends(), [lower.expiresAt, lower.purgeAt], `a ${kind}, emptied with lower ends`);
        await t.store.write({ attempt: t.attempt(), change: { kind, key, from: 2, state: null } });
        t.same(await ends(), [lower.expiresAt, lower.purgeAt], `a ${kind}, emptied once more without ends`);
        const fill = { kind, key, from: 3, state: '{}', expiresAt: soon - 1, purgeAt: soon + 120_000 };
        await t.store.write({ attempt: t.attempt(), change: fill });
        t.same(await ends(), [lower.expiresAt, fill.purgeAt], `a ${kind}, filled again`);
      }
    },
  },
  {
    id: 'store-55-ended-and-added-anew',
    promise: 'What had no end and was emptied with one is gone after it, without a trace: its key can be added anew.',
    async run(t) {
      const end = t.now() + t.unit;
      const registers = (['consent', 'client', 'client_epoch'] as const).map((kind) => newRegister(t, kind));
      await t.store.write({ attempt: t.attempt(), add: registers });
      for (const { kind, key } of registers) {
        const change = { kind, key, from: 1, state: null, expiresAt: end, purgeAt: end };
        t.same(await t.store.write({ attempt: t.attempt(), change }), 'written', `emptying a ${kind}`);
      }
      await t.pass(t.unit + t.lingering);
      await t.sweep();
      for (const register of registers) {
        const { kind, key } = register;
        const attempt = t.attempt();
        t.same(await t.store.find(kind, key), undefined, `a ${kind} after its end`);
        t.same(await t.store.write({ attempt, add: [register] }), 'written', `adding a ${kind} anew`);
        t.same(await t.store.find(kind, key), asAdded(register, attempt), `a ${kind} that was added anew`);
      }
    },
  },
  {
    id: 'store-55-lengthened-everywhere',
    promise:
      'What a change lengthens outlives its old end with all by which it is found: itself, every listing, its revocation.',
    async run(t) {
      const now = t.now();
      const sessionId = t.key();
      // Long enough for a busy machine to have lengthened all of them before.
      const life = { expiresAt: now + t.unit, purgeAt: now + 15 * t.unit };
      const longer = { expiresAt: now + 3_600_000, purgeAt: now + 3_660_000 };
      const grant = newGrant(t, { ...life, sessionId });
      const consent = newRegister(t, 'consent', life);
      const session = newRegister(t, 'session', life);
      const client = newRegister(t, 'client', life);
      await t.store.write({ attempt: t.attempt(), add: [grant, consent, session, client] });
      for (const { kind, key } of [grant, consent, session, client])
        await t.store.write({ attempt: t.attempt(), change: { kind, key, from: 1, state: '{"v":1}', ...longer } });
      await t.pass(life.purgeAt - t.now() + t.lingering);
      await t.sweep();
      for (const { kind, key } of [grant, consent, session, client])
        t.same((await t.store.find(kind, key))?.purgeAt, longer.purgeAt, `a ${kind} after its old end`);
      const page = { limit: 10 };
      const client_ = grant.clientId ?? '';
      for (const [kind, by] of [
        ['grant', { subject: SUBJECT }],
        ['grant', { client: client_ }],
        ['grant', { session: sessionId }],
        ['consent', { subject: SUBJECT }],
        ['consent', { client: client_ }],
        ['session', { subject: SUBJECT }],
        ['client', {}],
      ] as const) {
        const { items } = await t.store.list(kind, by, page);
        const what = `each ${kind} by ${Object.keys(by).join() || 'nothing'} after its old end`;
        t.same(
          items.map(({ purgeAt }) => purgeAt),
          [longer.purgeAt],
          what,
        );
      }
      const token = newToken(t, grant.key);
      await t.store.write({ attempt: t.attempt(), add: [token] });
      t.same(await t.store.revoke({ grants: [grant.key] }, t.now(), 'test'), 1, 'revoking it after its old end');
      t.same(await t.endOf(token.key, 'grant'), 'grant', 'its token after that');
    },
  },
  {
    id: 'store-57-not-a-moment-early',
    promise:
      'A record survives any number of sweeps until `purgeAt` and, for callers whose clocks are behind, twice the tolerance more.',
    needs: [settableClock],
    async run(t) {
      const purgeAt = t.now() + 3_600_000;
      const registers = REGISTER_KINDS.map((kind) => newRegister(t, kind, { expiresAt: t.now(), purgeAt }));
      const token = newToken(t, null, { expiresAt: t.now(), purgeAt });
      await t.store.write({ attempt: t.attempt(), add: [...registers, token] });
      const last = purgeAt + 2 * t.capabilities.clockTolerance - t.capabilities.expiryStep;
      for (const at of [t.now(), purgeAt - t.capabilities.expiryStep, last, last, last]) {
        await t.pass(at - t.now());
        await t.sweep();
        for (const { kind, key } of registers)
          t.present(await t.store.find(kind, key), `a ${kind}, ${at - last} ms on`);
        t.present(await t.token(token.key), `a token, ${at - last} ms on`);
      }
      await t.pass(2 * t.capabilities.expiryStep);
      await t.sweep();
      for (const { kind, key } of registers) t.same(await t.store.find(kind, key), undefined, `a ${kind}, after`);
      t.same(await t.store.find('access_token', token.key), undefined, 'a token, after');
    },
  },
  {
    id: 'store-57-without-end',
    promise: 'What has no end survives a hundred years of sweeps, and what it depends on with it.',
    needs: [settableClock],
    async run(t) {
      const endless = { expiresAt: NEVER, purgeAt: NEVER };
      const registers = REGISTER_KINDS.map((kind) =>
        newRegister(t, kind, { ...endless, clientId: `client-of-${kind}` }),
      );
      const [grant] = registers;
      const token = newToken(t, grant?.key ?? null, endless);
      const attempt = t.attempt();
      await t.store.write({ attempt, add: [...registers, token] });
      for (let century = 1; century <= 2; century++) {
        await t.pass(CENTURY);
        await t.sweep();
      }
      for (const register of registers) {
        const found = await t.store.find(register.kind, register.key);
        t.same(found, asAdded(register, attempt), `a ${register.kind} without an end`);
      }
      t.same(await t.token(token.key), asIssued(token), 'a token without an end');
    },
  },
  {
    id: 'store-57-nobody-else',
    promise:
      'Removing the dead takes nothing with it that lives: not the grant, not the other tokens, not the owner’s other records.',
    async run(t) {
      const now = t.now();
      const short = { expiresAt: now + t.unit, purgeAt: now + t.unit };
      const grant = newGrant(t);
      const [dead, live] = [newToken(t, grant.key, short), newToken(t, grant.key)];
      const [deadAlone, liveAlone] = [newToken(t, null, short), newToken(t, null)];
      const deadGrant = newGrant(t, short);
      const others = (['session', 'consent', 'client'] as const).map((kind) => newRegister(t, kind));
      await t.store.write({
        attempt: t.attempt(),
        add: [grant, dead, live, deadAlone, liveAlone, deadGrant, ...others],
      });
      await t.pass(t.unit + t.lingering);
      await t.sweep();
      for (const { key } of [dead, deadAlone])
        t.same(await t.store.find('access_token', key), undefined, 'a dead token');
      t.same(await t.store.find('grant', deadGrant.key), undefined, 'a dead grant');
      t.same(await t.endOf(live.key, null), null, 'a live token of the same grant');
      t.same(await t.endOf(liveAlone.key, null), null, 'a live token of the same client');
      for (const { kind, key } of [grant, ...others]) t.present(await t.store.find(kind, key), `a live ${kind}`);
      const { items } = await t.store.list('grant', { subject: SUBJECT }, { limit: 10 });
      t.same(
        items.map(({ key }) => key),
        [grant.key],
        'the grants of the owner',
      );
    },
  },
];
