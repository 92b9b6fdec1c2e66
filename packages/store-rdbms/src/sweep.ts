import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Instant, type Log, StoreError, type SweepOptions, type SweepReport } from '@gatehouse/core';
import type { Database } from './database/database.ts';
import type { Dialect } from './dialects/dialect.ts';
import { removeBatch, type SweepScope } from './remove-batch.ts';
import { integer, optionalInteger } from './rows.ts';
import { SWEPT_NAMES, type SweptName } from './tables.ts';

export interface RdbmsSweepReport extends SweepReport {
  /** Rows past their time that are still there, per kind; counted up to 100 000, and only where any were left. */
  readonly backlog: Readonly<Record<string, number>>;
  /** Milliseconds by which the oldest of them is past its time. */
  readonly lagMs: number;
  /** Another node was at it; nothing was looked at. */
  readonly elsewhere: boolean;
}

/** Below every `purge_at`. */
const FROM_THE_START = -8.64e15 - 1;
const COUNTED = 100_000;
/** Milliseconds that the lease outlasts the budget, for the last batch. */
const LEASE_SLACK_MS = 10_000;

/** What is swept, and by which time. */
export interface SweepDomain {
  /** Milliseconds. */
  readonly tolerance: number;
  /** The one `tenant_id` whose rows are looked at; null: those of all. */
  readonly only: string | null;
}

/** Removes what is past its time, table by table, batch by batch. */
export class Sweeper {
  readonly #database: Database;
  readonly #dialect: Dialect;
  readonly #tolerance: number;
  readonly #scope: SweepScope;
  readonly #log: Log;
  readonly #me = randomUUID();
  #last: RdbmsSweepReport | null = null;
  #running: Promise<unknown> = Promise.resolve();

  constructor(database: Database, dialect: Dialect, { tolerance, only }: SweepDomain, log: Log) {
    this.#database = database;
    this.#dialect = dialect;
    this.#tolerance = tolerance;
    this.#scope = only === null ? { prefix: '', params: {} } : { prefix: 'own_', params: { tenant_id: only } };
    this.#log = log;
  }

  get last(): RdbmsSweepReport | null {
    return this.#last;
  }

  /** One at a time in this process. @throws StoreError `unavailable` where the clocks have drifted apart */
  sweep(options: SweepOptions): Promise<RdbmsSweepReport> {
    const mine = this.#running.then(() => this.#sweep(options));
    this.#running = mine.catch(() => undefined);
    return mine;
  }

  /** Counts what a sweep would remove. */
  async expired(at: Instant): Promise<RdbmsSweepReport> {
    const left = new Left();
    for (const name of SWEPT_NAMES) await this.#look(name, at - 2 * this.#tolerance, left);
    return { removed: {}, complete: true, errors: {}, backlog: left.backlog, lagMs: left.lagMs, elsewhere: false };
  }

  async #sweep(options: SweepOptions): Promise<RdbmsSweepReport> {
    const { at, budgetMs } = options;
    await this.#guardClock(at);
    // What another caller may still change is not past its time yet: two callers' clocks differ by twice the tolerance.
    const before = at - 2 * this.#tolerance;
    if (!(await this.#lease(at, at + budgetMs + LEASE_SLACK_MS))) {
      return { removed: {}, complete: false, errors: {}, backlog: {}, lagMs: 0, elsewhere: true };
    }
    const removed: Record<string, number> = {};
    const errors: Record<string, string> = {};
    const deadline = performance.now() + budgetMs;
    const left = new Left();
    let complete = true;
    // What fails for one table is reported, and the others are swept all the same.
    const attempt = async (name: SweptName, work: () => Promise<boolean>): Promise<void> => {
      try {
        complete = (await work()) && complete;
      } catch (error) {
        complete = false;
        if (Object.hasOwn(errors, name)) return;
        errors[name] = error instanceof Error ? error.message : String(error);
        this.#log.warn({ table: name, error }, 'A table could not be swept.');
      }
    };
    try {
      for (const name of SWEPT_NAMES) {
        await attempt(name, () => this.#table(name, before, options, deadline, removed));
        await attempt(name, () => this.#look(name, before, left).then(() => true));
      }
    } finally {
      await this.#release();
    }
    const { backlog, lagMs } = left;
    const report = { removed, complete, errors, backlog, lagMs, elsewhere: false };
    this.#warnOfGrowth(report);
    this.#last = report;
    return report;
  }

  /** False where budget or signal ended it. */
  async #table(
    name: SweptName,
    before: Instant,
    { batch, signal }: SweepOptions,
    deadline: number,
    removed: Record<string, number>,
  ): Promise<boolean> {
    const { purge, mostPurged = batch } = this.#dialect.catalogue;
    const rows = Math.min(batch, mostPurged);
    let from = FROM_THE_START;
    for (;;) {
      if (signal?.aborted || performance.now() > deadline) return false;
      const began = performance.now();
      const done = await removeBatch(this.#database, purge, this.#scope, name, from, before, rows);
      removed[name] = (removed[name] ?? 0) + done.removed;
      if (!done.full) return true;
      from = done.from;
      // As long again as it took: half of the database's time is everybody else's.
      await sleep(Math.min(performance.now() - began, Math.max(0, deadline - performance.now())), undefined, {
        ...(signal ? { signal } : {}),
      }).catch(() => undefined);
    }
  }

  /** A clock that runs ahead would remove what is alive; one that is behind removes less. */
  async #guardClock(at: Instant): Promise<void> {
    if (this.#tolerance === 0) return;
    const [row] = (await this.#database.run('clock', {})).rows;
    const ahead = at - (row === undefined ? at : integer(row, 'now_ms'));
    if (ahead > this.#tolerance)
      throw new StoreError(
        'unavailable',
        `Nothing was removed: this clock is ${Math.round(ahead)} ms ahead of the database's. Set both by NTP.`,
      );
  }

  /** Saves work, and no removal depends on it: two that sweep at once do no harm. */
  async #lease(at: Instant, until: Instant): Promise<boolean> {
    if (this.#alone) return true;
    const mine = await this.#database.run('lease_take', { owner_id: this.#me, held_until: until, at });
    return mine.count > 0;
  }

  async #release(): Promise<void> {
    if (this.#alone) return;
    await this.#database.run('lease_release', { owner_id: this.#me }).catch(() => undefined);
  }

  /** Nobody else sweeps by this clock, and whoever sweeps the database is not to wait for it. */
  get #alone(): boolean {
    return this.#scope.prefix === 'own_';
  }

  /** Counts what of a table is past its time and there. */
  async #look(name: SweptName, before: Instant, left: Left): Promise<void> {
    const { prefix, params } = this.#scope;
    const [row] = (await this.#database.run(`${prefix}oldest_${name}`, { ...params, from_purge: FROM_THE_START })).rows;
    const oldest = row === undefined ? null : optionalInteger(row, 'oldest');
    if (oldest === null || oldest >= before) return;
    const counted = await this.#database.run(`${prefix}backlog_${name}`, { ...params, before, page: COUNTED });
    left.backlog[name] = counted.rows[0] === undefined ? 0 : integer(counted.rows[0], 'n');
    left.lagMs = Math.max(left.lagMs, before - oldest);
  }

  /** A count ends at a limit; how late the oldest is grows on. */
  #warnOfGrowth({ backlog, lagMs }: RdbmsSweepReport): void {
    const sum = (rows: Readonly<Record<string, number>>): number => Object.values(rows).reduce((a, b) => a + b, 0);
    const [before, now] = [sum(this.#last?.backlog ?? {}), sum(backlog)];
    const later = lagMs > (this.#last?.lagMs ?? 0);
    if (before > 0 && now > 0 && (now > before || later))
      this.#log.warn(
        { backlog, lagMs },
        'Expired rows come faster than they are removed: raise purge.batchSize or lower purge.intervalSeconds.',
      );
  }
}

/** What a sweep leaves behind, as it adds up. */
class Left {
  readonly backlog: Record<string, number> = {};
  lagMs = 0;
}
