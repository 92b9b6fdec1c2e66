import type {
  Found,
  Key,
  Kind,
  ListBy,
  Page,
  PageRequest,
  Register,
  RegisterKind,
  StoreCapabilities,
} from '@gatehouse/core';
import { checkList, NEVER, StoreError } from '@gatehouse/core';
import type { Opening } from '../ports.ts';

import { REFERENCE_CAPABILITIES, ReferenceStore } from '../reference/reference-store.ts';
import { nameOf, ReferenceMemory, type RegisterRow, type Row } from '../reference/tables.ts';
import { type Saboteur, saboteur } from './saboteur.ts';

/** Stores that find, list and keep text wrongly. */

/** Applies one alteration to every record on its way in. */
abstract class Alters extends ReferenceStore {
  protected abstract alter(row: Row): Row;

  protected override put(row: Row): void {
    super.put(this.alter(row));
  }
}

class GivesItsOwnMemory extends ReferenceStore {
  override async find<K extends Kind>(kind: K, key: Key): Promise<Found<K> | undefined> {
    const found = await super.find(kind, key);
    const row = this.tables.rows.get(nameOf({ kind, key }));
    if (found && row && 'scope' in row) Reflect.set(found, 'scope', row.scope);
    return found;
  }
}

class MixesKinds extends ReferenceStore {
  override async find<K extends Kind>(kind: K, key: Key): Promise<Found<K> | undefined> {
    const found = await super.find(kind, key);
    if (found || kind === 'access_token') return found;
    const other = [...this.tables.rows.values()].find((row) => row.key === key && row.kind !== 'access_token');
    return other && (this.shown(other) as Found<K>);
  }
}

class FoldsKeys extends ReferenceStore {
  override async find<K extends Kind>(kind: K, key: Key): Promise<Found<K> | undefined> {
    const found = await super.find(kind, key);
    if (found) return found;
    const other = [...this.tables.rows.values()].find(
      (row) => row.kind === kind && row.key.toLowerCase() === key.toLowerCase(),
    );
    return other && (this.shown(other) as Found<K>);
  }
}

class TakesAnyKey extends ReferenceStore {
  override async find<K extends Kind>(kind: K, key: Key): Promise<Found<K> | undefined> {
    return typeof key === 'string' && key.trim().length === 43 ? super.find(kind, key.trim() as Key) : undefined;
  }
}

class ThrowsForTheUnknown extends ReferenceStore {
  override async find<K extends Kind>(kind: K, key: Key): Promise<Found<K> | undefined> {
    const found = await super.find(kind, key);
    if (!found && kind === 'session') throw new StoreError('unavailable', 'No row.');
    return found;
  }
}

class RemembersAbsence extends ReferenceStore {
  readonly #absent = new Set<string>();

  override async find<K extends Kind>(kind: K, key: Key): Promise<Found<K> | undefined> {
    const name = nameOf({ kind, key });
    if (this.#absent.has(name)) return undefined;
    const found = await super.find(kind, key);
    if (!found) this.#absent.add(name);
    return found;
  }
}

class Misdeclares extends ReferenceStore {
  override readonly capabilities: StoreCapabilities = { ...REFERENCE_CAPABILITIES, durable: true };
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

class MatchesPatterns extends ReferenceStore {
  protected override isListed(row: RegisterRow, by: ListBy): boolean {
    if (by.subject?.startsWith('%')) return false;
    return super.isListed(row, by);
  }
}

class ForgetsTheSecondCriterion extends ReferenceStore {
  protected override isListed(row: RegisterRow, { subject, ...others }: ListBy): boolean {
    return super.isListed(row, subject === undefined ? others : { subject });
  }
}

class ListsByNothing extends ReferenceStore {
  override async list(kind: RegisterKind, by: ListBy, page: PageRequest): Promise<Page<Register>> {
    const given = Object.values(by).some((value) => value);
    return given || kind === 'client' ? super.list(kind, by, page) : { items: [], next: null };
  }
}

class HidesTheEnded extends ReferenceStore {
  override async list(kind: RegisterKind, by: ListBy, page: PageRequest): Promise<Page<Register>> {
    const { items, next } = await super.list(kind, by, page);
    return { items: items.filter(({ state }) => state !== null), next };
  }
}

/** Counts rows instead of remembering where it was, in the order of the last change. */
class PagesByNumber extends ReferenceStore {
  override async list(kind: RegisterKind, by: ListBy, page: PageRequest): Promise<Page<Register>> {
    const number = /^\d{43}$/.test(page.after ?? '') ? Number(page.after) : 0;
    this.ready();
    checkList(kind, by, page);
    const rows = this.registers(kind)
      .filter((row) => this.isListed(row, by))
      .reverse();
    const items = rows.slice(number, number + page.limit).map((row) => structuredClone(this.shown(row)) as Register);
    const end = number + items.length;
    return { items, next: end < rows.length ? String(end).padStart(43, '0') : null };
  }
}

class EndsOnePageEarly extends ReferenceStore {
  override async list(kind: RegisterKind, by: ListBy, page: PageRequest): Promise<Page<Register>> {
    const { items, next } = await super.list(kind, by, page);
    return { items, next: items.length < page.limit || page.limit < 8 ? next : null };
  }
}

class TakesAnyCursor extends ReferenceStore {
  override async list(kind: RegisterKind, by: ListBy, page: PageRequest): Promise<Page<Register>> {
    const known = page.after && /^[\w-]{43}$/.test(page.after);
    return super.list(kind, by, known ? page : { limit: page.limit });
  }
}

class DeletesOnRead extends ReferenceStore {
  readonly #opening: Opening;

  constructor(memory: ReferenceMemory, opening: Opening) {
    super(memory, opening.namespace);
    this.#opening = opening;
  }

  override async find<K extends Kind>(kind: K, key: Key): Promise<Found<K> | undefined> {
    const found = await super.find(kind, key);
    if (found && found.expiresAt < this.#opening.clock.now() - 1_000) this.tables.rows.delete(nameOf({ kind, key }));
    return found;
  }
}

class KeepsTheListedEnd extends ReferenceStore {
  static readonly #ends = new Map<string, number>();

  protected override insert(...args: Parameters<ReferenceStore['insert']>): void {
    super.insert(...args);
    KeepsTheListedEnd.#ends.set(args[0].key, args[0].purgeAt);
  }

  override async sweep(options: Parameters<ReferenceStore['sweep']>[0]): ReturnType<ReferenceStore['sweep']> {
    for (const [key, end] of KeepsTheListedEnd.#ends) if (end <= options.at) KeepsTheListedEnd.#ends.delete(key);
    return super.sweep(options);
  }

  protected override isListed(row: RegisterRow, by: ListBy): boolean {
    return KeepsTheListedEnd.#ends.has(row.key) && super.isListed(row, by);
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

class FoldsNamespaces extends ReferenceStore {
  constructor(memory: ReferenceMemory, namespace: string) {
    super(memory, namespace.toLowerCase());
  }
}

const everywhere = new ReferenceMemory();

class SharesOneMemory extends ReferenceStore {
  constructor(_: ReferenceMemory, namespace: string) {
    super(everywhere, namespace);
  }
}

class NeverCloses extends ReferenceStore {
  override async close(): Promise<void> {}
}

export const READERS: readonly Saboteur[] = [
  saboteur('declares more than its test file says', Misdeclares, 'store-00-capabilities'),
  saboteur('gives out its own memory', GivesItsOwnMemory, 'store-01-nobody-shares-memory'),
  saboteur('mixes kinds', MixesKinds, 'store-02-unknown-is-absent', ['store-14-outdated']),
  saboteur('throws for the unknown', ThrowsForTheUnknown, 'store-02-unknown-is-absent', [
    'store-09-purged-is-absent',
    'store-14-outdated',
    'store-57-not-a-moment-early',
  ]),
  saboteur('folds keys', FoldsKeys, 'store-02-keys-are-exact'),
  saboteur('takes any key', TakesAnyKey, 'store-03-keys-only', ['store-02-keys-are-exact']),
  saboteur('needs no attempt', NeedsNoAttempt, 'store-03-attempts-only'),
  saboteur('adds one key twice', AddsOneKeyTwice, 'store-07-one-key-twice'),
  saboteur('remembers what was absent', RemembersAbsence, 'store-61-seen-elsewhere', [
    'store-26-client-epoch',
    'store-29-before-and-after',
    'store-29-outlives-the-client',
    'store-32-namespaces',
    'store-52-two-databases',
    'store-43-one-consent',
  ]),
  saboteur('normalises text', Normalises, 'store-33-unicode'),
  saboteur('cuts a long subject', CutsSilently, 'store-33-at-the-limit'),
  saboteur('cuts what is over the limit', CutsAtTheLimit, 'store-33-over-the-limit'),
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
  saboteur('matches patterns', MatchesPatterns, 'store-36-meta-characters'),
  saboteur('forgets the second criterion', ForgetsTheSecondCriterion, 'store-31-by-what'),
  saboteur('lists nothing by nothing', ListsByNothing, 'store-56-nothing-by-nothing'),
  saboteur('hides what was emptied', HidesTheEnded, 'store-31-all-that-is-there'),
  saboteur('pages by number', PagesByNumber, 'store-31-under-change', ['store-31-cursors-and-sizes']),
  saboteur('ends one page early', EndsOnePageEarly, 'store-31-pages', ['store-31-many']),
  saboteur('takes any cursor', TakesAnyCursor, 'store-31-cursors-and-sizes'),
  saboteur('keeps the end of a listing', KeepsTheListedEnd, 'store-55-lengthened-everywhere'),
  saboteur('lowers lives', LowersLives, 'store-55-only-raised', ['store-55-emptying-may-lower']),
  saboteur('never lowers lives', NeverLowersLives, 'store-55-emptying-may-lower'),
  saboteur('folds namespaces', FoldsNamespaces, 'store-32-namespaces'),
  saboteur('shares one memory', SharesOneMemory, 'store-52-two-databases'),
  saboteur('never closes', NeverCloses, 'store-50-close'),
  {
    id: 'deletes on read',
    caughtBy: 'store-09-expired-is-still-found',
    alsoBreaks: ['store-57-not-a-moment-early', 'store-37-used-and-revoked-stay'],
    open: (memory, opening) => new DeletesOnRead(memory, opening),
  },
];
