import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

/**
 * Ports that no system gives by itself to whoever asks for any, as browsers, drivers and other tests do all the time,
 * and that the one who asked here often takes only seconds later.
 */
const FIRST = 20_000;
const PORTS = 6_000;

/** A port that nobody listens on, on either loopback address, and that no other process is given while this one runs. */
export async function freePort(): Promise<number> {
  for (let tried = 0; tried < PORTS; tried++) {
    const port = FIRST + randomInt(PORTS);
    // Whoever holds the port that belongs to it has been given this one; the system takes it back from whoever is gone.
    const held = await listening(port + PORTS, '127.0.0.1');
    if (held === null) continue;
    if (await isFree(port)) {
      held.unref();
      return port;
    }
    held.close();
  }
  throw new Error(`Every port from ${FIRST} on is taken.`);
}

async function isFree(port: number): Promise<boolean> {
  for (const host of ['127.0.0.1', '::1', undefined]) {
    const server = await listening(port, host).catch((error: NodeJS.ErrnoException) => {
      // A machine without IPv6: nobody else can have it there either.
      if (error.code === 'EADDRNOTAVAIL' || error.code === 'EAFNOSUPPORT') return undefined;
      throw error;
    });
    if (server === null) return false;
    server?.close();
    if (server) await once(server, 'close');
  }
  return true;
}

/** @returns null where somebody has it */
async function listening(port: number, host: string | undefined): Promise<Server | null> {
  const server = createServer().listen({ port, ...(host === undefined ? {} : { host }) });
  try {
    await once(server, 'listening');
    return server;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return null;
    throw error;
  }
}
