import type { SweepReport } from '@gatehouse/core';
import type { Case } from '../case.ts';
import { KINDS } from '../fixtures/kinds.ts';
import { newGrant, newRegister, newToken, REGISTER_KINDS } from '../fixtures/records.ts';
import { port, sweeps } from '../needs.ts';
import { othersTurn } from '../trial.ts';

const total = ({ removed }: SweepReport): number => Object.values(removed).reduce((sum, count) => sum + count, 0);

/** Contract 37–40: removing the dead, in small steps, beside everything else. */
export const sweep: readonly Case[] = [
  {
    id: 'store-37-used-and-revoked-stay',
    promise: 'What was changed, emptied or revoked stays until its `purgeAt`, with its version and its marks.',
    async run(t) {
      const now = t.now();
      // Long past its expiry: a busy machine takes its time until it has looked.
      const life = { expiresAt: now + t.unit, purgeAt: now + 40 * t.unit };
      const [changed, emptied, revoked] = [newGrant(t, life), newGrant(t, life), newGrant(t, life)];
      const token = newToken(t, revoked.key, life);
      const marked = newToken(t, null, life);
      await t.store.write({ attempt: t.attempt(), add: [changed, emptied, revoked, token, marked] });
      const change = { kind: 'grant', key: changed.key, from: 1, state: '{"v":1,"step":1}' } as const;
      await t.store.write({ attempt: t.attempt(), change });
      await t.store.write({ attempt: t.attempt(), change: { ...change, key: emptied.key, state: null } });
      await t.store.revoke({ grants: [revoked.key] }, now, 'test');
      await t.store.revoke({ token: marked.key }, now, 'test');
      const seen = async (): Promise<unknown> => [
        await t.store.find('grant', changed.key),
        await t.store.find('grant', emptied.key),
        await t.store.find('grant', revoked.key),
        (await t.store.find('access_token', token.key))?.revoked,
        (await t.store.find('access_token', marked.key))?.revoked,
      ];
      await t.settle();
      const before = await seen();
      await t.pass(2 * t.unit);
      // Before their end, however long it took until here.
      const beforeEnd = Math.min(t.now(), life.purgeAt - t.unit);
      await t.sweep(beforeEnd);
      await t.sweep(beforeEnd);
      t.same(await seen(), before, 'all of them, expired and swept');
      await t.pass(life.purgeAt - t.now() + t.lingering);
      await t.sweep();
      t.same(await seen(), [undefined, undefined, undefined, undefined, undefined], 'all of them, past their end');
    },
  },
  {
    id: 'store-38-batches',
    promise:
      'A sweep whose signal is given, or whose time is over, ends within one batch and says that it is not complete.',
    needs: [sweeps],
    async run(t) {
      const life = { expiresAt: t.now(), purgeAt: t.now() };
      await t.add(Array.from({ length: 60 }, () => newToken(t, null, life)));
      await t.pass(t.lingering);
      const at = t.now();
      const stopped = await t.store.sweep({ at, batch: 10, budgetMs: 60_000, signal: AbortSignal.abort() });
      t.holds(total(stopped) <= 10, 'at most one batch after the signal', total(stopped));
      t.same(stopped.complete, false, 'complete, after the signal');
      const hurried = await t.store.sweep({ at, batch: 10, budgetMs: 0 });
      t.holds(total(hurried) <= 10, 'at most one batch without time', total(hurried));
      t.same(hurried.complete, false, 'complete, without time');
      let sum = total(stopped) + total(hurried);
      for (let round = 0; round < 60; round++) {
        const report = await t.store.sweep({ at, batch: 10, budgetMs: 60_000 });
        sum += total(report);
        if (report.complete) break;
        await othersTurn(report.removed);
      }
      // A sweep may serve other namespaces too.
      t.holds(sum >= 60, 'all 60 removed, in the end', sum);
    },
  },
  {
    id: 'store-38-statements',
    promise: 'No statement of a sweep removes more than a batch.',
    needs: [sweeps, port('trace')],
    async run(t) {
      const life = { expiresAt: t.now(), purgeAt: t.now() };
      await t.add(Array.from({ length: 95 }, () => newToken(t, null, life)));
      await t.add(Array.from({ length: 95 }, () => newGrant(t, life)));
      await t.pass(t.lingering);
      const tracing = await t.present(t.target.trace, 'the port')(t.store);
      for (;;) {
        const { complete, removed } = await t.store.sweep({ at: t.now(), batch: 10, budgetMs: 60_000 });
        if (complete) break;
        await othersTurn(removed);
      }
      const largest = Math.max(0, ...(await tracing.stop()).map(({ rows }) => rows));
      t.holds(largest <= 10, 'rows of the largest statement are at most a batch', largest);
    },
  },
  {
    id: 'store-39-sweepers-and-writers',
    promise:
      'Three sweepers at once beside writers: everything dead goes, nothing live goes, what was just lengthened neither, and nobody sees an error.',
    proves: ['SEC-118'],
    async run(t) {
      const instances = [t.store, await t.sibling(), await t.sibling()];
      const now = t.now();
      const short = { expiresAt: now + t.unit, purgeAt: now + t.unit };
      const dead = Array.from({ length: t.scaled(300, 60) }, () => newToken(t, null, short));
      const live = Array.from({ length: 50 }, () => newToken(t, null));
      const lengthened = Array.from({ length: 30 }, () => newGrant(t, short));
      await t.add([...dead, ...live, ...lengthened]);
      await t.pass(t.unit + t.lingering);
      const at = t.now();
      const fresh = Array.from({ length: 30 }, () => newGrant(t));
      const end = at + 3_600_000;
      const answers = await t.raceAll<unknown>([
        ...instances.map((store) => async (gate: { pass(): Promise<void> }) => {
          await gate.pass();
          for (let round = 0; round < 100; round++) {
            const { complete, removed } = await store.sweep({ at, batch: 20, budgetMs: 5_000 });
            if (complete) return;
            await othersTurn(removed);
          }
        }),
        ...lengthened.map(({ key }, index) => async (gate: { pass(): Promise<void> }) => {
          await gate.pass();
          const store = instances[index % instances.length] ?? t.store;
          const change = { kind: 'grant', key, from: 1, state: '{"v":1}', expiresAt: end, purgeAt: end } as const;
          return store.write({ attempt: t.attempt(), change });
        }),
        ...fresh.map((grant) => async (gate: { pass(): Promise<void> }) => {
          await gate.pass();
          await t.store.write({ attempt: t.attempt(), add: [grant] });
        }),
      ]);
      await t.sweep(at);
      for (const { key } of dead) t.same(await t.store.find('access_token', key), undefined, 'a dead token');
      for (const { key } of live) t.present(await t.token(key), 'a live token');
      for (const { key } of fresh) t.present(await t.store.find('grant', key), 'a grant added beside the sweep');
      for (const [index, { key }] of lengthened.entries()) {
        const found = await t.store.find('grant', key);
        const written = answers[instances.length + index] === 'written';
        t.same(
          found?.purgeAt,
          written ? end : undefined,
          `a grant whose lengthening was ${written ? '' : 'not '}written`,
        );
      }
    },
  },
  {
    id: 'store-40-report',
    promise:
      'A sweep reports what it removed per kind, `nonce` and `counter` too; the next one is complete without errors.',
    needs: [sweeps],
    async run(t) {
      const life = { expiresAt: t.now(), purgeAt: t.now() };
      await t.add([...REGISTER_KINDS.map((kind) => newRegister(t, kind, life)), newToken(t, null, life)]);
      await t.store.once('space', t.key(), t.now(), t.now() + 1, t.attempt());
      await t.store.count('counter', t.key(), t.now(), 1, 1);
      await t.pass(1 + t.lingering);
      const report = await t.store.sweep({ at: t.now(), batch: 100, budgetMs: 60_000 });
      // A sweep may serve other namespaces too, so there may be more than the one of this case.
      for (const kind of [...KINDS, 'nonce', 'counter'])
        t.holds((report.removed[kind] ?? 0) >= 1, `removed of ${kind}: at least one`, report.removed[kind]);
      t.same([report.complete, Object.keys(report.errors)], [true, []], 'complete, and errors');
      const again = await t.store.sweep({ at: t.now(), batch: 100, budgetMs: 60_000 });
      t.same([again.complete, Object.keys(again.errors)], [true, []], 'the next sweep');
    },
  },
];
