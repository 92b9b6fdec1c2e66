import { expect, it } from 'vitest';
import { asOAuthError } from '../oauth/error-response.ts';
import { createMemoryStore, type MemoryStore } from '../store/memory-store.test-support.ts';
import { keyOf } from '../tokens/handle.ts';
import { authorizationCode } from './authorization-code.ts';
import { decide } from './decide.ts';
import { readGrant } from './grant.ts';
import type { GrantHandler } from './grant-handler.ts';
import { refreshToken } from './refresh-token.ts';
import { aClient, aCode, aForm, aRequest, aWorld, NOON } from './world.test-support.ts';

/**
 * Every sequence of up to eight events on one sign-in, the real decisions beside a model of ten lines. States that
 * look alike are visited once, so that the sequences are few thousand and none is left out.
 */

const GRACE = 30_000;
const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
const EVENTS = [
  'redeem',
  'redeem wrongly',
  'refresh newest',
  'refresh previous',
  'refresh older',
  'lose an answer',
  'revoke',
  'past the grace',
  'past the refresh token',
] as const;
type Event = (typeof EVENTS)[number];

/** What must be: the whole of the rules in one screen. */
interface Model {
  readonly now: number;
  readonly code: 'fresh' | 'spent';
  readonly ended: boolean;
  readonly generation: number;
  readonly rotatedAt: number;
  readonly endsAt: number;
}

function expected(m: Model, event: Event): { outcome: 'ok' | 'same' | 'no'; next: Model } {
  const no = (next: Partial<Model> = {}) => ({ outcome: 'no' as const, next: { ...m, ...next } });
  const tokens = { generation: m.generation + 1, rotatedAt: m.now, endsAt: m.now + 43_200_000 };
  const ok = (next: Partial<Model> = {}) => ({ outcome: 'ok' as const, next: { ...m, ...tokens, ...next } });
  switch (event) {
    case 'redeem':
      if (m.code === 'spent') return no({ ended: true });
      return m.ended || m.now >= NOON + 600_000 ? no() : ok({ code: 'spent' });
    case 'redeem wrongly':
      return no(m.ended || m.now >= NOON + 600_000 ? {} : { code: 'spent' });
    case 'refresh newest':
    case 'lose an answer':
      return m.generation === 0 || m.ended || m.now >= m.endsAt ? no() : ok();
    case 'refresh previous':
      if (m.generation < 2 || m.ended) return no();
      return m.now < m.rotatedAt + GRACE ? { outcome: 'same', next: m } : no({ ended: true });
    case 'refresh older':
      return no(m.generation < 3 ? {} : { ended: true });
    case 'revoke':
      return no({ ended: true });
    case 'past the grace':
      return no({ now: m.now + GRACE });
    case 'past the refresh token':
      return no({ now: m.now + 43_200_000 });
  }
}

interface State {
  readonly model: Model;
  readonly memory: MemoryStore;
  readonly code: string;
  /** Every refresh token given out, oldest first, with the whole answer it came in. */
  readonly given: readonly Readonly<Record<string, unknown>>[];
}

async function apply({ code, given, memory, model }: State, event: Event) {
  const world = aWorld({ store: memory });
  world.time.now = model.now;
  const call = (handler: GrantHandler, form: Record<string, string>) =>
    decide(world.context, handler, {
      client: aClient(),
      form: aForm(form),
      now: model.now,
      request: aRequest(),
      proof: undefined,
    }).catch((error: unknown) => asOAuthError(error).code);
  const redeem = (code_verifier: string) =>
    call(authorizationCode, { code, redirect_uri: 'https://client.example/cb', code_verifier });
  const refresh = (back: number) => {
    const answer = given.at(-back);
    return answer ? call(refreshToken, { refresh_token: String(answer['refresh_token']) }) : 'nothing to send';
  };
  switch (event) {
    case 'redeem':
      return redeem(VERIFIER);
    case 'redeem wrongly':
      return redeem('x'.repeat(43));
    case 'refresh newest':
      return refresh(1);
    case 'lose an answer': {
      // The client asks, hears nothing, and asks again.
      const lost = await refresh(1);
      const again = await refresh(1);
      expect(again).toEqual(lost);
      return again;
    }
    case 'refresh previous':
      return refresh(2);
    case 'refresh older':
      return refresh(3);
    case 'revoke':
      await world.context.store.revoke({ grants: [...memory.registers.values()].map((r) => r.key) }, model.now, 'test');
      return 'revoked';
    default:
      return 'time passes';
  }
}

async function check(state: State, event: Event): Promise<State> {
  const memory = state.memory.fork();
  const answer = await apply({ ...state, memory }, event);
  const { next, outcome } = expected(state.model, event);
  if (outcome === 'no') expect(answer, event).toBeTypeOf('string');
  else expect(answer, event).toBeTypeOf('object');
  if (outcome === 'same') expect(JSON.stringify(answer)).toBe(JSON.stringify(state.given.at(-1)));
  const given = outcome === 'ok' && typeof answer === 'object' ? [...state.given, answer] : state.given;

  const register = [...memory.registers.values()].find((r) => r.kind === 'grant');
  const shown = register && (await memory.find('grant', register.key));
  if (!shown) throw new Error('The grant is gone.');
  expect(shown.revoked !== null).toBe(next.ended);
  const grant = readGrant(shown);
  expect(grant.state.refresh?.generation ?? 0).toBe(next.generation);
  expect(grant.state.code?.spentAt !== null).toBe(next.code === 'spent');
  for (const answered of given) {
    const token = await memory.find('access_token', keyOf('access_token', String(answered['access_token'])));
    expect(token?.revoked).toBe(next.ended ? 'grant' : null);
  }
  return { model: next, memory, code: state.code, given };
}

it('the decisions agree with the model in every sequence of up to eight events', async () => {
  const memory = createMemoryStore();
  const code = await aCode(aWorld({ store: memory }), {
    data: { challenge: { method: 'S256', value: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM' } },
  });
  const start: Model = { now: NOON, code: 'fresh', ended: false, generation: 0, rotatedAt: 0, endsAt: 0 };
  let states: State[] = [{ model: start, memory, code, given: [] }];
  const seen = new Set<string>([JSON.stringify(start)]);
  let checked = 0;
  for (let depth = 0; depth < 8; depth++) {
    const next: State[] = [];
    for (const state of states)
      for (const event of EVENTS) {
        const after = await check(state, event);
        checked++;
        const name = JSON.stringify(after.model);
        if (seen.has(name)) continue;
        seen.add(name);
        next.push(after);
      }
    states = next;
  }
  expect(checked).toBeGreaterThan(1_000);
});
