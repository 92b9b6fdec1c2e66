import type { Client, ClientConfig, QueryResult } from 'pg';
import type { Bound } from '../database/engine.ts';
import type { Compiled, Result } from '../statement.ts';
import { sayGoodbye } from './goodbye.ts';

type ClientClass = new (config: ClientConfig) => Client;

/** The driver's answer in our words. */
type ResultOf = (result: QueryResult) => Result;

/**
 * Look-ups by key on one connection beside the pool, each sent before the last was answered: twice as many in a second.
 * Every statement ends its own round, so an error of one is nobody else's.
 */
export class PipelinedReader {
  readonly #Client: ClientClass;
  readonly #config: () => Promise<ClientConfig>;
  readonly #lifetimeMs: number;
  readonly #resultOf: ResultOf;
  #current: { readonly client: Client; readonly replaceAt: number } | undefined;
  #connecting: Promise<Client> | undefined;
  #closed = false;

  constructor(Client: ClientClass, config: () => Promise<ClientConfig>, lifetimeMs: number, resultOf: ResultOf) {
    this.#Client = Client;
    this.#config = config;
    this.#lifetimeMs = lifetimeMs;
    this.#resultOf = resultOf;
  }

  async read({ id, text }: Compiled, values: Bound): Promise<Result> {
    const client = this.#usable() ?? (await this.#connect());
    return this.#resultOf(await client.query({ name: id, text, values: values as unknown[] }));
  }

  /** Everything that waits for an answer fails, and the next look-up connects anew. */
  cut(): void {
    const { client } = this.#current ?? {};
    this.#current = undefined;
    if (client) streamOf(client).destroy();
  }

  async close(): Promise<void> {
    this.#closed = true;
    const { client } = this.#current ?? {};
    this.#current = undefined;
    if (client) await leave(client);
  }

  #usable(): Client | undefined {
    const current = this.#current;
    if (current === undefined || performance.now() < current.replaceAt) return current?.client;
    this.#current = undefined;
    // What was sent is still answered, if that takes no longer than a goodbye.
    void leave(current.client);
    return undefined;
  }

  #connect(): Promise<Client> {
    this.#connecting ??= this.#open().finally(() => {
      this.#connecting = undefined;
    });
    return this.#connecting;
  }

  async #open(): Promise<Client> {
    const client = new this.#Client({ ...(await this.#config()), pipeline: true } as ClientConfig);
    const forget = (): void => {
      if (this.#current?.client === client) this.#current = undefined;
    };
    client.on('error', forget);
    client.on('end', forget);
    await client.connect();
    if (this.#closed) {
      await client.end();
      throw new Error('Connection terminated: the store is closed.');
    }
    this.#current = { client, replaceAt: performance.now() + this.#lifetimeMs };
    return client;
  }
}

function leave(client: Client): Promise<void> {
  return sayGoodbye(client.end(), () => streamOf(client).destroy()).catch(() => undefined);
}

/** The socket below: the driver has no way to end a connection without asking the server. */
export function streamOf(client: Client): { destroy(): void } {
  return (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream;
}
