import { describe, expect, it } from 'vitest';
import { asOAuthError } from '../oauth/error-response.ts';
import { createMemoryStore, type MemoryStore } from '../store/memory-store.test-support.ts';
import type { Register } from '../store/records.ts';
import {
  everyScript,
  type ScheduledStore,
  type Script,
  scheduleStore,
  type View,
} from '../store/scheduled-store.test-support.ts';
import { grantKey, keyOf, parseRefreshToken } from '../tokens/handle.ts';
import { authorizationCode } from './authorization-code.ts';
import { decide } from './decide.ts';
import { readGrant } from './grant.ts';
import type { GrantHandler } from './grant-handler.ts';
import { refreshToken } from './refresh-token.ts';
import { aClient, aCode, aForm, aRequest, aWorld, type World } from './world.test-support.ts';

type Body = Readonly<Record<string, unknown>>;

const call = (world: World, handler: GrantHandler, form: Record<string, string>): Promise<Body> =>
  decide(world.context, handler, {
    client: aClient(),
    form: aForm(form),
    now: world.time.now,
    request: aRequest(),
    proof: undefined,
  });
const redeem = (world: World, code: string): Promise<Body> =>
  call(world, authorizationCode, { code, redirect_uri: 'https://client.example/cb' });
const refresh = (world: World, token: string, scope?: string): Promise<Body> =>
  call(world, refreshToken, { refresh_token: token, ...(scope ? { scope } : {}) });

interface Arena {
  readonly memory: MemoryStore;
  readonly scheduled: ScheduledStore;
  /** The way in that prepares and looks. */
  readonly quiet: World;
}

function arena(script: Script, faults: number): Arena {
  const memory = createMemoryStore();
  return { memory, scheduled: scheduleStore(memory, script, faults), quiet: aWorld({ store: memory }) };
}

/** One racing request: a world of its own over the scheduled store. */
function racer({ scheduled }: Arena): View & { readonly world: World } {
  const view = scheduled.view();
  return Object.assign(view, { world: aWorld({ store: view.store }) });
}

const outcome = (result: PromiseSettledResult<Body>): string =>
  result.status === 'fulfilled' ? 'ok' : asOAuthError(result.reason).code;
const isLive = async ({ memory }: Arena, body: Body): Promise<boolean> =>
  (await memory.find('access_token', keyOf('access_token', String(body['access_token']))))?.revoked === null;
const liveTokens = async ({ memory }: Arena): Promise<number> => {
  let live = 0;
  for (const key of memory.tokens.keys()) if ((await memory.find('access_token', key))?.revoked === null) live++;
  return live;
};
const familyRevoked = async ({ memory }: Arena, token: string): Promise<boolean> => {
  const parsed = parseRefreshToken(token);
  const register = parsed && (await memory.find('grant', grantKey(parsed.family)));
  return register?.revoked != null;
};

for (const [faults, what] of [
  [0, 'every order of the store calls'],
  [1, 'every order, with one unknown or late outcome'],
] as const) {
  describe(what, () => {
    it('[SEC-2] [SEC-6] two redemptions of one code give at most one set of tokens', async () => {
      await everyScript(async (script) => {
        const a = arena(script, faults);
        const code = await aCode(a.quiet);
        const racers = [racer(a), racer(a)];
        const results = await a.scheduled.run(
          racers.map(
            ({ world }) =>
              () =>
                redeem(world, code),
          ),
        );
        const seen = results.map(outcome).sort().join();
        if (a.scheduled.faults.length === 0) {
          expect(seen).toBe('invalid_grant,ok');
          // The loser is a second use, however close: the family ends (RFC 6749 4.1.2).
          expect(await liveTokens(a)).toBe(0);
        } else {
          expect(seen).not.toBe('ok,ok');
          expect(
            results.map(outcome).every((o) => ['ok', 'invalid_grant', 'temporarily_unavailable'].includes(o)),
          ).toBe(true);
        }
        // SEC-111: a redemption that may have been applied, and was overtaken, accuses nobody.
        for (const [i, { faulted }] of racers.entries())
          if (faulted.includes('write'))
            expect(outcome(results[i] as PromiseSettledResult<Body>)).not.toBe('invalid_grant');
        await a.scheduled.late();
        expect(await liveTokens(a)).toBeLessThanOrEqual(1);
        if (seen === 'invalid_grant,ok') expect(await liveTokens(a)).toBe(0);
      });
    });

    it('[SEC-1] two refreshes of one token get one answer, and nobody is logged out', async () => {
      await everyScript(async (script) => {
        const a = arena(script, faults);
        const first = await redeem(a.quiet, await aCode(a.quiet));
        const token = String(first['refresh_token']);
        const results = await a.scheduled.run(
          [racer(a), racer(a)].map(
            ({ world }) =>
              () =>
                refresh(world, token),
          ),
        );
        await a.scheduled.late();
        expect(await familyRevoked(a, token)).toBe(false);
        const answers = results.filter((r) => r.status === 'fulfilled').map((r) => JSON.stringify(r.value));
        expect(new Set(answers).size).toBeLessThanOrEqual(1);
        if (a.scheduled.faults.length === 0) expect(answers).toHaveLength(2);
        for (const r of results) if (r.status === 'rejected') expect(outcome(r)).toBe('temporarily_unavailable');
        // Whoever got no answer asks again and is served: the chain goes on, once.
        const again = await refresh(a.quiet, token);
        expect(await isLive(a, again)).toBe(true);
        expect(await isLive(a, await refresh(a.quiet, String(again['refresh_token'])))).toBe(true);
      });
    });

    it('[SEC-110] [SEC-145] a refresh beside a revocation leaves no live token', async () => {
      await everyScript(async (script) => {
        const a = arena(script, faults);
        const first = await redeem(a.quiet, await aCode(a.quiet));
        const token = String(first['refresh_token']);
        const family = grantKey((parseRefreshToken(token) as NonNullable<ReturnType<typeof parseRefreshToken>>).family);
        const [client, admin] = [racer(a).world, racer(a).world];
        const results = await a.scheduled.run<unknown>([
          () => refresh(client, token),
          () => admin.context.store.revoke({ grants: [family] }, admin.time.now, 'test'),
        ]);
        await a.scheduled.late();
        if (results[1]?.status === 'fulfilled') expect(await liveTokens(a)).toBe(0);
        await expect(refresh(a.quiet, token)).rejects.toMatchObject({ code: 'invalid_grant' });
      });
    });

    it('a refresh that was overtaken twice after it read its token as current accuses nobody', async () => {
      let overtaken = 0;
      await everyScript(async (script) => {
        const a = arena(script, faults);
        const token = String((await redeem(a.quiet, await aCode(a.quiet)))['refresh_token']);
        const [slow, quick] = [racer(a), racer(a)];
        const results = await a.scheduled.run([
          () => refresh(slow.world, token),
          async () => refresh(quick.world, String((await refresh(quick.world, token))['refresh_token'])),
        ]);
        await a.scheduled.late();
        const readAsCurrent =
          slow.first?.kind === 'grant' && readGrant(slow.first as Register).state.refresh?.generation === 1;
        if (readAsCurrent) {
          expect(await familyRevoked(a, token)).toBe(false);
          if (results[0]?.status === 'rejected') {
            overtaken++;
            expect(outcome(results[0])).toBe('temporarily_unavailable');
          }
        }
        expect([...a.memory.registers.values()].filter((r) => r.kind === 'grant')).toHaveLength(1);
      });
      expect(overtaken).toBeGreaterThan(0);
    });
  });
}

it('[SEC-1] three refreshes of one token get one answer in every order', async () => {
  const runs = await everyScript(async (script) => {
    const a = arena(script, 0);
    const first = await redeem(a.quiet, await aCode(a.quiet));
    const token = String(first['refresh_token']);
    const racers = [racer(a), racer(a), racer(a)];
    const results = await a.scheduled.run(
      racers.map(
        ({ world }) =>
          () =>
            refresh(world, token),
      ),
    );
    expect(new Set(results.map((r) => (r.status === 'fulfilled' ? JSON.stringify(r.value) : outcome(r)))).size).toBe(1);
    expect(await familyRevoked(a, token)).toBe(false);
  });
  expect(runs).toBeGreaterThan(50);
});
