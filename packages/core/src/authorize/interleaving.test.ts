import { describe, expect, it } from 'vitest';
import type { ConsentPrompt, EndpointResponse } from '../endpoints/endpoint.ts';
import { endSession } from '../owner/session.ts';
import { createMemoryStore, type MemoryStore } from '../store/memory-store.test-support.ts';
import { everyScript, type ScheduledStore, type Script, scheduleStore } from '../store/scheduled-store.test-support.ts';
import type { Store } from '../store/store.ts';
import { answerOf, aSite, type Browser, CALLBACK, type Fields, type Site } from './browser.test-support.ts';
import { consentedScope, consentKey } from './consent.ts';
import { removeConsent } from './remove-consent.ts';

/** Which store a server has, from script to script: making a server costs more than a whole run. */
interface Slot {
  store: Store;
}

function aServer(): { slot: Slot; site: Site } {
  const slot: Slot = { store: createMemoryStore() };
  const store = new Proxy(slot.store, { get: (_, name) => Reflect.get(slot.store, name) });
  return { slot, site: aSite({ store }) };
}

/** An owner in front of the consent page, and servers to race on. */
interface Beginning {
  readonly memory: MemoryStore;
  readonly owner: Browser;
  readonly page: ConsentPrompt;
  readonly quiet: ReturnType<typeof aServer>;
  readonly racing: readonly [ReturnType<typeof aServer>, ReturnType<typeof aServer>];
}

interface Arena {
  readonly memory: MemoryStore;
  readonly scheduled: ScheduledStore;
  /** The way in that looks. */
  readonly quiet: Site;
  readonly racing: readonly [Site, Site];
  readonly owner: Browser;
  readonly page: ConsentPrompt;
}

async function begin(request: Fields = {}): Promise<Beginning> {
  const memory = createMemoryStore();
  const owner = aSite({ store: memory }).browser();
  const page = await owner.toConsent(request);
  return { memory, owner, page, quiet: aServer(), racing: [aServer(), aServer()] };
}

function arena(
  { quiet, racing, ...beginning }: Beginning,
  script: Script,
  faults: number,
  sessionMayEnd = false,
): Arena {
  const memory = beginning.memory.fork();
  const scheduled = scheduleStore(memory, script, faults);
  quiet.slot.store = memory;
  for (const { slot } of racing) {
    const { store } = scheduled.view();
    // Reading what nobody changes has no order worth trying.
    const find: Store['find'] = (kind, key) =>
      kind === 'session' && !sessionMayEnd ? memory.find(kind, key) : store.find(kind, key);
    slot.store = { ...store, find };
  }
  return { ...beginning, memory, scheduled, quiet: quiet.site, racing: [racing[0].site, racing[1].site] };
}

/** The owner's browser, posting the page to one of the racing servers. */
function posts({ owner, page, racing }: Arena, server: 0 | 1 = 0): () => Promise<EndpointResponse> {
  const browser = racing[server].browser();
  browser.owner = owner.owner;
  browser.strict = owner.strict;
  return () => browser.decide(page);
}

function removes({ racing }: Arena): () => Promise<unknown> {
  return () => removeConsent(racing[1].context, 'app', 'ann', 'trace-2').catch(() => undefined);
}

function signsOut({ memory, quiet, racing }: Arena): () => Promise<unknown> {
  return async () => {
    const [session] = (await memory.list('session', { subject: 'ann' }, { limit: 1 })).items;
    if (session) await endSession(racing[1].context, session.key, quiet.time.now).catch(() => undefined);
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
  describe(what, () => {
    it('a page that is posted twice at once is decided once', async () => {
      const beginning = await begin();
      await everyScript(async (script) => {
        const a = arena(beginning, script, faults);
        const results = await a.scheduled.run([posts(a), posts(a, 1)]);
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

describe('the implicit answer', () => {
  it('[SEC-9] is not given where the session ended before it', async () => {
    let withheld = 0;
    const beginning = await begin({ response_type: 'token' });
    await everyScript(async (script) => {
      const a = arena(beginning, script, 0, true);
      let ended = false;
      const signOut = signsOut(a);
      const results = await a.scheduled.run<unknown>([
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
