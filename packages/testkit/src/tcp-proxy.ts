import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** What goes wrong on the way between a client and a server; bytes count per connection and direction. */
export interface Faults {
  /** New connections are closed at once. */
  readonly refuse?: boolean;
  /** Milliseconds that each piece waits. */
  readonly delayMs?: number;
  /** After this many bytes towards the server both ends are cut off, the rest unsent. */
  readonly cutRequestAfter?: number;
  /** After this many bytes towards the client both ends are cut off, the rest unsent. */
  readonly cutAnswerAfter?: number;
  /** The answer of the server is lost: nothing goes back, and the connection stays open. */
  readonly swallowAnswer?: boolean;
  /** The client's half is ended as soon as its first piece is through. */
  readonly halfClose?: boolean;
}

export interface TcpProxy {
  readonly port: number;
  /** From now on, open connections included. */
  set(faults: Faults): void;
  /** Connections that came so far. */
  connections(): number;
  /** Sockets that are open now, of both sides. */
  open(): number;
  /** Cuts off every open connection, the proxy stays. */
  cut(): void;
  close(): Promise<void>;
}

/** Passes bytes on to a server on loopback, as badly as it is told to. */
export async function startTcpProxy(target: { readonly port: number; readonly host?: string }): Promise<TcpProxy> {
  let faults: Faults = {};
  let count = 0;
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy());
  };
  const server = createServer({ allowHalfOpen: true }, (client) => {
    count++;
    keep(client);
    if (faults.refuse) {
      client.resetAndDestroy();
      return;
    }
    const upstream = connect({ port: target.port, host: target.host ?? '127.0.0.1', allowHalfOpen: true });
    keep(upstream);
    const both = [client, upstream] as const;
    void pass(client, upstream, both, () => ({ cutAfter: faults.cutRequestAfter, halfClose: faults.halfClose }));
    void pass(upstream, client, both, () => ({ cutAfter: faults.cutAnswerAfter, swallow: faults.swallowAnswer }));
  });

  async function pass(
    from: Socket,
    to: Socket,
    both: readonly Socket[],
    now: () => { cutAfter?: number | undefined; halfClose?: boolean | undefined; swallow?: boolean | undefined },
  ): Promise<void> {
    let passed = 0;
    try {
      // The other direction of the same socket goes on when this one ends.
      for await (const piece of from.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
        const { cutAfter, halfClose, swallow } = now();
        if (faults.delayMs) await pause(faults.delayMs);
        if (swallow) continue;
        const rest = cutAfter === undefined ? piece : piece.subarray(0, Math.max(0, cutAfter - passed));
        passed += piece.length;
        if (rest.length > 0 && !to.write(rest)) await once(to, 'drain');
        if (rest.length < piece.length) {
          // What is on its way arrives before the end does.
          for (const socket of both) socket.destroySoon();
          return;
        }
        if (halfClose) to.end();
      }
      to.end();
    } catch {
      for (const socket of both) socket.destroy();
    }
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    set(next) {
      faults = next;
    },
    connections: () => count,
    open: () => sockets.size,
    cut() {
      for (const socket of sockets) socket.resetAndDestroy();
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
