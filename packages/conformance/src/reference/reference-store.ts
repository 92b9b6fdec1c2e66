import {
  type Addition,
  Atomicity,
  type Change,
  checkCount,
  checkCounter,
  checkFind,
  checkList,
  checkOnce,
  checkRevoke,
  checkSweep,
  checkWrite,
  type Found,
  type Instant,
  isKey,
  type Key,
  type Kind,
  keyOf,
  type ListBy,
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
import {
  nameOf,
  type ReferenceMemory,
  type RegisterRow,
  type Removable,
  type Row,
  removable,
  type Tables,
  type TokenRow,
} from './tables.ts';

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
 * The contract over a Map, as plainly as it can be said: what its words leave open, this answers. No store to use: it
 * scans where a store looks up. The protected members are the places at which a wrong store goes wrong.
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
    checkWrite(write);
    return write.change ? this.change(write, write.change) : this.addAlone(write);
  }

  async find<K extends Kind>(kind: K, key: Key): Promise<Found<K> | undefined> {
    this.ready();
    checkFind(kind, key);
    const row = this.tables.rows.get(nameOf({ kind, key }));
    return row && (structuredClone(this.shown(row)) as Found<K>);
  }

  async revoke(what: Revocation, at: Instant, reason: string): Promise<number> {
    this.ready();
    checkRevoke(what, at, reason);
    if ('token' in what) return this.revokeToken(what.token);
    return what.grants.filter((key) => this.revokeGrant(key, { at, reason })).length;
  }

  async list(kind: RegisterKind, by: ListBy, page: PageRequest): Promise<Page<Register>> {
    this.ready();
    checkList(kind, by, page);
    if (typeof page.after === 'string' && !isKey(page.after))
      throw new StoreError('invalid', 'A cursor is what the page before gave.');
    const found = this.registers(kind)
      .filter((row) => this.isListed(row, by) && (!page.after || row.key > page.after))
      .sort((a, b) => (a.key < b.key ? -1 : 1));
    const items = found.slice(0, page.limit).map((row) => structuredClone(this.shown(row)) as Register);
    return { items, next: found.length > items.length ? (items.at(-1)?.key ?? null) : null };
  }

  async once(space: string, nonce: Key, at: Instant, until: Instant, attempt: string): Promise<boolean> {
    this.ready();
    checkOnce(space, nonce, at, until, attempt);
    const name = JSON.stringify([space, nonce]);
    const seen = this.tables.nonces.get(name);
    if (seen && at < seen.until) return seen.attempt === attempt;
    this.tables.nonces.set(name, { until, attempt });
    return true;
  }

  async count(counter: string, key: Key, at: Instant, window: number, add: 0 | 1): Promise<number> {
    this.ready();
    checkCount(counter, key, at, window, add);
    const name = JSON.stringify([counter, key]);
    const { moments, ends } = this.tables.counters.get(name) ?? { moments: [], ends: 0 };
    const counted = moments.filter((moment) => moment > at - window);
    if (add === 0) return counted.length;
    this.tables.counters.set(name, { moments: [...counted, at], ends: Math.max(ends, at + window) });
    return counted.length + 1;
  }

  async clear(counter: string, key: Key): Promise<void> {
    this.ready();
    checkCounter(counter, key);
    this.tables.counters.delete(JSON.stringify([counter, key]));
  }

  async sweep(options: SweepOptions): Promise<SweepReport> {
    this.ready();
    checkSweep(options);
    const { at, batch, budgetMs, signal } = options;
    const removed: Record<string, number> = {};
    const deadline = performance.now() + budgetMs;
    for (const { kind, dead, remove } of this.removable(at - 2 * this.capabilities.clockTolerance)) {
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

  protected change({ attempt, add = [] }: Write, change: Change): Written {
    const row = this.register(change.kind, change.key);
    if (row?.attempt === attempt) return 'written';
    if (!row || row.version !== change.from || row.ended) return 'outdated';
    if (add.some((addition) => this.has(addition))) throw this.conflict(change);
    for (const addition of add) this.insert(addition, attempt);
    this.put(this.changed(row, change, attempt));
    return 'written';
  }

  protected addAlone({ attempt, add = [] }: Write): Written {
    if (new Set(add.map(nameOf)).size < add.length) throw this.conflict(add[0] as Addition);
    for (const addition of add) if (this.has(addition) && !this.hasEqual(addition)) throw this.conflict(addition);
    for (const addition of add) if (!this.has(addition)) this.insert(addition, attempt);
    return 'written';
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

  protected insert(addition: Addition, attempt: string): void {
    const filledIn = { ...structuredClone(addition), epoch: this.epoch(addition.clientId) };
    if (filledIn.kind === 'access_token') this.put({ ...filledIn, ended: false });
    else this.put({ ...filledIn, version: 1, attempt, ended: null });
  }

  protected put(row: Row): void {
    this.tables.rows.set(nameOf(row), row);
  }

  protected has(addition: Addition): boolean {
    return this.tables.rows.has(nameOf(addition));
  }

  /** Whether exactly this is there, but for what the store fills in. */
  protected hasEqual(addition: Addition): boolean {
    const row = this.tables.rows.get(nameOf(addition)) ?? {};
    return Object.entries(addition).every(
      ([name, value]) => JSON.stringify(Reflect.get(row, name)) === JSON.stringify(value),
    );
  }

  protected revokeToken(key: Key): number {
    const row = this.tables.rows.get(nameOf({ kind: 'access_token', key })) as TokenRow | undefined;
    if (!row || row.ended) return 0;
    this.put({ ...row, ended: true });
    return 1;
  }

  protected revokeGrant(key: Key, ended: NonNullable<RegisterRow['ended']>): boolean {
    const row = this.register('grant', key);
    if (!row || row.ended) return false;
    this.put({ ...row, version: row.version + 1, ended });
    return true;
  }

  protected register(kind: RegisterKind, key: Key): RegisterRow | undefined {
    return this.tables.rows.get(nameOf({ kind, key })) as RegisterRow | undefined;
  }

  protected registers(kind: RegisterKind): RegisterRow[] {
    return [...this.tables.rows.values()].filter((row): row is RegisterRow => row.kind === kind);
  }

  protected isListed(row: RegisterRow, { subject, client, session }: ListBy): boolean {
    return (
      (subject === undefined || row.subject === subject) &&
      (client === undefined || row.clientId === client) &&
      (session === undefined || row.sessionId === session)
    );
  }

  /** Raised whenever a client is to lose everything given so far; 0 where it never was. */
  protected epoch(clientId: string | null): number {
    return clientId === null ? 0 : (this.register('client_epoch', keyOf('client_epoch', clientId))?.version ?? 0);
  }

  /** A row as it is given out, with what has ended it. */
  protected shown(row: Row): Token | Register {
    const { epoch: _, ended: __, ...rest } = row;
    if (rest.kind === 'access_token') return { ...rest, revoked: this.whyTokenEnded(row as TokenRow) };
    return { ...rest, revoked: this.whyEnded(row as RegisterRow) };
  }

  protected whyEnded(row: RegisterRow): Register['revoked'] {
    if (row.ended) return row.ended;
    return row.kind === 'grant' && row.epoch < this.epoch(row.clientId) ? 'client' : null;
  }

  protected whyTokenEnded(row: TokenRow): Token['revoked'] {
    if (row.ended) return 'token';
    if (row.grantId === null) return row.epoch < this.epoch(row.clientId) ? 'client' : null;
    const grant = this.register('grant', row.grantId);
    if (!grant) return 'orphan';
    const why = this.whyEnded(grant);
    return why === null || why === 'client' ? why : 'grant';
  }

  protected removable(at: Instant): readonly Removable[] {
    return removable(this.tables, at);
  }

  protected conflict(_with: Change | Addition): StoreError {
    return new StoreError('conflict', 'A record to add is there already.');
  }
}
