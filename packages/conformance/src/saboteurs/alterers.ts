import { NEVER } from '@gatehouse/core';
import { ReferenceStore } from '../reference/reference-store.ts';
import type { RegisterRow, Row } from '../reference/tables.ts';
import { type Saboteur, saboteur } from './saboteur.ts';

/** Stores that keep something else than they were given, or take what no store takes. */

/** Applies one alteration to every record on its way in. */
abstract class Alters extends ReferenceStore {
  protected abstract alter(row: Row): Row;

  protected override put(row: Row): void {
    super.put(this.alter(row));
  }
}

class Normalises extends Alters {
  protected override alter(row: Row): Row {
    return { ...row, data: row.data.normalize('NFC') };
  }
}

class CutsSilently extends Alters {
  protected override alter(row: Row): Row {
    return { ...row, subject: row.subject?.slice(0, 255) ?? null };
  }
}

class ReadsWhatItKeeps extends Alters {
  protected override alter(row: Row): Row {
    try {
      return { ...row, data: JSON.stringify(JSON.parse(row.data)) };
    } catch {
      return row;
    }
  }
}

class TakesEmptyForNull extends Alters {
  protected override alter(row: Row): Row {
    return row.kind === 'access_token' ? row : { ...row, state: row.state || null };
  }
}

class LosesTheSession extends Alters {
  protected override alter(row: Row): Row {
    return row.kind === 'access_token' ? row : { ...row, sessionId: null };
  }
}

class CountsInSeconds extends ReferenceStore {
  protected override changed(...args: Parameters<ReferenceStore['changed']>): RegisterRow {
    const row = super.changed(...args);
    return { ...row, expiresAt: Math.floor(row.expiresAt / 1_000) * 1_000 };
  }
}

class EndsInTwentyYears extends Alters {
  protected override alter(row: Row): Row {
    return { ...row, purgeAt: Math.min(row.purgeAt, Date.now() + 20 * 31_557_600_000) };
  }
}

class KeepsTheEndedForEver extends Alters {
  protected override alter(row: Row): Row {
    return row.purgeAt <= Date.now() ? { ...row, purgeAt: NEVER } : row;
  }
}

class WashesText extends ReferenceStore {
  override async write(write: Parameters<ReferenceStore['write']>[0]): ReturnType<ReferenceStore['write']> {
    const wash = (text: string): string => text.replaceAll('\0', '').toWellFormed();
    const add = write.add?.map((a) => (typeof a.data === 'string' ? { ...a, data: wash(a.data) } : a));
    return super.write(add ? { ...write, add } : write);
  }
}

class RoundsInstants extends ReferenceStore {
  override async write(write: Parameters<ReferenceStore['write']>[0]): ReturnType<ReferenceStore['write']> {
    const add = write.add?.map((a) => ({ ...a, purgeAt: Math.min(NEVER, Math.round(Number(a.purgeAt) || NEVER)) }));
    return super.write(add ? { ...write, add } : write);
  }
}

class CutsAtTheLimit extends ReferenceStore {
  override async write(write: Parameters<ReferenceStore['write']>[0]): ReturnType<ReferenceStore['write']> {
    const add = write.add?.map((a) => (a.clientId ? { ...a, clientId: a.clientId.slice(0, 255) } : a));
    return super.write(add ? { ...write, add } : write);
  }
}

class NeedsNoAttempt extends ReferenceStore {
  override async write(write: Parameters<ReferenceStore['write']>[0]): ReturnType<ReferenceStore['write']> {
    return super.write({ ...write, attempt: write.attempt || 'none' });
  }
}

class AddsOneKeyTwice extends ReferenceStore {
  override async write(write: Parameters<ReferenceStore['write']>[0]): ReturnType<ReferenceStore['write']> {
    const add = write.add && [...new Map(write.add.map((a) => [`${a.kind}/${String(a.key)}`, a])).values()];
    return super.write(add ? { ...write, add } : write);
  }
}

class LowersLives extends ReferenceStore {
  protected override changed(...[row, change, attempt]: Parameters<ReferenceStore['changed']>): RegisterRow {
    const { expiresAt = row.expiresAt, purgeAt = row.purgeAt } = change;
    return { ...super.changed(row, change, attempt), expiresAt, purgeAt };
  }
}

class NeverLowersLives extends ReferenceStore {
  protected override changed(...[row, change, attempt]: Parameters<ReferenceStore['changed']>): RegisterRow {
    return { ...super.changed(row, { ...change, state: change.state ?? '' }, attempt), state: change.state };
  }
}

export const ALTERERS: readonly Saboteur[] = [
  saboteur('normalises text', Normalises, 'store-33-unicode'),
  saboteur('cuts a long subject', CutsSilently, 'store-33-at-the-limit'),
  saboteur('reads the JSON it keeps', ReadsWhatItKeeps, 'store-06-unknown-members'),
  saboteur('takes an empty text for null', TakesEmptyForNull, 'store-35-empty-and-null'),
  saboteur('loses the session', LosesTheSession, 'store-01-found-as-added', [
    'store-21-equal-addition',
    'store-21-unequal-addition',
    'store-31-by-what',
    'store-55-lengthened-everywhere',
  ]),
  saboteur('counts in seconds', CountsInSeconds, 'store-08-exact-ends', [
    'store-14-written',
    'store-21-repeated-change',
    'store-55-only-raised',
    'store-55-emptying-may-lower',
  ]),
  saboteur('ends everything in twenty years', EndsInTwentyYears, 'store-57-without-end', [
    'store-01-found-as-added',
    'store-05-duplicate-is-a-conflict',
    'store-11-any-lifetime',
    'store-14-written',
    'store-55-ended-and-added-anew',
    'store-65-one-addition-wins',
    'store-21-equal-addition',
  ]),
  saboteur('keeps what has ended for ever', KeepsTheEndedForEver, 'store-10-no-life-at-all', [
    'store-32-sweep',
    'store-38-batches',
    'store-40-report',
  ]),
  saboteur('washes text', WashesText, 'store-34-no-nul-no-half-letters'),
  saboteur('rounds instants', RoundsInstants, 'store-11-no-odd-instants', ['store-10-no-life-at-all']),
  saboteur('cuts what is over the limit', CutsAtTheLimit, 'store-33-over-the-limit'),
  saboteur('needs no attempt', NeedsNoAttempt, 'store-03-attempts-only'),
  saboteur('adds one key twice', AddsOneKeyTwice, 'store-07-one-key-twice'),
  saboteur('lowers lives', LowersLives, 'store-55-only-raised', ['store-55-emptying-may-lower']),
  saboteur('never lowers lives', NeverLowersLives, 'store-55-emptying-may-lower', ['store-55-ended-and-added-anew']),
];
