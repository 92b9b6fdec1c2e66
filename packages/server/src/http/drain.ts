import type { Server, ServerResponse } from 'node:http';
import type { Listener } from './listen.ts';

/** What is under way, so that none of it is lost when the server stops. */
export interface Traffic {
  /** Wraps the listener of a server. */
  watch(listener: Listener): Listener;
  readonly draining: boolean;
  /**
   * Lets every request that has come be answered, and ends its connection with the answer.
   * @returns how many requests were cut off when the time was up
   */
  drain(servers: readonly Server[], patienceMs: number): Promise<number>;
}

/** How long idle connections stay when the server stops: a request may be on its way on them. */
const LAST_CALL_MS = 100;

const wait = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });

const closed = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
  });

export function createTraffic(): Traffic {
  const running = new Set<ServerResponse>();
  let draining = false;

  const endsConnection = (outgoing: ServerResponse): void => {
    if (!outgoing.headersSent) outgoing.setHeader('Connection', 'close');
  };

  return {
    get draining() {
      return draining;
    },
    watch(listener) {
      return (incoming, outgoing) => {
        running.add(outgoing);
        outgoing.once('close', () => running.delete(outgoing));
        if (draining) endsConnection(outgoing);
        listener(incoming, outgoing);
      };
    },
    async drain(servers, patienceMs) {
      draining = true;
      for (const outgoing of running) endsConnection(outgoing);
      await wait(LAST_CALL_MS);
      const all = Promise.all(servers.map(closed));
      // Connections whose answer was on its way when draining began stay open after it; they are idle now.
      const sweep = setInterval(() => {
        for (const server of servers) server.closeIdleConnections();
      }, LAST_CALL_MS);
      let cutOff = 0;
      const patience = setTimeout(() => {
        cutOff = running.size;
        for (const server of servers) server.closeAllConnections();
      }, patienceMs);
      await all;
      clearInterval(sweep);
      clearTimeout(patience);
      return cutOff;
    },
  };
}
