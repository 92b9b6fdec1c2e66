import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Instant,
  type Log,
  StoreError,
  type SweepHolder,
  type SweepOptions,
  type SweepReport,
} from '@gatehouse/core';
import type { Database } from './database/database.ts';
import type { Dialect } from './dialects/dialect.ts';
import { Lease } from './lease.ts';
import { type Removed, removeBatch, type SweepScope } from './remove-batch.ts';
import { integer, optionalInteger } from './rows.ts';
import { SWEPT_NAMES, type SweptName } from './tables.ts';

export interface RdbmsSweepReport extends SweepReport {
  /** Rows past their time that are still there, per kind; counted up to 100 000, and only where any were left. */
  readonly backlog: Readonly<Record<string, number>>;
  /** The kinds of which there are more. */
  readonly uncounted: readonly string[];
  /** Milliseconds by which the oldest of them is past its time. */
  readonly lagMs: number;
  readonly holder: SweepHolder | null;
}

/** Below every `purge_at`. */
const FROM_THE_START = -8.64e15 - 1;
const COUNTED = 100_000;
/** Rows that a step is not made smaller than, where one was too slow for the deadline of a call. */
const SMALLEST = 10;

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
  /** Nobody else sweeps one namespace by its clock, and whoever sweeps the database is not to wait for it. */
  readonly #lease: Lease | null;
  #last: RdbmsSweepReport | null = null;
  #running: Promise<unknown> = Promise.resolve();

  constructor(database: Database, dialect: Dialect, { tolerance, only }: SweepDomain, log: Log) {
    this.#database = database;
    this.#dialect = dialect;
    this.#tolerance = tolerance;
    this.#scope = only === null ? { prefix: '', params: {} } : { prefix: 'own_', params: { tenant_id: only } };
    this.#log = log;
    this.#lease = only === null ? new Lease(database, tolerance, log) : null;
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
    return { removed: {}, complete: true, errors: {}, ...left.report(), holder: null };
  }

  async #sweep(options: SweepOptions): Promise<RdbmsSweepReport> {
    const { at, budgetMs } = options;
    const began = performance.now();
    await this.#guardClock(at);
    // What another caller may still change is not past its time yet: two callers' clocks differ by twice the tolerance.
    const before = at - 2 * this.#tolerance;
    const holder = (await this.#lease?.take(at)) ?? null;
    if (holder !== null) return { removed: {}, complete: false, errors: {}, ...new Left().report(), holder };
    const removed: Record<string, number> = {};
    const errors: Record<string, string> = {};
    const deadline = performance.now() + budgetMs;
    const mayGoOn = async (): Promise<boolean> =>
      options.signal?.aborted !== true &&
      performance.now() <= deadline &&
      ((await this.#lease?.keep(at + performance.now() - began)) ?? true);
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
        await attempt(name, () => this.#table(name, before, options, { deadline, mayGoOn }, removed));
        await attempt(name, () => this.#look(name, before, left).then(() => true));
      }
    } finally {
      await this.#lease?.release();
    }
    const report = { removed, complete, errors, ...left.report(), holder };
    this.#warnOfGrowth(report);
    this.#last = report;
    return report;
  }

  /** False where budget, signal or another holder of the lease ended it. */
  async #table(
    name: SweptName,
    before: Instant,
    { batch, signal }: SweepOptions,
    { deadline, mayGoOn }: { readonly deadline: number; readonly mayGoOn: () => Promise<boolean> },
    removed: Record<string, number>,
  ): Promise<boolean> {
    const { purge, mostPurged = batch } = this.#dialect.catalogue;
    let rows = Math.min(batch, mostPurged);
    let from = FROM_THE_START;
    for (;;) {
      if (!(await mayGoOn())) return false;
      const began = performance.now();
      let done: Removed;
      try {
        done = await removeBatch(this.#database, purge, this.#scope, name, from, before, rows);
      } catch (error) {
        // As large it would be too slow in every round, and nothing would ever be removed.
        if (!isLate(error) || rows <= SMALLEST) throw error;
        rows = Math.max(SMALLEST, Math.floor(rows / 4));
        this.#log.warn({ table: name, rows, error }, 'A step of the sweep was too slow; the next are smaller.');
        continue;
      }
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

  /** Counts what of a table is past its time and there. */
  async #look(name: SweptName, before: Instant, left: Left): Promise<void> {
    const { prefix, params } = this.#scope;
    const [row] = (await this.#database.run(`${prefix}oldest_${name}`, { ...params, from_purge: FROM_THE_START })).rows;
    const oldest = row === undefined ? null : optionalInteger(row, 'oldest');
    if (oldest === null || oldest >= before) return;
    const counted = await this.#database.run(`${prefix}backlog_${name}`, { ...params, before, page: COUNTED + 1 });
    left.add(name, counted.rows[0] === undefined ? 0 : integer(counted.rows[0], 'n'), before - oldest);
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
  readonly #backlog: Record<string, number> = {};
  readonly #uncounted: string[] = [];
  #lagMs = 0;

  add(name: SweptName, rows: number, lagMs: number): void {
    this.#backlog[name] = Math.min(rows, COUNTED);
    if (rows > COUNTED) this.#uncounted.push(name);
    this.#lagMs = Math.max(this.#lagMs, lagMs);
  }

  report(): Pick<RdbmsSweepReport, 'backlog' | 'uncounted' | 'lagMs'> {
    return { backlog: this.#backlog, uncounted: this.#uncounted, lagMs: this.#lagMs };
  }
}

/** The statement was given up at a limit, the database's or ours. */
function isLate(error: unknown): boolean {
  return error instanceof StoreError && (error.kind === 'timeout' || error.kind === 'unknown_outcome');
}
