import {
  type Addition,
  Atomicity,
  type Change,
  type Found,
  type Instant,
  type Key,
  type Kind,
  keyOf,
  type ListBy,
  type NewRegister,
  type NewToken,
  type Page,
  type PageRequest,
  type Register,
  type RegisterKind,
  type Revocation,
  type Store,
  type StoreCapabilities,
  StoreError,
  type SweepOptions,
  type SweepReport,
  type Token,
  type Write,
  type Written,
} from '@gatehouse/core';
import * as argument from './reference-arguments.ts';

/** A row: what was added, and what the store fills in. `epoch`: of the client when it was added. */
export type TokenRow = NewToken & { readonly epoch: number; readonly ended: boolean };
export type RegisterRow = NewRegister & {
  readonly version: number;
  readonly attempt: string;
  readonly epoch: number;
  readonly ended: { readonly at: Instant; readonly reason: string } | null;
};
export type Row = TokenRow | RegisterRow;

/** What all instances of one namespace share: the "database". */
export interface Tables {
  readonly rows: Map<string, Row>;
  readonly nonces: Map<string, { readonly until: Instant; readonly attempt: string }>;
  readonly counters: Map<string, { readonly moments: Instant[]; ends: Instant }>;
}

/** The memory behind any number of instances. */
export class ReferenceMemory {
  readonly #namespaces = new Map<string, Tables>();

  tables(namespace: string): Tables {
    let tables = this.#namespaces.get(namespace);
    if (!tables) {
      tables = { rows: new Map(), nonces: new Map(), counters: new Map() };
      this.#namespaces.set(namespace, tables);
    }
    return tables;
  }
}

export const REFERENCE_CAPABILITIES: StoreCapabilities = {
  change: Atomicity.process,
  additions: 'atomic',
  visibility: { registers: 'process', tokens: 'process', boundMs: 0 },
  expiry: 'sweep',
  expiryStep: 1,
  retention: 'until-expiry',
  durable: false,
  listing: 'exact',
  clockTolerance: 0,
};

/**
 * The contract over a Map, as plainly as it can be said: what the words of the contract leave open, this answers. It is
 * no store to use; it scans where a store would look up.
 */
export class ReferenceStore implements Store {
  readonly name: string = 'reference';
  readonly capabilities: StoreCapabilities;
  protected readonly tables: Tables;
  #closed = false;

  constructor(memory: ReferenceMemory, namespace: string, capabilities: StoreCapabilities = REFERENCE_CAPABILITIES) {
    this.tables = memory.tables(namespace);
    this.capabilities = capabilities;
  }

  async write(write: Write): Promise<Written> {
    this.ready();
    argument.checkWrite(write);
    const { attempt, change, add = [] } = write;
    const there = add.filter((addition) => this.tables.rows.has(argument.nameOf(addition)));
    if (change) {
      const row = this.register(change.kind, change.key);
      if (row?.attempt === attempt) return 'written';
      if (!row || row.version !== change.from || row.ended) return 'outdated';
      if (there.length > 0) throw conflict();
      for (const addition of add) this.insert(addition, attempt);
      this.put(this.changed(row, change, attempt));
      return 'written';
    }
    if (there.some((addition) => !this.isThere(addition))) throw conflict();
    for (const addition of add) if (!there.includes(addition)) this.insert(addition, attempt);
    return 'written';
  }

  async find<K extends Kind>(kind: K, key: Key): Promise<Found<K> | undefined> {
    this.ready();
    argument.checkKey(key);
    const row = this.tables.rows.get(argument.nameOf({ kind, key }));
    return row && (structuredClone(this.shown(row)) as Found<K>);
  }

  async revoke(what: Revocation, at: Instant, reason: string): Promise<number> {
    this.ready();
    argument.checkRevocation(what, at, reason);
    let revoked = 0;
    if ('token' in what) {
      const row = this.tables.rows.get(argument.nameOf({ kind: 'access_token', key: what.token }));
      if (!row || !isToken(row) || row.ended) return 0;
      this.put({ ...row, ended: true });
      return 1;
    }
    for (const key of what.grants) {
      const row = this.register('grant', key);
      if (!row || row.ended) continue;
      this.put({ ...row, version: row.version + 1, ended: { at, reason } });
      revoked++;
    }
    return revoked;
  }

  async list(kind: RegisterKind, by: ListBy, page: PageRequest): Promise<Page<Register>> {
    this.ready();
    argument.checkList(kind, by, page);
    const found = this.registers(kind)
      .filter((row) => by.subject === undefined || row.subject === by.subject)
      .filter((row) => by.client === undefined || row.clientId === by.client)
      .filter((row) => by.session === undefined || row.sessionId === by.session)
      .filter((row) => !page.after || row.key > page.after)
      .sort((a, b) => (a.key < b.key ? -1 : 1));
    const items = found.slice(0, page.limit).map((row) => structuredClone(this.shown(row)) as Register);
    return { items, next: found.length > items.length ? (items.at(-1)?.key ?? null) : null };
  }

  async once(space: string, nonce: Key, at: Instant, until: Instant, attempt: string): Promise<boolean> {
    this.ready();
    argument.checkOnce(space, nonce, at, until, attempt);
    const name = JSON.stringify([space, nonce]);
    const seen = this.tables.nonces.get(name);
    if (seen && at < seen.until) return seen.attempt === attempt;
    this.tables.nonces.set(name, { until, attempt });
    return true;
  }

  async count(counter: string, key: Key, at: Instant, window: number, add: 0 | 1): Promise<number> {
    this.ready();
    argument.checkCount(counter, key);
    const name = JSON.stringify([counter, key]);
    const kept = this.tables.counters.get(name) ?? { moments: [], ends: 0 };
    if (add === 1) {
      kept.moments.push(at);
      kept.ends = Math.max(kept.ends, at + window);
      this.tables.counters.set(name, kept);
    }
    return kept.moments.filter((moment) => moment > at - window).length;
  }

  async clear(counter: string, key: Key): Promise<void> {
    this.ready();
    argument.checkCount(counter, key);
    this.tables.counters.delete(JSON.stringify([counter, key]));
  }

  async sweep({ at, batch, budgetMs, signal }: SweepOptions): Promise<SweepReport> {
    this.ready();
    const removed: Record<string, number> = {};
    const deadline = performance.now() + budgetMs;
    for (const { kind, dead, remove } of this.dead(at - 2 * this.capabilities.clockTolerance)) {
      for (let from = 0; from < dead.length; from += batch) {
        if (signal?.aborted || performance.now() >= deadline) return { removed, complete: false, errors: {} };
        const names = dead.slice(from, from + batch);
        for (const name of names) remove(name);
        removed[kind] = (removed[kind] ?? 0) + names.length;
      }
    }
    return { removed, complete: true, errors: {} };
  }

  async open(): Promise<void> {
    this.ready();
  }

  async ping(): Promise<void> {
    this.ready();
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  /** For the ports: rows per table. */
  rowCounts(): Readonly<Record<string, number>> {
    const { rows, nonces, counters } = this.tables;
    return { rows: rows.size, nonces: nonces.size, counters: counters.size };
  }

  /** For the ports: every text that is kept. */
  dump(): readonly string[] {
    const { rows, nonces, counters } = this.tables;
    return [rows, nonces, counters].flatMap((table) => [...table].map((entry) => JSON.stringify(entry)));
  }

  protected ready(): void {
    if (this.#closed) throw new StoreError('unavailable', 'The store is closed.');
  }

  protected put(row: Row): void {
    this.tables.rows.set(argument.nameOf(row), row);
  }

  protected register(kind: RegisterKind, key: Key): RegisterRow | undefined {
    return this.tables.rows.get(argument.nameOf({ kind, key })) as RegisterRow | undefined;
  }

  protected registers(kind: RegisterKind): RegisterRow[] {
    return [...this.tables.rows.values()].filter((row): row is RegisterRow => row.kind === kind);
  }

  protected insert(addition: Addition, attempt: string): void {
    const filledIn = { ...structuredClone(addition), epoch: this.epoch(addition.clientId) };
    if (filledIn.kind === 'access_token') this.put({ ...filledIn, ended: false });
    else this.put({ ...filledIn, version: 1, attempt, ended: null });
  }

  /** The register as this change leaves it: lives are only ever raised, but by what empties. */
  protected changed(row: RegisterRow, change: Change, attempt: string): RegisterRow {
    const later = (was: Instant, wanted: Instant = was): Instant =>
      change.state === null ? wanted : Math.max(was, wanted);
    return {
      ...row,
      state: change.state,
      version: row.version + 1,
      attempt,
      expiresAt: later(row.expiresAt, change.expiresAt),
      purgeAt: later(row.purgeAt, change.purgeAt),
    };
  }

  /** Whether exactly this is there, but for what the store fills in. */
  protected isThere(addition: Addition): boolean {
    const row = this.tables.rows.get(argument.nameOf(addition));
    return (
      row !== undefined &&
      Object.entries(addition).every(
        ([name, value]) => JSON.stringify(Reflect.get(row, name)) === JSON.stringify(value),
      )
    );
  }

  /** Raised whenever a client is to lose everything given so far; 0 where it never was. */
  protected epoch(clientId: string | null): number {
    return clientId === null ? 0 : (this.register('client_epoch', keyOf('client_epoch', clientId))?.version ?? 0);
  }

  /** A row as it is given out, with what has ended it. */
  protected shown(row: Row): Token | Register {
    const { epoch, ended, ...rest } = row;
    if (rest.kind === 'access_token') return { ...rest, revoked: this.whyDead(row as TokenRow) };
    const byClient = rest.kind === 'grant' && epoch < this.epoch(rest.clientId) ? 'client' : null;
    return { ...rest, revoked: (ended as RegisterRow['ended']) ?? byClient };
  }

  protected whyDead(token: TokenRow): Token['revoked'] {
    if (token.ended) return 'token';
    if (token.grantId === null) return token.epoch < this.epoch(token.clientId) ? 'client' : null;
    const grant = this.register('grant', token.grantId);
    if (!grant) return 'orphan';
    if (grant.ended) return 'grant';
    return grant.epoch < this.epoch(grant.clientId) ? 'client' : null;
  }

  /** Everything whose time to be removed has come, by kind. */
  protected dead(at: Instant): { kind: string; dead: string[]; remove: (name: string) => void }[] {
    const { rows, nonces, counters } = this.tables;
    const kinds = Map.groupBy(
      [...rows].filter(([, row]) => row.purgeAt <= at),
      ([, row]) => row.kind as string,
    );
    return [
      ...[...kinds].map(([kind, dead]) => ({
        kind,
        dead: dead.map(([name]) => name),
        remove: (name: string) => void rows.delete(name),
      })),
      {
        kind: 'nonce',
        dead: [...nonces].filter(([, { until }]) => until <= at).map(([name]) => name),
        remove: (name) => void nonces.delete(name),
      },
      {
        kind: 'counter',
        dead: [...counters].filter(([, { ends }]) => ends <= at).map(([name]) => name),
        remove: (name) => void counters.delete(name),
      },
    ];
  }
}

function isToken(row: Row): row is TokenRow {
  return row.kind === 'access_token';
}

function conflict(): StoreError {
  return new StoreError('conflict', 'A record to add is there already.');
}
