import {
  type Change,
  type Found,
  type Key,
  type Kind,
  type Store,
  StoreError,
  type Token,
  type TokenOf,
  type Write,
  type Written,
} from '@gatehouse/core';
import { expect, it } from 'vitest';
import { CASES } from '../cases.ts';
import { reasonToSkip, runCase } from '../run.ts';
import { targetOf } from '../saboteurs/catch.test-support.ts';
import { type Failing, NetworkedStore, networkedTarget } from './networked.test-support.ts';
import { ReferenceStore } from './reference-store.ts';
import { nameOf, type Row, type TokenRow } from './tables.ts';

/** Stores behind a wire that are wrong in what only such a store can be. */

class TakesAnyClock extends NetworkedStore {
  protected override checkClock(): void {}
}

class OpensAnything extends NetworkedStore {
  protected override checkBackend(): void {}
}

class MigratesTwice extends NetworkedStore {
  protected override async migrate(): Promise<void> {
    if (this.backend.schema === 'there') return;
    if (this.backend.schema === 'migrating') throw new Error('table "register" already exists');
    this.backend.schema = 'migrating';
    await Promise.resolve();
    this.backend.schema = 'there';
  }
}

class TakesALockForAnAnswer extends NetworkedStore {
  protected override async send<T>(text: string, locked: string, apply: () => Promise<T>): Promise<T> {
    try {
      return await super.send(text, locked, apply);
    } catch (error) {
      if (error instanceof StoreError && /lock/.test(error.message)) return 'outdated' as T;
      throw error;
    }
  }
}

class GivesUpOnADeadlock extends NetworkedStore {
  protected override async deadlocked<T>(): Promise<T> {
    throw new Error('deadlock detected');
  }
}

class AppliesTwiceOnADeadlock extends NetworkedStore {
  protected override async deadlocked<T>(attempt: () => Promise<T>): Promise<T> {
    await attempt();
    return attempt();
  }
}

class SaysWrittenWhenCut extends NetworkedStore {
  protected override async cut<T>(_: Failing, __: () => Promise<T>): Promise<T> {
    return 'written' as T;
  }
}

class AppliesWhatWasLost extends NetworkedStore {
  protected override async cut<T>(failing: Failing, attempt: () => Promise<T>): Promise<T> {
    return super.cut(failing.kind === 'lost' ? { kind: 'applied' } : failing, attempt);
  }
}

class BlamesTheRollBack extends NetworkedStore {
  protected override async cut<T>(failing: Failing, attempt: () => Promise<T>): Promise<T> {
    try {
      return await super.cut(failing, attempt);
    } catch {
      throw new StoreError('unknown_outcome', 'Lost.', { cause: new Error('ROLLBACK failed: no connection') });
    }
  }
}

class AsksForItsOwnWrite extends NetworkedStore {
  protected override change(write: Write, change: Change): Written {
    const answer = super.change(write, change);
    const row = this.register(change.kind, change.key);
    // The next one to ask, its owner included, finds nobody's attempt.
    if (answer === 'written' && row) this.put({ ...row, attempt: 'nobody' });
    return answer;
  }
}

class WaitsForEver extends NetworkedStore {
  protected override async reach(text: string, rows: number): Promise<void> {
    // Until its case has given it up and closes it: nothing of a test goes on after the test.
    for (; this.backend.hangs; await new Promise((resolve) => setTimeout(resolve, 20))) this.ready();
    await super.reach(text, rows);
  }
}

class ReadsTheWholeTable extends NetworkedStore {
  override async find<K extends Kind>(kind: K, key: Key): Promise<Found<K> | undefined> {
    const found = await super.find(kind, key);
    this.statements.push({ text: 'select *', rows: 0, prepared: false, index: null });
    return found;
  }
}

class AsksBeforeItLooks extends NetworkedStore {
  override async find<K extends Kind>(kind: K, key: Key): Promise<Found<K> | undefined> {
    await this.reach('select by what is no key', 0);
    return super.find(kind, key);
  }
}

class MarksEachToken extends NetworkedStore {
  override async revoke(...args: Parameters<Store['revoke']>): Promise<number> {
    const answer = await super.revoke(...args);
    const tokens = [...this.tables.rows.values()].filter(({ kind }) => kind === 'access_token');
    await this.reach('update tokens', tokens.length);
    return answer;
  }
}

class DeletesAllAtOnce extends NetworkedStore {
  override async sweep(options: Parameters<Store['sweep']>[0]): ReturnType<Store['sweep']> {
    await this.reach('delete everything dead', 1_000);
    return super.sweep(options);
  }
}

class SweepsByItsOwnClock extends NetworkedStore {
  override async sweep(options: Parameters<Store['sweep']>[0]): ReturnType<Store['sweep']> {
    return super.sweep({ ...options, at: options.at + 2 * this.capabilities.clockTolerance });
  }
}

class UsesByItsOwnClock extends NetworkedStore {
  override async once(...[space, nonce, , until, attempt]: Parameters<Store['once']>): Promise<boolean> {
    const at = this.opening.clock.now();
    // What "was used later" than now was, for this clock, not used.
    const name = JSON.stringify([space, nonce, 'used']);
    const used = this.tables.counters.get(name)?.ends ?? 0;
    this.tables.counters.set(name, { moments: [], ends: at });
    return used > at || super.once(space, nonce, at, until, attempt);
  }
}

class ForgetsAtRestart extends NetworkedStore {
  override beforeRestart(): void {
    this.tables.nonces.clear();
  }
}

class ComesBackFromAnOldSnapshot extends NetworkedStore {
  readonly #first = new Map<string, Row>();

  protected override put(row: Row): void {
    if (!this.#first.has(nameOf(row))) this.#first.set(nameOf(row), row);
    super.put(row);
  }

  override beforeRestart(): void {
    for (const [name, row] of this.#first) this.tables.rows.set(name, row);
  }
}

class LooksBeforeTheLock extends NetworkedStore {
  override async write(write: Write): Promise<Written> {
    const { attempt, change, add = [] } = write;
    const row = change && this.register(change.kind, change.key);
    if (!change || !row || row.version !== change.from) return super.write(write);
    return this.send<Written>('update', nameOf(change), async () => {
      for (const addition of add) this.insert(addition, attempt);
      this.put(this.changed(row, change, attempt));
      return 'written';
    });
  }
}

class StampsTheEpochAtTheLock extends NetworkedStore {
  protected override changed(...args: Parameters<NetworkedStore['changed']>) {
    return { ...super.changed(...args), epoch: this.epoch(args[0].clientId) };
  }
}

class AnswersBeforeItIsThere extends NetworkedStore {
  override async write(write: Write): Promise<Written> {
    if (write.change) void super.write(write).catch(() => undefined);
    return write.change ? 'written' : super.write(write);
  }
}

class CannotReadWhatWasBefore extends NetworkedStore {
  override async find<K extends Kind>(kind: K, key: Key): Promise<Found<K> | undefined> {
    const row = this.tables.rows.get(nameOf({ kind, key }));
    if (row && 'attempt' in row && row.attempt === 'previous') return undefined;
    return super.find(kind, key);
  }
}

class EndsWhatItSees extends NetworkedStore {
  protected override endUnseen(key: Key, of: TokenOf): boolean {
    return this.tables.rows.has(nameOf({ kind: 'access_token', key })) && super.endUnseen(key, of);
  }
}

/** Until when each end counts: of a back end, by the name that the store gives it. */
const firstEnds = new WeakMap<object, Map<string, number>>();

class KeepsTheFirstEnd extends NetworkedStore {
  protected override endUnseen(key: Key, of: TokenOf): boolean {
    const isFirst = super.endUnseen(key, of);
    if (isFirst) this.firsts.set(key, of.purgeAt);
    return isFirst;
  }

  protected override whyTokenEnded(row: TokenRow): Token['revoked'] {
    const until = this.firsts.get(row.key) ?? Number.POSITIVE_INFINITY;
    return this.opening.clock.now() < until ? super.whyTokenEnded(row) : null;
  }

  private get firsts(): Map<string, number> {
    const known = firstEnds.get(this.backend) ?? new Map<string, number>();
    firstEnds.set(this.backend, known);
    return known;
  }
}

class EndsForAnyClient extends NetworkedStore {
  protected override whyTokenEnded(row: TokenRow): Token['revoked'] {
    return [...this.backend.ends].some((end) => end.includes(row.key)) ? 'token' : super.whyTokenEnded(row);
  }
}

type Wire = Parameters<typeof networkedTarget>[0];

const CAUGHT: readonly (readonly [what: string, Wrong: typeof NetworkedStore, caughtBy: string, wire?: Wire])[] = [
  ['takes any clock', TakesAnyClock, 'store-13-clocks-too-far-apart'],
  ['opens anything', OpensAnything, 'store-49-refuses-to-open'],
  ['migrates twice', MigratesTwice, 'store-60-all-at-once'],
  ['takes a lock for an answer', TakesALockForAnAnswer, 'store-62-a-lock-is-no-answer'],
  ['gives up on a deadlock', GivesUpOnADeadlock, 'store-47-transient-errors'],
  ['applies twice on a deadlock', AppliesTwiceOnADeadlock, 'store-47-transient-errors'],
  ['says written when it was cut', SaysWrittenWhenCut, 'store-44-cut-connections'],
  ['applies what was lost', AppliesWhatWasLost, 'store-17-failed-change'],
  ['blames the roll-back', BlamesTheRollBack, 'store-48-the-first-cause'],
  ['does not know its own write', AsksForItsOwnWrite, 'store-64-own-retry'],
  ['waits for ever', WaitsForEver, 'store-46-never-for-ever'],
  ['reads the whole table', ReadsTheWholeTable, 'store-59-one-lookup'],
  ['asks before it looks', AsksBeforeItLooks, 'store-03-nothing-sent'],
  ['marks each token', MarksEachToken, 'store-30-same-cost'],
  ['deletes all at once', DeletesAllAtOnce, 'store-38-statements'],
  ['sweeps by its own clock', SweepsByItsOwnClock, 'store-58-two-clocks'],
  ['uses by its own clock', UsesByItsOwnClock, 'store-13-clocks-within-tolerance'],
  ['forgets at a restart', ForgetsAtRestart, 'store-45-restart-keeps-data'],
  ['comes back from an old snapshot', ComesBackFromAnOldSnapshot, 'store-45-restart-revives-nothing'],
  ['comes back from an old snapshot', ComesBackFromAnOldSnapshot, 'flow-restart'],
  ['looks before the lock', LooksBeforeTheLock, 'store-28-grant-forced-orders'],
  ['stamps the epoch at the lock', StampsTheEpochAtTheLock, 'store-28-client-forced-orders'],
  ['ends only what it sees', EndsWhatItSees, 'store-26-unseen-token', 'ordered'],
  ['ends for any client', EndsForAnyClient, 'store-26-unseen-token', 'ordered'],
  ['keeps the first end alone', KeepsTheFirstEnd, 'store-26-unseen-for-longer', 'ordered'],
  ['answers before it is there', AnswersBeforeItIsThere, 'store-66-winner-dies'],
  ['cannot read what was before', CannotReadWhatWasBefore, 'store-06-previous-schema'],
];

for (const [what, Wrong, caughtBy, wire = 'sql'] of CAUGHT)
  it(`a store that ${what} is caught by ${caughtBy}`, async () => {
    const of = CASES.find(({ id }) => id === caughtBy);
    if (!of) throw new TypeError('No such case.');
    expect((await runCase(of, { ...networkedTarget(wire, Wrong), caseMs: 3_000 })).outcome).toBe('broken');
  });

it('every case that the plain reference store skips has one that it catches', () => {
  const plain = targetOf({ id: 'plain', open: (memory, { namespace }) => new ReferenceStore(memory, namespace) });
  const caught = new Set(CAUGHT.map(([, , id]) => id));
  const skipped = CASES.filter((each) => reasonToSkip(each, plain) !== null);
  expect(skipped.filter(({ id }) => !caught.has(id)).map(({ id }) => id)).toEqual([]);
});
