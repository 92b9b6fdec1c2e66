import { describe, expect, it } from 'vitest';
import { createMemoryStore, type MemoryStore } from '../store/memory-store.test-support.ts';
import type { Store } from '../store/store.ts';
import { StoreError, type StoreErrorKind } from '../store/store-error.ts';
import { type AssertionWorld, anAssertionWorld, idpJwt, robotJwt, withApp } from './assertions.test-support.ts';

const USED = { status: 400, body: { error: 'invalid_grant' } };
const LATER = { status: 503, body: { error: 'temporarily_unavailable' } };
const TOKEN = { status: 200, body: { access_token: expect.any(String) } };
/** Longer than the guard goes on repeating. */
const ALWAYS = Number.POSITIVE_INFINITY;

type Call = 'once' | 'write';
interface Trouble {
  readonly kind: StoreErrorKind;
  /** How often it happens from now on. */
  times: number;
  /** Whether the store did what it was asked to, and only its answer was lost. */
  readonly applied: boolean;
}

/** A store in which one kind of call fails, as often as a test says. */
function aTroubledStore(): { memory: MemoryStore; store: Store; trouble: Partial<Record<Call, Trouble>> } {
  const memory = createMemoryStore();
  const trouble: Partial<Record<Call, Trouble>> = {};
  const troubled = async <T>(call: Call, work: () => Promise<T>): Promise<T> => {
    const now = trouble[call];
    if (!now || now.times <= 0) return work();
    now.times -= 1;
    if (now.applied) await work();
    throw new StoreError(now.kind, 'The store is in trouble.');
  };
  const store: Store = {
    ...memory,
    once: (...call) => troubled('once', () => memory.once(...call)),
    write: (write) => troubled('write', () => memory.write(write)),
  };
  return { memory, store, trouble };
}

describe('[SEC-127] an assertion is used up before its token is written, in a write of its own', () => {
  it('the token’s write fails: nobody has a token, and the same assertion is not good again, but a new one is', async () => {
    const { memory, store, trouble } = aTroubledStore();
    const world = anAssertionWorld({ store });
    const jwt = robotJwt();
    trouble.write = { kind: 'unavailable', times: ALWAYS, applied: false };
    const answer = await world.grant(jwt);
    expect(answer).toMatchObject(LATER);
    expect(answer.headers['Retry-After']).toBeDefined();
    expect(memory.tokens.size).toBe(0);

    delete trouble.write;
    expect(await world.grant(jwt)).toMatchObject(USED);
    expect(world.checks().at(-1)).toBe('assertion-unused');
    expect(await world.grant(robotJwt())).toMatchObject(TOKEN);
    expect(memory.tokens.size).toBe(1);
  });

  it('its own write fails, known not to be applied: the same assertion is good again', async () => {
    const { memory, store, trouble } = aTroubledStore();
    const world = anAssertionWorld({ store });
    const jwt = robotJwt();
    trouble.once = { kind: 'unavailable', times: 1, applied: false };
    expect(await world.grant(jwt)).toMatchObject(LATER);
    expect(memory.tokens.size).toBe(0);
    expect(await world.grant(jwt)).toMatchObject(TOKEN);
    expect(await world.grant(jwt)).toMatchObject(USED);
  });

  it.each([true, false])(
    'an outcome that is unknown is asked for again, and known then (applied: %s)',
    async (applied) => {
      for (const call of ['once', 'write'] as const) {
        const { memory, store, trouble } = aTroubledStore();
        const world = anAssertionWorld({ store });
        const jwt = robotJwt();
        trouble[call] = { kind: 'unknown_outcome', times: 2, applied };
        expect(await world.grant(jwt)).toMatchObject(TOKEN);
        expect(memory.tokens.size).toBe(1);
        expect(await world.grant(jwt)).toMatchObject(USED);
      }
    },
  );

  it('of 100 at once in a store that fails the one token there is to write: none', async () => {
    const { memory, store, trouble } = aTroubledStore();
    const world = anAssertionWorld({ store });
    const jwt = robotJwt();
    trouble.write = { kind: 'unavailable', times: 1, applied: false };
    const answers = await Promise.all(Array.from({ length: 100 }, () => world.grant(jwt)));
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array(99).fill(400), 503]);
    expect(memory.tokens.size).toBe(0);
  });
});

describe('nothing but the store stands between the use of an assertion and its token', () => {
  const good = async (world: AssertionWorld, jwt: string): Promise<void> => {
    expect(await world.grant(jwt, {}, withApp)).toMatchObject(TOKEN);
    expect(await world.grant(jwt, {}, withApp)).toMatchObject(USED);
  };

  it('a hook’s veto leaves it unused', async () => {
    let veto: string | null = 'not now';
    const world = anAssertionWorld({ hooks: { mapAssertedSubject: () => 'ann', vetoIssue: () => veto } });
    const jwt = idpJwt();
    expect(await world.grant(jwt, {}, withApp)).toMatchObject({ body: { error: 'access_denied' } });
    veto = null;
    await good(world, jwt);
  });

  it('a certificate that its tokens need and that was not shown leaves it unused', async () => {
    const world = anAssertionWorld({ robot: { certificateBoundTokens: true } });
    const jwt = robotJwt();
    expect(await world.grant(jwt)).toMatchObject({ body: { error: 'invalid_request' } });
    expect(world.checks()).toEqual(['certificate-present']);
    const robot = world.clients.get('robot');
    if (robot) world.clients.set('robot', { ...robot, certificateBoundTokens: false });
    expect(await world.grant(jwt)).toMatchObject(TOKEN);
  });

  it('metadata that no store takes leaves it unused', async () => {
    let metadata = { x: 'x'.repeat(70_000) };
    const world = anAssertionWorld({ hooks: { mapAssertedSubject: () => 'ann', addMetadata: () => metadata } });
    const jwt = idpJwt();
    expect(await world.grant(jwt, {}, withApp)).toMatchObject({ body: { error: 'invalid_request' } });
    metadata = { x: 'x' };
    await good(world, jwt);
  });
});

describe('[SEC-125] whoever may not name owners learns nothing about them', () => {
  it.each([
    ['a client that may not', {}, (sub: string) => robotJwt({ sub }), {}],
    ['a forged signature', {}, (sub: string) => robotJwt({ sub, iss: 'https://idp.example' }), withApp],
    [
      'an issuer that does not list the client',
      { idp: { clients: ['other'] } },
      (sub: string) => idpJwt({ sub }),
      withApp,
    ],
  ])('%s: one answer, whether the owner is there and the scope is good or not', async (_, options, make, call) => {
    const world = anAssertionWorld({
      hooks: { mapAssertedSubject: ({ subject }) => subject?.value ?? null },
      ...options,
    });
    world.owners.set('locked', { subject: 'locked', username: 'locked', enabled: true, locked: true, claims: {} });
    const answers: unknown[] = [];
    for (const sub of ['ann', 'locked', 'nobody'])
      for (const scope of ['read', 'nothing-like-it']) answers.push(await world.grant(make(sub), { scope }, call));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]).toMatchObject(USED);
    expect(new Set(world.checks()).size).toBe(1);
  });

  it('whoever may asks no more by a bad scope than by a good one', async () => {
    const world = anAssertionWorld({ robot: { mayAssertOwners: true } });
    // Of an owner who is there either answer says so; of one who is not, neither says anything about the scope.
    expect(await world.grant(robotJwt({ sub: 'ann' }), { scope: 'bad' })).toMatchObject({
      body: { error: 'invalid_scope' },
    });
    expect(await world.grant(robotJwt({ sub: 'ann' }))).toMatchObject(TOKEN);
    expect(await world.grant(robotJwt({ sub: 'nobody' }), { scope: 'bad' })).toMatchObject(USED);
    expect(await world.grant(robotJwt({ sub: 'nobody' }))).toMatchObject(USED);
  });
});
