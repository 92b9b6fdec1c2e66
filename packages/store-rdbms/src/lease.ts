import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Instant, Log, SweepHolder } from '@gatehouse/core';
import type { Database } from './database/database.ts';
import { Duplicate } from './database/fault.ts';
import { text } from './rows.ts';
import type { Row } from './statement.ts';

/** Milliseconds for which the lease is taken, and taken again before they are over. */
const LEASE_MS = 60_000;
/** Milliseconds by which a lease that was taken meanwhile may end later than one taken now. */
const SLACK_MS = 10_000;

/**
 * Who sweeps the database just now, so that not all do. It saves work, and no removal depends on it: two that sweep at
 * once do no harm. So whatever is wrong with its row is mended, and said, instead of keeping everybody from sweeping.
 */
export class Lease {
  readonly #database: Database;
  readonly #tolerance: number;
  readonly #log: Log;
  readonly #me = ownName();
  #until: Instant = 0;

  /** `tolerance`: milliseconds by which a clock may differ from the database's. */
  constructor(database: Database, tolerance: number, log: Log) {
    this.#database = database;
    this.#tolerance = tolerance;
    this.#log = log;
  }

  /** Null: it is mine. Else who has it. */
  async take(at: Instant): Promise<SweepHolder | null> {
    if (await this.#taken('lease_take', at, { at })) return null;
    const [row] = (await this.#database.run('lease_read', {})).rows;
    if (row === undefined) return this.#putBack(at);
    const holder = { owner: text(row, 'owner_id'), until: endOf(row) };
    // Two clocks differ by twice the tolerance.
    const latest = at + LEASE_MS + SLACK_MS + 2 * this.#tolerance;
    if (holder.until <= latest || !(await this.#taken('lease_seize', at, { latest }))) return holder;
    this.#log.warn(
      { owner: holder.owner, until: shownInstant(holder.until) },
      'The lease of the sweep was held for longer than any server takes it, as by one whose clock was ahead. It is taken over: see that all clocks are set by NTP.',
    );
    return null;
  }

  /** Before each step: false where it has become another's. */
  async keep(at: Instant): Promise<boolean> {
    return at < this.#until - LEASE_MS / 2 || this.#taken('lease_take', at, { at });
  }

  async release(): Promise<void> {
    await this.#database.run('lease_release', { owner_id: this.#me }).catch(() => undefined);
  }

  async #taken(
    statement: 'lease_take' | 'lease_seize',
    at: Instant,
    where: Readonly<Record<string, Instant>>,
  ): Promise<boolean> {
    const until = at + LEASE_MS;
    const { count } = await this.#database.run(statement, { owner_id: this.#me, held_until: until, ...where });
    if (count > 0) this.#until = until;
    return count > 0;
  }

  async #putBack(at: Instant): Promise<SweepHolder | null> {
    try {
      await this.#database.run('lease_add', { owner_id: this.#me, held_until: at + LEASE_MS });
    } catch (error) {
      if (!(error instanceof Duplicate)) throw error;
      return this.take(at);
    }
    this.#until = at + LEASE_MS;
    this.#log.warn(
      {},
      'The row of oauth_lease was missing, and is put back: something has emptied the table, as a restore of a part does. See that the other tables are whole.',
    );
    return null;
  }
}

/** `host:pid:…`, for people; the end tells two apart whose host and process are called the same, as in containers. */
function ownName(): string {
  const host = hostname()
    .replaceAll(/[^A-Za-z0-9.-]/g, '-')
    .slice(0, 40);
  return `${host}:${process.pid}:${randomUUID().slice(0, 8)}`;
}

/** Whatever number is there: one that is too large to be exact would otherwise keep everybody from sweeping. */
function endOf(row: Row): Instant {
  return Number(row['held_until']);
}

/** As ISO 8601 has it; a number that is no time stays what it is. */
function shownInstant(at: Instant): string {
  return Math.abs(at) <= 8.64e15 ? new Date(at).toISOString() : String(at);
}
