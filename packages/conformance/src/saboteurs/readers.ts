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
import { checkList, StoreError } from '@gatehouse/core';
import type { Opening } from '../ports.ts';

import { REFERENCE_CAPABILITIES, ReferenceStore } from '../reference/reference-store.ts';
import { nameOf, ReferenceMemory, type RegisterRow } from '../reference/tables.ts';
import { type Saboteur, saboteur } from './saboteur.ts';

/** Stores that find and list wrongly. */

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
  saboteur('remembers what was absent', RemembersAbsence, 'store-61-seen-elsewhere', [
    'store-26-client-epoch',
    'store-29-before-and-after',
    'store-29-outlives-the-client',
    'store-32-namespaces',
    'store-52-two-databases',
    'store-43-one-consent',
    'store-55-ended-and-added-anew',
  ]),
  saboteur('matches patterns', MatchesPatterns, 'store-36-meta-characters'),
  saboteur('forgets the second criterion', ForgetsTheSecondCriterion, 'store-31-by-what'),
  saboteur('lists nothing by nothing', ListsByNothing, 'store-56-nothing-by-nothing'),
  saboteur('hides what was emptied', HidesTheEnded, 'store-31-all-that-is-there'),
  saboteur('pages by number', PagesByNumber, 'store-31-under-change', ['store-31-cursors-and-sizes']),
  saboteur('ends one page early', EndsOnePageEarly, 'store-31-pages', ['store-31-many']),
  saboteur('takes any cursor', TakesAnyCursor, 'store-31-cursors-and-sizes'),
  saboteur('keeps the end of a listing', KeepsTheListedEnd, 'store-55-lengthened-everywhere'),
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
