import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Opening } from '@gatehouse/conformance';
import { type Log, type Store, type StoreCapabilities, StoreError, type StoreErrorKind } from '@gatehouse/core';
import type { Connection } from '../index.ts';

export interface Call {
  readonly id: number;
  readonly store: number;
  readonly method: string;
  readonly args: readonly unknown[];
}

export type Answer =
  | { readonly id: number; readonly value: unknown }
  | {
      readonly id: number;
      readonly error: { readonly kind: StoreErrorKind; readonly message: string; readonly cause: string | null };
    }
  | {
      readonly log: {
        readonly store: number;
        readonly level: 'debug' | 'info' | 'warn' | 'error';
        readonly fields: string;
        readonly message: string;
      };
    };

const HOST = fileURLToPath(new URL('sibling-host.test-support.ts', import.meta.url));

/** One process with any number of stores. */
class Host {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: unknown) => void }>();
  readonly #logs = new Map<number, Log>();
  #calls = 0;
  #stores = 0;
  alive = true;

  constructor() {
    this.#child = fork(HOST, { serialization: 'advanced', stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.#child.on('message', (answer: Answer) => this.#hear(answer));
    this.#child.on('exit', () => {
      this.alive = false;
      for (const { reject } of this.#waiting.values()) reject(new StoreError('unavailable', 'The process ended.'));
      this.#waiting.clear();
    });
  }

  async open(connection: Connection, tolerance: number, opening: Opening): Promise<number> {
    const store = ++this.#stores;
    this.#logs.set(store, opening.log);
    const clockOffset = opening.clock.now() - Date.now();
    const options = { connection, namespace: opening.namespace, clockToleranceMs: tolerance, clockOffset };
    await this.call(store, 'make', [options]);
    return store;
  }

  call(store: number, method: string, args: readonly unknown[]): Promise<unknown> {
    if (!this.alive) return Promise.reject(new StoreError('unavailable', 'The process ended.'));
    const id = ++this.#calls;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#child.send({ id, store, method, args } satisfies Call);
    });
  }

  async end(): Promise<void> {
    if (!this.alive) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }

  #hear(answer: Answer): void {
    if ('log' in answer) {
      const { store, level, fields, message } = answer.log;
      this.#logs.get(store)?.[level](JSON.parse(fields), message);
      return;
    }
    const { resolve, reject } = this.#waiting.get(answer.id) ?? {};
    this.#waiting.delete(answer.id);
    if ('value' in answer) resolve?.(answer.value);
    else {
      const { kind, message, cause } = answer.error;
      reject?.(new StoreError(kind, message, cause === null ? {} : { cause: new Error(cause) }));
    }
  }
}

/** Stores in other processes, a few of which are kept for all cases. */
export class SiblingProcesses {
  readonly #capabilities: StoreCapabilities;
  readonly #hosts: Host[] = [];
  readonly #hostOf = new WeakMap<Store, Host>();
  #turn = 0;

  constructor(capabilities: StoreCapabilities) {
    this.#capabilities = capabilities;
  }

  async open(connection: Connection, opening: Opening): Promise<Store> {
    const host = this.#next();
    const id = await host.open(connection, this.#capabilities.clockTolerance, opening);
    const call =
      (method: string) =>
      (...args: unknown[]): Promise<never> =>
        host.call(id, method, args) as Promise<never>;
    const store: Store = {
      name: 'elsewhere',
      capabilities: this.#capabilities,
      write: call('write'),
      find: call('find') as Store['find'],
      revoke: call('revoke'),
      list: call('list'),
      once: call('once'),
      count: call('count'),
      clear: call('clear'),
      open: call('open'),
      ping: call('ping'),
      // A signal stays where it is.
      sweep: ({ at, batch, budgetMs }) => call('sweep')({ at, batch, budgetMs }),
      close: async () => void (host.alive && (await call('close')())),
    };
    this.#hostOf.set(store, host);
    return store;
  }

  /** Ends the process that serves this store, at once. */
  async kill(store: Store): Promise<void> {
    await this.#hostOf.get(store)?.end();
  }

  async close(): Promise<void> {
    await Promise.all(this.#hosts.map((host) => host.end()));
  }

  #next(): Host {
    const index = this.#turn++ % PROCESSES;
    const known = this.#hosts[index];
    if (known?.alive) return known;
    const host = new Host();
    this.#hosts[index] = host;
    return host;
  }
}

const PROCESSES = 2;
