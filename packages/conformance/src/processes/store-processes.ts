import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type Clock, type Log, type Store, type StoreCapabilities, StoreError } from '@gatehouse/core';
import type { Opening } from '../ports.ts';
import type { Answer, Call, Remote } from './messages.ts';

export interface StoreProcessesOptions {
  /** The module that calls `serveStores`. */
  readonly module: URL;
  readonly capabilities: StoreCapabilities;
  /** How many processes are kept for all cases; default 2. */
  readonly processes?: number;
}

/** Stores in processes of their own: `sibling` and `kill` of a target. */
export class StoreProcesses<Options> {
  readonly #file: string;
  readonly #capabilities: StoreCapabilities;
  readonly #hosts: (Host | undefined)[];
  readonly #hostOf = new WeakMap<Store, Host>();
  #turn = 0;

  constructor({ module, capabilities, processes = 2 }: StoreProcessesOptions) {
    this.#file = fileURLToPath(module);
    this.#capabilities = capabilities;
    this.#hosts = Array.from({ length: processes });
  }

  /** @param options what the module's `make` is given, as far as it can be sent to another process */
  async open(options: Options, opening: Opening): Promise<Store> {
    const host = this.#next();
    const id = await host.make(options, opening);
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
    await Promise.all(this.#hosts.map((host) => host?.end()));
  }

  #next(): Host {
    const index = this.#turn++ % this.#hosts.length;
    const known = this.#hosts[index];
    if (known?.alive) return known;
    const host = new Host(this.#file);
    this.#hosts[index] = host;
    return host;
  }
}

/** One process with any number of stores. */
class Host {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: unknown) => void }>();
  readonly #logs = new Map<number, Log>();
  #calls = 0;
  #stores = 0;
  alive = true;

  constructor(file: string) {
    this.#child = fork(file, { serialization: 'advanced', stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.#child.on('message', (answer: Answer) => this.#hear(answer));
    this.#child.on('exit', () => {
      this.alive = false;
      for (const { reject } of this.#waiting.values()) reject(ended());
      this.#waiting.clear();
    });
  }

  async make(options: unknown, { namespace, clock, log, room }: Opening): Promise<number> {
    const store = ++this.#stores;
    this.#logs.set(store, log);
    const remote: Remote<unknown> = { options, namespace, room, clockOffset: offsetOf(clock) };
    await this.call(store, 'make', [remote]);
    return store;
  }

  call(store: number, method: string, args: readonly unknown[]): Promise<unknown> {
    if (!this.alive) return Promise.reject(ended());
    const id = ++this.#calls;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#child.send({ id, store, method, args } satisfies Call);
    });
  }

  async end(): Promise<void> {
    if (!this.alive) return;
    const exit = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exit;
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

/** Compared within one millisecond of this machine's: a pause between two looks would be taken for a difference. */
function offsetOf(clock: Clock): number {
  for (;;) {
    const before = Date.now();
    const theirs = clock.now();
    if (Date.now() === before) return theirs - before;
  }
}

const ended = (): StoreError => new StoreError('unavailable', 'The process ended.');
