import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type { ArmedFault, Fault } from '@gatehouse/conformance';
import type { Asked, Wire } from './wire.test-support.ts';

/** Where a write can be hit. */
export const POINTS = ['at its first statement', 'at its first change', 'at what commits it'] as const;

type Armed = { readonly point: string } & (
  | { readonly firstTry: Fault['firstTry']; readonly held: (arrive: () => Promise<void>) => void }
  | { readonly firstTry: 'deadlock' }
);

/** Passes statements on to a server, and can lose contact at one of them, answer in its place, or answer nothing. */
export class StatementProxy {
  readonly #server: Server;
  readonly #target: { readonly host: string; readonly port: number };
  readonly #wire: () => Wire;
  readonly #silentMs: number;
  readonly #sockets = new Set<Socket>();
  #armed: Armed | undefined;
  #hanging = false;
  #prepared = 0;

  private constructor(target: { readonly host: string; readonly port: number }, wire: () => Wire, silentMs: number) {
    this.#target = target;
    this.#wire = wire;
    this.#silentMs = silentMs;
    this.#server = createServer((client) => this.#pass(client));
  }

  /** @param silentMs when what a lost client left open is ended here; 0: the server ends it by itself */
  static async start(
    target: { readonly host: string; readonly port: number },
    wire: () => Wire,
    silentMs = 0,
  ): Promise<StatementProxy> {
    const proxy = new StatementProxy(target, wire, silentMs);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Statements that came by the name or number under which they had been prepared. */
  get prepared(): number {
    return this.#prepared;
  }

  /** Hits the next statement there; what a `late` one held back comes with `arrive`. */
  arm({ point, firstTry }: Fault): ArmedFault {
    let arrive = async (): Promise<void> => undefined;
    this.#armed = { point, firstTry, held: (later) => (arrive = later) };
    return { arrive: () => arrive() };
  }

  /** The next statement there is answered by a deadlock, and never comes to the server. */
  armDeadlock(point: string): void {
    this.#armed = { point, firstTry: 'deadlock' };
  }

  get armed(): boolean {
    return this.#armed !== undefined;
  }

  /** Nothing is passed on any more, and nothing closed. */
  hang(): void {
    this.#hanging = true;
  }

  /** What hung is cut off; what comes is passed on again. */
  goOn(): void {
    this.#hanging = false;
    this.cut();
  }

  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #pass(client: Socket): void {
    const wire = this.#wire();
    const upstream = connect(this.#target);
    for (const socket of [client, upstream]) {
      this.#sockets.add(socket);
      socket.setNoDelay(true).on('error', () => socket.destroy());
    }
    client.on('close', () => this.#sockets.delete(client) && upstream.destroy());
    upstream.on('close', () => this.#sockets.delete(upstream) && client.destroy());
    let inTransaction = false;
    client.on('data', (piece) => {
      const asked = wire.asked(piece);
      this.#prepared += wire.prepared?.(piece) ?? 0;
      const hit = this.#hits(asked, inTransaction);
      if (asked === 'begin') inTransaction = true;
      if (asked === 'commit' || asked === 'rollback') inTransaction = false;
      if (this.#hanging) return;
      if (hit) this.#fail(hit, piece, client, upstream, wire);
      else upstream.write(piece);
    });
    upstream.on('data', (piece) => {
      wire.heard(piece);
      if (!this.#hanging) client.write(piece);
    });
  }

  #hits(asked: Asked, inTransaction: boolean): Armed | undefined {
    const armed = this.#armed;
    if (!armed) return undefined;
    const alone = asked === 'change' && !inTransaction;
    const there = [asked === 'begin' || alone, asked === 'change', asked === 'commit' || alone];
    if (!there[POINTS.indexOf(armed.point as (typeof POINTS)[number])]) return undefined;
    this.#armed = undefined;
    return armed;
  }

  #fail(armed: Armed, piece: Buffer, client: Socket, upstream: Socket, wire: Wire): void {
    if (armed.firstTry === 'deadlock') {
      client.write(wire.deadlock());
      return;
    }
    if (armed.firstTry === 'lost') {
      client.destroy();
      return;
    }
    client.removeAllListeners('close').removeAllListeners('data');
    upstream.removeAllListeners('data');
    const send = async (): Promise<void> => {
      if (upstream.destroyed) return;
      upstream.write(piece);
      await Promise.race([once(upstream, 'data'), once(upstream, 'close')]).catch(() => undefined);
      upstream.destroy();
    };
    if (armed.firstTry === 'late') {
      armed.held(send);
      client.destroy();
      if (this.#silentMs > 0) setTimeout(() => upstream.destroy(), this.#silentMs).unref();
    } else void send().then(() => client.destroy());
  }
}
