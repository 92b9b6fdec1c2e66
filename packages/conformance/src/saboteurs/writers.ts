import { type Addition, type Change, checkWrite, StoreError, type Write, type Written } from '@gatehouse/core';

import { ReferenceStore } from '../reference/reference-store.ts';
import { nameOf, type RegisterRow } from '../reference/tables.ts';
import { type Saboteur, saboteur } from './saboteur.ts';

/** Stores that write wrongly: the version, the additions, the attempt. */

class ReadsThenWrites extends ReferenceStore {
  override async write(write: Write): Promise<Written> {
    this.ready();
    checkWrite(write);
    const { change, attempt, add = [] } = write;
    if (!change) return this.addAlone(write);
    const row = this.register(change.kind, change.key);
    if (row?.attempt === attempt) return 'written';
    if (!row || row.version !== change.from || row.ended) return 'outdated';
    if (add.some((addition) => this.has(addition))) throw this.conflict(change);
    // The moment in which somebody else reads the same version.
    await Promise.resolve();
    for (const addition of add) this.insert(addition, attempt);
    this.put(this.changed(row, change, attempt));
    return 'written';
  }
}

class AnswersWrittenAlways extends ReferenceStore {
  protected override change(write: Write, change: Change): Written {
    super.change(write, change);
    return 'written';
  }
}

class IgnoresTheVersion extends ReferenceStore {
  protected override change(write: Write, change: Change): Written {
    const from = this.register(change.kind, change.key)?.version ?? change.from;
    return super.change(write, { ...change, from });
  }
}

class TakesNewerVersions extends ReferenceStore {
  protected override change(write: Write, change: Change): Written {
    const version = this.register(change.kind, change.key)?.version ?? 0;
    return super.change(write, { ...change, from: Math.min(version, change.from) });
  }
}

class ChangesTheRevoked extends ReferenceStore {
  protected override change(write: Write, change: Change): Written {
    const row = this.register(change.kind, change.key);
    if (!row?.ended || row.version !== change.from || row.attempt === write.attempt) return super.change(write, change);
    for (const addition of write.add ?? []) this.insert(addition, write.attempt);
    this.put(this.changed(row, change, write.attempt));
    return 'written';
  }
}

class KeepsAdditionsOfALostChange extends ReferenceStore {
  protected override change(write: Write, change: Change): Written {
    const answer = super.change(write, change);
    for (const addition of write.add ?? []) if (!this.has(addition)) this.insert(addition, write.attempt);
    return answer;
  }
}

class AddsBeforeItLooks extends ReferenceStore {
  protected override addAlone(write: Write): Written {
    for (const addition of write.add ?? []) {
      if (this.has(addition) && !this.hasEqual(addition)) throw this.conflict(addition);
      if (!this.has(addition)) this.insert(addition, write.attempt);
    }
    return 'written';
  }
}

class ChangesBeforeItLooks extends ReferenceStore {
  protected override change(write: Write, change: Change): Written {
    const { add = [], attempt } = write;
    const answer = super.change({ attempt, change }, change);
    if (answer === 'outdated' || add.every((addition) => this.hasEqual(addition))) return answer;
    if (add.some((addition) => this.has(addition))) throw this.conflict(change);
    for (const addition of add) this.insert(addition, attempt);
    return answer;
  }
}

class SwallowsDuplicates extends ReferenceStore {
  protected override hasEqual(addition: Addition): boolean {
    return this.has(addition);
  }
}

class OverwritesDuplicates extends ReferenceStore {
  protected override addAlone(write: Write): Written {
    for (const addition of write.add ?? []) if (!this.hasEqual(addition)) this.insert(addition, write.attempt);
    return 'written';
  }
}

class AddsOverTheEmptied extends ReferenceStore {
  protected override addAlone(write: Write): Written {
    const { add = [], attempt } = write;
    for (const { kind, key } of add)
      if (kind !== 'access_token' && this.register(kind, key)?.state === null)
        this.tables.rows.delete(nameOf({ kind, key }));
    return super.addAlone({ attempt, add });
  }
}

class RefusesEqualAdditions extends ReferenceStore {
  protected override hasEqual(): boolean {
    return false;
  }
}

class TakesAnyAdditionOfTheAttempt extends ReferenceStore {
  protected override addAlone(write: Write): Written {
    const { add = [], attempt } = write;
    const other = add.filter(
      ({ kind, key }) => kind === 'access_token' || this.register(kind, key)?.attempt !== attempt,
    );
    return super.addAlone({ attempt, add: other });
  }
}

class AddsTheRevokedAgain extends ReferenceStore {
  protected override addAlone(write: Write): Written {
    const answer = super.addAlone(write);
    for (const addition of write.add ?? [])
      if (this.hasEqual(addition) && this.shown(this.tables.rows.get(nameOf(addition)) ?? fail()).revoked !== null)
        this.insert(addition, write.attempt);
    return answer;
  }
}

class AddsNothingBesideAnEqual extends ReferenceStore {
  protected override addAlone(write: Write): Written {
    if (write.add?.some((addition) => this.hasEqual(addition))) return 'written';
    return super.addAlone(write);
  }
}

class IgnoresTheAttempt extends ReferenceStore {
  protected override change({ attempt: _, ...write }: Write, change: Change): Written {
    // Its own, so that no register ever carries the caller's.
    return super.change({ ...write, attempt: crypto.randomUUID() }, change);
  }
}

class KeepsTheFirstAttempt extends ReferenceStore {
  protected override changed(row: RegisterRow, change: Change, attempt: string): RegisterRow {
    return { ...super.changed(row, change, attempt), attempt: row.attempt };
  }
}

class RemembersEveryAttempt extends ReferenceStore {
  static readonly #attempts = new Set<string>();

  protected override change(write: Write, change: Change): Written {
    const known = `${change.key} ${write.attempt}`;
    if (RemembersEveryAttempt.#attempts.has(known)) return 'written';
    const answer = super.change(write, change);
    if (answer === 'written') RemembersEveryAttempt.#attempts.add(known);
    return answer;
  }
}

class BringsBackTheRemoved extends ReferenceStore {
  protected override change(write: Write, change: Change): Written {
    const now = Date.now();
    if (!this.register(change.kind, change.key))
      this.put({
        kind: change.kind,
        key: change.key,
        clientId: null,
        subject: null,
        sessionId: null,
        createdAt: now,
        expiresAt: now,
        purgeAt: now,
        data: '',
        state: null,
        version: change.from,
        attempt: '',
        epoch: 0,
        ended: null,
      });
    return super.change(write, change);
  }
}

class WritesTheGrantOfEachToken extends ReferenceStore {
  protected override addAlone(write: Write): Written {
    const answer = super.addAlone(write);
    const [token] = write.add ?? [];
    const grant = token?.kind === 'access_token' && token.grantId && this.register('grant', token.grantId);
    if (grant && write.add?.length === 1) this.put({ ...grant, version: grant.version + 1 });
    return answer;
  }
}

class ThrowsWhatTheDriverThrew extends ReferenceStore {
  protected override conflict(): never {
    throw Object.assign(new Error('duplicate key value violates unique constraint'), { code: '23505' });
  }
}

class TellsTheKey extends ReferenceStore {
  protected override conflict({ key }: Change | Addition): StoreError {
    return new StoreError('conflict', 'A record to add is there already.', {
      cause: new Error(`Key (key)=(${key}) already exists.`),
    });
  }
}

function fail(): never {
  throw new TypeError('It was there a moment ago.');
}

export const WRITERS: readonly Saboteur[] = [
  saboteur('reads, then writes without the version', ReadsThenWrites, 'store-15-one-change-wins', [
    'store-28-grant-racing',
  ]),
  saboteur('answers written always', AnswersWrittenAlways, 'store-53-no-second-change', [
    'store-12-clock-steps-back',
    'store-14-outdated',
    'store-15-one-change-wins',
    'store-16-losers-add-nothing',
    'store-18-change-and-sweep',
    'store-42-stale-and-emptied',
    'store-42-removed-stays-removed',
    'store-21-attempt-is-kept',
    'store-21-overtaken-change',
    'store-27-family-revoked',
    'store-28-grant-in-turn',
    'store-28-grant-racing',
    'store-32-namespaces',
    'store-52-two-databases',
    'store-39-sweepers-and-writers',
  ]),
  saboteur('ignores the version', IgnoresTheVersion, 'store-14-outdated', [
    'store-12-clock-steps-back',
    'store-15-one-change-wins',
    'store-42-stale-and-emptied',
    'store-53-no-second-change',
    'store-54-late-change',
    'store-21-attempt-is-kept',
  ]),
  saboteur('takes a version that is yet to come', TakesNewerVersions, 'store-14-outdated'),
  saboteur('changes the revoked', ChangesTheRevoked, 'store-14-outdated', [
    'store-27-family-revoked',
    'store-28-grant-in-turn',
    'store-28-grant-racing',
  ]),
  saboteur('keeps the additions of a lost change', KeepsAdditionsOfALostChange, 'store-16-losers-add-nothing', [
    'store-14-outdated',
  ]),
  saboteur('adds one by one until it meets a conflict', AddsBeforeItLooks, 'store-07-additions-together', [
    'store-07-one-key-twice',
  ]),
  saboteur('changes, then finds a conflict', ChangesBeforeItLooks, 'store-05-conflict-changes-nothing', [
    'store-21-unequal-addition',
  ]),
  saboteur('swallows duplicates', SwallowsDuplicates, 'store-05-duplicate-is-a-conflict', [
    'store-07-additions-together',
    'store-42-stale-and-emptied',
    'store-65-one-addition-wins',
    'store-21-unequal-addition',
    'store-43-one-consent',
  ]),
  saboteur('overwrites duplicates', OverwritesDuplicates, 'store-05-duplicate-is-a-conflict', [
    'store-07-additions-together',
    'store-07-one-key-twice',
    'store-42-stale-and-emptied',
    'store-65-one-addition-wins',
    'store-54-late-addition',
    'store-21-unequal-addition',
    'store-43-one-consent',
  ]),
  saboteur('adds over the emptied', AddsOverTheEmptied, 'store-42-stale-and-emptied', ['store-54-late-addition']),
  saboteur('refuses equal additions', RefusesEqualAdditions, 'store-21-equal-addition', [
    'store-20-repeated-addition',
    'store-21-parallel-first-tries',
  ]),
  saboteur('takes any addition of its attempt', TakesAnyAdditionOfTheAttempt, 'store-21-unequal-addition'),
  saboteur('revives the revoked by an equal addition', AddsTheRevokedAgain, 'store-21-equal-addition', [
    'store-54-late-addition',
  ]),
  saboteur('adds nothing beside an equal one', AddsNothingBesideAnEqual, 'store-21-half-there'),
  saboteur('ignores the attempt', IgnoresTheAttempt, 'store-21-repeated-change', [
    'store-14-written',
    'store-15-one-change-wins',
    'store-20-repeated-change',
    'store-21-attempt-is-kept',
    'store-21-overtaken-change',
    'store-21-parallel-first-tries',
  ]),
  saboteur('keeps the first attempt', KeepsTheFirstAttempt, 'store-21-attempt-is-kept', [
    'store-14-written',
    'store-15-one-change-wins',
    'store-20-repeated-change',
    'store-21-repeated-change',
    'store-21-overtaken-change',
    'store-21-parallel-first-tries',
  ]),
  saboteur('remembers every attempt', RemembersEveryAttempt, 'store-21-overtaken-change'),
  saboteur('brings back what was removed', BringsBackTheRemoved, 'store-42-removed-stays-removed', [
    'store-14-outdated',
    'store-32-namespaces',
    'store-52-two-databases',
  ]),
  saboteur('writes the grant with each token', WritesTheGrantOfEachToken, 'store-68-issue-and-revoke'),
  saboteur('throws what the driver threw', ThrowsWhatTheDriverThrew, 'store-05-duplicate-is-a-conflict', [
    'store-05-conflict-changes-nothing',
    'store-07-additions-together',
    'store-07-one-key-twice',
    'store-42-stale-and-emptied',
    'store-65-one-addition-wins',
    'store-21-unequal-addition',
    'store-43-one-consent',
  ]),
  saboteur('tells the key in an error', TellsTheKey, 'store-51-no-secrets-told'),
];
