import { describe, expect, it } from 'vitest';
import type { ConsentPrompt, EndpointResponse } from '../endpoints/endpoint.ts';
import { endSession } from '../owner/session.ts';
import { createMemoryStore, type MemoryStore } from '../store/memory-store.test-support.ts';
import { everyScript, type ScheduledStore, type Script, scheduleStore } from '../store/scheduled-store.test-support.ts';
import type { Store } from '../store/store.ts';
import { answerOf, aSite, type Browser, CALLBACK, type Fields, type Site } from './browser.test-support.ts';
import { consentedScope, consentKey } from './consent.ts';
import { removeConsent } from './remove-consent.ts';

/** An owner in front of the consent page. */
interface Beginning {
  readonly memory: MemoryStore;
  readonly owner: Browser;
  readonly page: ConsentPrompt;
}

interface Arena extends Beginning {
  readonly scheduled: ScheduledStore;
  /** The way in that looks. */
  readonly quiet: Site;
  readonly sessionMayEnd: boolean;
}

async function begin(request: Fields = {}): Promise<Beginning> {
  const memory = createMemoryStore();
  const owner = aSite({ store: memory }).browser();
  return { memory, owner, page: await owner.toConsent(request) };
}

function arena(beginning: Beginning, script: Script, faults: number, sessionMayEnd = false): Arena {
  const memory = beginning.memory.fork();
  const scheduled = scheduleStore(memory, script, faults);
  return { ...beginning, memory, scheduled, quiet: aSite({ store: memory }), sessionMayEnd };
}

/** A server of its own over the scheduled store. */
function racer({ memory, scheduled, sessionMayEnd }: Arena): Site {
  const { store } = scheduled.view();
  // Reading what nobody changes has no order worth trying.
  const find: Store['find'] = (kind, key) =>
    kind === 'session' && !sessionMayEnd ? memory.find(kind, key) : store.find(kind, key);
  return aSite({ store: { ...store, find } });
}

/** The owner's browser, posting the page to a server of its own. */
function posts(a: Arena): () => Promise<EndpointResponse> {
  const browser = racer(a).browser();
  browser.owner = a.owner.owner;
  browser.strict = a.owner.strict;
  return () => browser.decide(a.page);
}

function removes(a: Arena): () => Promise<unknown> {
  const { context } = racer(a);
  return () => removeConsent(context, 'app', 'ann', 'trace-2').catch(() => undefined);
}

function signsOut(a: Arena): () => Promise<unknown> {
  const { context } = racer(a);
  return async () => {
    const [session] = (await a.memory.list('session', { subject: 'ann' }, { limit: 1 })).items;
    if (session) await endSession(context, session.key, a.quiet.time.now).catch(() => undefined);
  };
}

const consented = async ({ memory }: Arena): Promise<boolean> => {
  const scope = consentedScope(await memory.find('consent', consentKey('app', 'ann'))) ?? [];
  return scope.includes('read') && scope.includes('write');
};
const liveTokens = async ({ memory }: Arena): Promise<number> => {
  let live = 0;
  for (const key of memory.tokens.keys()) if ((await memory.find('access_token', key))?.revoked === null) live++;
  return live;
};
const redeems = async ({ quiet }: Arena, code: string): Promise<boolean> =>
  (await quiet.token({ grant_type: 'authorization_code', code, redirect_uri: CALLBACK })).status === 200;

/** What the client was told of the first request; empty where the request starts again. */
function told(results: readonly PromiseSettledResult<unknown>[]): Readonly<Record<string, string>> {
  const [first] = results;
  if (first?.status !== 'fulfilled') throw new Error('A request threw instead of answering.');
  const answer = answerOf(first.value as EndpointResponse);
  return answer['iss'] === undefined ? {} : answer;
}

for (const [faults, what] of [
  [0, 'every order of the store calls'],
  [1, 'every order, with one unknown or late outcome'],
] as const) {
  // Thousands of runs, on a machine that may have other work to do.
  describe(what, { timeout: 60_000 }, () => {
    it('a page that is posted twice at once is decided once', async () => {
      const beginning = await begin();
      await everyScript(async (script) => {
        const a = arena(beginning, script, faults);
        const results = await a.scheduled.run([posts(a), posts(a)]);
        await a.scheduled.late();
        const answers = [told(results), told(results.toReversed())];
        // One code, however often; or, overtaken while its own outcome was unknown, try again later.
        const codes = new Set(answers.flatMap(({ code }) => code ?? []));
        expect(codes.size).toBe(1);
        for (const answer of answers)
          expect('code' in answer || answer['error'] === 'temporarily_unavailable').toBe(true);
        if (faults === 0) expect(answers.every((answer) => 'code' in answer)).toBe(true);
        expect((await a.memory.list('grant', { client: 'app' }, { limit: 10 })).items).toHaveLength(1);
        expect(await redeems(a, [...codes][0] ?? '')).toBe(true);
      });
    });

    it('[SEC-14] [AX-166] a consent that is taken back while its page is decided leaves no code that works without it', async () => {
      const seen = new Set<string>();
      const beginning = await begin();
      await everyScript(async (script) => {
        const a = arena(beginning, script, faults);
        const results = await a.scheduled.run([posts(a), removes(a)]);
        await a.scheduled.late();
        const { code } = told(results);
        const works = code !== undefined && (await redeems(a, code));
        seen.add(`${works} ${await consented(a)}`);
        if (works) expect(await consented(a)).toBe(true);
      });
      // Both orders were among them.
      expect([...seen]).toEqual(expect.arrayContaining(['true true', 'false false']));
    });

    it('[SEC-14] [AX-166] nor a token of the implicit grant', async () => {
      const seen = new Set<string>();
      const beginning = await begin({ response_type: 'token' });
      await everyScript(async (script) => {
        const a = arena(beginning, script, faults);
        const results = await a.scheduled.run([posts(a), removes(a)]);
        await a.scheduled.late();
        seen.add(`${(await liveTokens(a)) > 0} ${await consented(a)}`);
        if ((await liveTokens(a)) > 0) expect(await consented(a)).toBe(true);
        else expect(told(results)['error'] ?? 'none').toMatch(/none|temporarily_unavailable/);
      });
      expect([...seen]).toEqual(expect.arrayContaining(['true true', 'false false']));
    });

    it('[SEC-9] who signs out while the page is decided gives no code that works', async () => {
      const beginning = await begin();
      await everyScript(async (script) => {
        const a = arena(beginning, script, faults, true);
        const results = await a.scheduled.run([posts(a), signsOut(a)]);
        await a.scheduled.late();
        const { code } = told(results);
        if (code !== undefined) expect(await redeems(a, code)).toBe(false);
      });
    });
  });
}

describe('the implicit answer', { timeout: 60_000 }, () => {
  it('[SEC-9] is not given where the session ended before it', async () => {
    let withheld = 0;
    const beginning = await begin({ response_type: 'token' });
    await everyScript(async (script) => {
      const a = arena(beginning, script, 0, true);
      let ended = false;
      const signOut = signsOut(a);
      const results = await a.scheduled.run([
        posts(a),
        async () => {
          await signOut();
          ended = true;
        },
      ]);
      expect(ended).toBe(true);
      const given = 'access_token' in told(results);
      // What was written and then not given is revoked.
      expect(await liveTokens(a)).toBe(given ? 1 : 0);
      if (!given && a.memory.tokens.size === 1) withheld++;
    });
    expect(withheld).toBeGreaterThan(0);
  });
});
