import { once } from 'node:events';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A balancer that knows nothing of sessions: each request goes to the next server in turn. */
export interface RoundRobin {
  readonly url: string;
  /** Whom requests go to from now on, as ports of this machine. */
  target(ports: readonly number[]): void;
  /** How many requests each port has answered. */
  readonly answered: ReadonlyMap<number, number>;
  /** How many requests wait for the answer of each port. */
  readonly waiting: ReadonlyMap<number, number>;
  /** The next answer reaches nobody: it is given to the caller of this, and the client's connection is cut. */
  loseNextAnswer(): Promise<LostAnswer>;
  close(): Promise<void>;
}

export interface LostAnswer {
  /** Of the server that gave it. */
  readonly port: number;
  readonly status: number;
  readonly body: string;
}

interface Answer {
  readonly port: number;
  readonly message: IncomingMessage;
  readonly body: Buffer;
}

export async function startRoundRobin(): Promise<RoundRobin> {
  let ports: readonly number[] = [];
  let turn = 0;
  let lost: PromiseWithResolvers<LostAnswer> | null = null;
  const answered = new Map<number, number>();
  const waiting = new Map<number, number>();
  const count = (counts: Map<number, number>, port: number, by: number): void => {
    counts.set(port, (counts.get(port) ?? 0) + by);
  };

  /** A server where nobody listens has not seen the request; the next one may have it. */
  async function forward(request: IncomingMessage, body: Buffer): Promise<Answer> {
    for (let tried = 0; ; ) {
      const port = ports[turn++ % ports.length] ?? 0;
      count(waiting, port, 1);
      try {
        return { port, ...(await send(port, request, body)) };
      } catch (error) {
        tried++;
        if ((error as NodeJS.ErrnoException).code !== 'ECONNREFUSED' || tried >= ports.length) throw error;
      } finally {
        count(waiting, port, -1);
      }
    }
  }

  async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const answer = await forward(request, await bytesOf(request));
    const { port, message, body } = answer;
    count(answered, port, 1);
    if (lost) {
      lost.resolve({ port, status: message.statusCode ?? 0, body: body.toString() });
      lost = null;
      request.socket.destroy();
      return;
    }
    const { connection: _, ...headers } = message.headers;
    response.writeHead(message.statusCode ?? 502, headers).end(body);
  }

  const server = http.createServer((request, response) => {
    // As of a server that died amid a request: the client's connection ends without an answer.
    pass(request, response).catch(() => request.socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    target(next) {
      ports = next;
    },
    answered,
    waiting,
    loseNextAnswer() {
      lost = Promise.withResolvers();
      return lost.promise;
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function send(port: number, request: IncomingMessage, body: Buffer): Promise<Omit<Answer, 'port'>> {
  const { promise, resolve, reject } = Promise.withResolvers<Omit<Answer, 'port'>>();
  const { connection: _, 'transfer-encoding': __, ...headers } = request.headers;
  const forwarded = http.request({
    host: '127.0.0.1',
    port,
    method: request.method,
    path: request.url,
    agent: false,
    headers: {
      ...headers,
      ...(body.length > 0 ? { 'content-length': body.length } : {}),
      'x-forwarded-for': request.socket.remoteAddress,
      'x-forwarded-proto': 'http',
    },
  });
  forwarded.on('error', reject);
  forwarded.on('response', (message) => {
    bytesOf(message).then((answer) => resolve({ message, body: answer }), reject);
  });
  forwarded.end(body);
  return promise;
}

async function bytesOf(message: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of message) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}
