import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Listener } from './listen.ts';

/** What is under way, so that none of it is lost when the server stops. */
export interface Traffic {
  /** To be told of a server as soon as it listens, so that its silent connections are known. */
  attach(servers: readonly Server[]): void;
  /** Wraps the listener of a server. */
  watch(listener: Listener): Listener;
  readonly draining: boolean;
  /**
   * Lets every request that has come be answered, and ends its connection with the answer.
   * @returns how many requests were cut off when the time was up
   */
  drain(servers: readonly Server[], patienceMs: number): Promise<number>;
}

/** When the server stops, it still takes what is on its way: until nothing new has come for this long … */
const QUIET_MS = 100;
/** … and no longer than this, where something always comes. */
const LAST_CALL_MS = 2_000;

/** Also lets the event loop look at its sockets once more: after a long turn the time alone says nothing. */
const wait = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(() => setImmediate(resolve), ms).unref();
  });

const peerOf = ({ localAddress, localPort, remoteAddress, remotePort }: Socket): string =>
  [localAddress, localPort, remoteAddress, remotePort].join(' ');

const closed = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
  });

/** @param lastCallMs how long a request that has begun to come is waited for */
export function createTraffic(lastCallMs: number = LAST_CALL_MS): Traffic {
  const running = new Set<ServerResponse>();
  // Node takes a connection that has asked for nothing yet for a busy one, and would wait for it. By its peer, since one
  // by TLS is another object from the end of its handshake on.
  const silent = new Map<string, Socket>();
  let draining = false;
  let arrivals = 0;

  const endsConnection = (outgoing: ServerResponse): void => {
    if (!outgoing.headersSent) outgoing.setHeader('Connection', 'close');
  };

  return {
    get draining() {
      return draining;
    },
    attach(servers) {
      const came = (socket: Socket): void => {
        const peer = peerOf(socket);
        silent.set(peer, socket);
        socket.once('close', () => {
          if (silent.get(peer) === socket) silent.delete(peer);
        });
      };
      for (const server of servers) server.on('connection', came).on('secureConnection', came);
    },
    watch(listener) {
      return (incoming, outgoing) => {
        arrivals++;
        // Of most connections it is not the first request, and costs nothing.
        if (silent.size > 0) silent.delete(peerOf(incoming.socket));
        running.add(outgoing);
        outgoing.once('close', () => running.delete(outgoing));
        if (draining) endsConnection(outgoing);
        listener(incoming, outgoing);
      };
    },
    async drain(servers, patienceMs) {
      draining = true;
      for (const outgoing of running) endsConnection(outgoing);
      for (const server of servers) server.on('connection', () => arrivals++);
      const end = performance.now() + Math.min(lastCallMs, patienceMs);
      for (let seen = -1; seen !== arrivals && performance.now() < end; ) {
        seen = arrivals;
        await wait(QUIET_MS);
      }
      const all = Promise.all(servers.map(closed));
      const hangUp = (which: (socket: Socket) => boolean): void => {
        for (const socket of silent.values()) if (which(socket)) socket.destroy();
      };
      hangUp(({ bytesRead }) => bytesRead === 0);
      // Of a request that has begun to come the rest may be on its way.
      const lastCall = setTimeout(hangUp, Math.max(0, end - performance.now()), () => true);
      // Connections whose answer was on its way when draining began stay open after it; they are idle now.
      const sweep = setInterval(() => {
        for (const server of servers) server.closeIdleConnections();
      }, QUIET_MS);
      let cutOff = 0;
      const patience = setTimeout(() => {
        cutOff = running.size;
        for (const server of servers) server.closeAllConnections();
      }, patienceMs);
      await all;
      clearInterval(sweep);
      clearTimeout(lastCall);
      clearTimeout(patience);
      return cutOff;
    },
  };
}
