import { setTimeout as sleep } from 'node:timers/promises';
import type { Deadline, Log, StoreError } from '@gatehouse/core';
import { Late } from '@gatehouse/core';
import type { Client, types } from 'cassandra-driver';
import type { Level, SerialLevel } from '../levels/levels.ts';
import { STATEMENTS, type Statement, type StatementId } from '../schema/statements.ts';
import type { Driver } from './driver.ts';
import { errorOf, faultOf, lateError, type Stage } from './fault.ts';

export type Value = string | number | boolean | readonly string[] | null | undefined;
/** Undefined is a column that is not written: a null would be a tombstone. */
export type Params = Readonly<Record<string, Value>>;
export type Row = Readonly<Record<string, unknown>>;

/** A statement that was answered, or not; never its values. */
export interface SentStatement {
  readonly id: string;
  readonly text: string;
  readonly level: Level;
  /** Rows that were read, or written. */
  readonly rows: number;
  readonly ms: number;
  readonly failed: boolean;
}

export interface SessionOptions {
  readonly driver: Driver;
  readonly client: Client;
  readonly statementMs: number;
  readonly observe: ((statement: SentStatement) => void) | undefined;
  readonly log: Log;
}

/** A lightweight transaction's answer: what was in the way, where it was not applied. */
export type Decision = { readonly applied: true } | { readonly applied: false; readonly row: Row | undefined };

/** Milliseconds that a call waits for a node to come back, before it says that there is none. */
const UNREACHABLE_MS = 1_000;
const PAUSE_MS = 100;

/** The one way to the cluster: prepared statements by their id, within a deadline, with one kind of error. */
export class Session {
  readonly client: Client;
  readonly #driver: Driver;
  readonly #options: SessionOptions;
  readonly #running = new Set<Promise<unknown>>();

  constructor(options: SessionOptions) {
    this.client = options.client;
    this.#driver = options.driver;
    this.#options = options;
  }

  /** A read, or a write that may be made again: its rows. */
  async run(id: StatementId, params: Params, level: Level, deadline: Deadline): Promise<readonly Row[]> {
    const result = await this.#execute(id, params, level, undefined, deadline);
    return (result.rows ?? []) as unknown as readonly Row[];
  }

  /** A lightweight transaction. Never sent again by anybody but its caller. */
  async decide(
    id: StatementId,
    params: Params,
    { commit, serial }: { readonly commit: Level; readonly serial: SerialLevel },
    deadline: Deadline,
  ): Promise<Decision> {
    const result = await this.#execute(id, params, commit, serial, deadline);
    if (result.wasApplied()) return { applied: true };
    return { applied: false, row: result.rows[0] as Row | undefined };
  }

  /** Lets what runs come to its end, for so long. */
  async close(ms: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, ms);
    });
    await Promise.race([Promise.allSettled([...this.#running]), late]);
    clearTimeout(timer);
    await this.client.shutdown();
  }

  async #execute(
    id: StatementId,
    params: Params,
    level: Level,
    serial: SerialLevel | undefined,
    deadline: Deadline,
  ): Promise<types.ResultSet> {
    const statement = STATEMENTS.get(id);
    if (!statement) throw new TypeError(`There is no statement ${id}.`);
    const { stage } = statement;
    const began = performance.now();
    let rows = 0;
    let failed = true;
    try {
      const result = await this.#sent(statement, params, level, serial, deadline);
      rows = stage === 'read' ? (result.rows?.length ?? 0) : result.wasApplied() ? 1 : 0;
      failed = false;
      return result;
    } catch (error) {
      throw this.#errorOf(error, stage);
    } finally {
      this.#options.observe?.({ id, text: statement.text, level, rows, ms: performance.now() - began, failed });
    }
  }

  /** Waits a little for a node to be there: as long as none was, nothing was sent. */
  async #sent(
    { text, stage }: Statement,
    params: Params,
    level: Level,
    serial: SerialLevel | undefined,
    deadline: Deadline,
  ): Promise<types.ResultSet> {
    const { types, policies } = this.#driver;
    const began = performance.now();
    for (;;) {
      const answer = this.client.execute(text, this.#bound(params), {
        prepare: true,
        consistency: consistencyOf(level, types.consistencies),
        ...(serial === undefined ? {} : { serialConsistency: types.consistencies[camel(serial)] }),
        isIdempotent: stage !== 'decide',
        readTimeout: Math.max(1, Math.min(this.#options.statementMs, Math.ceil(deadline.left))),
        fetchSize: 0,
        ...(stage === 'decide' ? { retry: new policies.retry.FallthroughRetryPolicy() } : {}),
      });
      this.#running.add(answer);
      try {
        return await deadline.race(answer);
      } catch (error) {
        const waited = performance.now() - began;
        if (faultOf(error) !== 'unreachable' || waited > UNREACHABLE_MS || deadline.left < PAUSE_MS) throw error;
      } finally {
        this.#running.delete(answer);
      }
      await sleep(PAUSE_MS);
    }
  }

  #errorOf(error: unknown, stage: Stage): StoreError {
    return error instanceof Late ? lateError(stage, error) : errorOf(error, stage);
  }

  #bound(params: Params): Record<string, unknown> {
    const { unset } = this.#driver.types;
    return Object.fromEntries(
      Object.entries(params).map(([name, value]) => [name, value === undefined ? unset : value]),
    );
  }
}

type Consistency = keyof typeof types.consistencies;

/**
 * A level as the driver sends it. ANY is zero, which the driver takes for none and sends ONE instead; an object of zero
 * it takes for a level, and writes it as zero.
 */
export function consistencyOf(level: Level, consistencies: typeof types.consistencies): types.consistencies {
  return level === 'ANY' ? (Object(0) as types.consistencies) : consistencies[camel(level)];
}

/** The driver's name of a level: `localQuorum`. */
function camel(level: Level): Consistency {
  return level.toLowerCase().replace(/_(.)/g, (_, letter: string) => letter.toUpperCase()) as Consistency;
}
