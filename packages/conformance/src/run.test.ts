import { StoreError } from '@gatehouse/core';
import { describe, expect, it } from 'vitest';
import type { Case } from './case.ts';
import type { StoreTarget } from './harness.ts';
import { port, sharedByProcesses } from './needs.ts';
import { REFERENCE_CAPABILITIES, ReferenceStore } from './reference/reference-store.ts';
import { ReferenceMemory } from './reference/tables.ts';
import { isFailure, type Result, runCase, runConformance } from './run.ts';
import type { Trial } from './trial.ts';

function target(more: Partial<StoreTarget> = {}): StoreTarget {
  const memory = new ReferenceMemory();
  return {
    name: 'reference',
    capabilities: REFERENCE_CAPABILITIES,
    open: ({ namespace }) => new ReferenceStore(memory, namespace),
    ...more,
  };
}

function aCase(run: (trial: Trial) => Promise<void>, more: Partial<Case> = {}): Case {
  return { id: 'store-99-example', promise: 'An example holds.', run, ...more };
}

const kept = aCase(async (t) => void t.same(1, 1, 'one'));
const broken = aCase(async (t) => {
  t.same({ a: 1 }, { a: 2 }, 'the first thing');
  t.holds(false, 'the second thing');
});

describe('running a case', () => {
  it('keeps the promise', async () => {
    expect(await runCase(kept, target())).toMatchObject({ outcome: 'kept', violations: [], reason: null });
  });

  it('notes every violation as a value with the promise, and goes on', async () => {
    const { outcome, violations } = await runCase(broken, target());
    expect(outcome).toBe('broken');
    expect(violations).toEqual([
      {
        caseId: 'store-99-example',
        promise: 'An example holds.',
        what: 'the first thing',
        expected: '{"a":2}',
        seen: '{"a":1}',
      },
      expect.objectContaining({ what: 'the second thing' }),
    ]);
  });

  it('lets a time pass wholly, by the clock of the callers, where the waiting ends early', async () => {
    const patient = aCase(async (t) => {
      const began = t.now();
      await t.pass(20);
      t.holds(t.now() - began >= 20, 'all of the 20 ms', t.now() - began);
    });
    const hasty = target({ advance: () => Promise.resolve() });
    expect(await runCase(patient, hasty)).toMatchObject({ outcome: 'kept', violations: [] });
  });

  it('takes whatever is thrown, and a store that does not open, for a violation', async () => {
    const throwing = aCase(async () => Promise.reject(new RangeError('unexpected')));
    expect((await runCase(throwing, target())).violations).toMatchObject([{ seen: 'RangeError: unexpected' }]);
    const closed = target({ open: () => Promise.reject(new Error('no such host')) });
    expect(await runCase(kept, closed)).toMatchObject({
      outcome: 'broken',
      violations: [{ seen: 'Error: no such host' }],
    });
  });

  it('says what an unexpected error of a store says, its cause without what it quotes', async () => {
    const cause = new Error('Duplicate entry "secret" for key (owner-one)');
    const refusing = aCase(() => Promise.reject(new StoreError('unavailable', 'No connection.', { cause })));
    const seen = 'StoreError unavailable: No connection. (Error: Duplicate entry … for key …)';
    expect((await runCase(refusing, target())).violations).toMatchObject([{ seen }]);
  });

  it('ends a case that does not end', async () => {
    const endless = aCase(() => new Promise(() => undefined));
    expect(await runCase(endless, target({ caseMs: 20 }))).toMatchObject({
      outcome: 'broken',
      violations: [{ seen: 'Error: no end within 20 ms' }],
    });
  });

  it('skips for a capability or a port that is not there, and says which', async () => {
    const shared = aCase(async (t) => void t.holds(false, 'never run'), { needs: [sharedByProcesses] });
    const dumped = aCase(async (t) => void t.holds(false, 'never run'), { needs: [port('dump')] });
    expect(await runCase(shared, target())).toMatchObject({
      outcome: 'skipped',
      reason: 'the store belongs to one process',
    });
    expect(await runCase(dumped, target())).toMatchObject({
      outcome: 'skipped',
      reason: 'its author offers no port `dump`',
    });
  });

  it('runs what is known to fail, and fails when it does not', async () => {
    const knownFailures = { 'store-99-example': 'an old engine' };
    const known = await runCase(broken, target({ knownFailures }));
    expect([known.outcome, known.reason, isFailure(known)]).toEqual(['known', 'an old engine', false]);
    const mended = await runCase(kept, target({ knownFailures }));
    expect([mended.outcome, isFailure(mended)]).toEqual(['mended', true]);
  });

  it('closes every store of the case', async () => {
    const opened: ReferenceStore[] = [];
    const memory = new ReferenceMemory();
    const open: StoreTarget['open'] = ({ namespace }) => {
      const store = new ReferenceStore(memory, namespace);
      opened.push(store);
      return store;
    };
    await runCase(
      aCase(async (t) => void (await t.sibling())),
      target({ open, sibling: open }),
    );
    expect(opened).toHaveLength(2);
    for (const store of opened) await expect(store.ping()).rejects.toMatchObject({ kind: 'unavailable' });
  });
});

it('runs all cases in turn and counts the outcomes', async () => {
  const running = runConformance(
    [kept, broken, aCase(async () => undefined, { needs: [sharedByProcesses] })],
    target(),
  );
  const results: Result[] = [];
  let step = await running.next();
  for (; !step.done; step = await running.next()) results.push(step.value);
  expect(results.map(({ outcome }) => outcome)).toEqual(['kept', 'broken', 'skipped']);
  expect(step.value).toEqual({ kept: 1, broken: 1, skipped: 1, known: 0, mended: 0 });
});

it('looks once more when the bound is over, however long the machine took after the look before', async () => {
  const capabilities = {
    ...REFERENCE_CAPABILITIES,
    visibility: { registers: 'process', tokens: 'eventual', boundMs: 5 },
  } as const;
  const late = aCase(async (t) => {
    const until = performance.now() + 10;
    const look = async (): Promise<string> => {
      if (performance.now() >= until) return 'there';
      while (performance.now() < until);
      return 'absent';
    };
    t.same(await t.eventually(look, (seen) => seen === 'there'), 'there', 'what was seen last');
  });
  expect((await runCase(late, target({ capabilities }))).violations).toEqual([]);
});

it('fails a race whose racers never met', async () => {
  const lonely = aCase(async (t) => {
    await t.race([
      async (gate) => {
        await gate.pass();
        return 1;
      },
      async () => 2,
    ]);
  });
  expect((await runCase(lonely, target())).violations).toMatchObject([
    { what: 'the racers were under way at the same time' },
  ]);
});
