import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type { Wire } from './wire.test-support.ts';

/** Passes statements on, and cuts the connection at the nth of those that match, before it is sent or after it was answered. */
export class StatementCutter {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #cut: { readonly at: number; readonly when: 'before' | 'after'; readonly also: () => void } | null = null;
  #seen = 0;

  private constructor(target: { readonly host: string; readonly port: number }, wire: () => Wire, counted: RegExp) {
    this.#server = createServer((client) => {
      const upstream = connect(target);
      const speech = wire();
      const both = [client, upstream];
      const end = (): void => {
        for (const socket of both) socket.destroy();
      };
      const cut = (): void => {
        this.#cut?.also();
        end();
      };
      for (const socket of both) {
        this.#sockets.add(socket);
        socket.setNoDelay(true).on('error', end).on('close', end);
      }
      let endsNext = false;
      client.on('data', (piece) => {
        speech.asked(piece);
        if (counted.test(piece.toString('latin1')) && this.#seen++ === this.#cut?.at) {
          if (this.#cut.when === 'before') return cut();
          endsNext = true;
        }
        upstream.write(piece);
      });
      upstream.on('data', (piece) => {
        if (endsNext) return cut();
        client.write(piece);
      });
    });
  }

  static async start(
    target: { readonly host: string; readonly port: number },
    wire: () => Wire,
    counted: RegExp,
  ): Promise<StatementCutter> {
    const cutter = new StatementCutter(target, wire, counted);
    cutter.#server.listen(0, '127.0.0.1');
    await once(cutter.#server, 'listening');
    return cutter;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Counts from here; null: nothing is cut. @param also what else is done in that moment */
  cutAt(at: number | null, when: 'before' | 'after' = 'before', also: () => void = () => undefined): void {
    this.#seen = 0;
    this.#cut = at === null ? null : { at, when, also };
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
