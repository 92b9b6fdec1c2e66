import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Entropy, Limits, Log } from '@gatehouse/core';
import { getRequestListener } from '@hono/node-server';
import { readBody } from './read-body.ts';
import { type Refusal, refusalBody, refusalHeaders } from './refusal.ts';
import { mayHaveBody, pathOf, refuseHead } from './request-caps.ts';
import { newTraceId } from './trace-id.ts';

export interface EdgeOptions {
  /** The app. */
  readonly fetch: (request: Request, bindings: object) => Response | Promise<Response>;
  readonly limits: Limits;
  readonly entropy: Entropy;
  readonly log: Log;
  /** Stands in for the Host header, whatever it says: `localhost:8089`. */
  readonly host: string;
}

export type Edge = (incoming: IncomingMessage, outgoing: ServerResponse) => void;

/** Time and bytes in which a client may still be sending what was refused; closed at once, it would not see the answer. */
const PATIENCE_MS = 1_000;
const PATIENCE_BYTES = 1_048_576;

/** Ends an answer, and with it the connection, when the client has stopped sending or patience has. */
function endAfter(incoming: IncomingMessage, outgoing: ServerResponse): void {
  let size = 0;
  const end = (): void => {
    clearTimeout(timer);
    outgoing.end();
  };
  const timer = setTimeout(end, PATIENCE_MS);
  if (incoming.complete) {
    end();
    return;
  }
  incoming.once('end', end).once('error', end).once('close', end);
  incoming.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > PATIENCE_BYTES) end();
  });
  incoming.resume();
}

/**
 * From the socket to the app. The body is read first, with its limit, and handed on as `rawBody`, which
 * `@hono/node-server` takes as it is: a third of the cost of a request's body otherwise (pinned, and held by a test).
 */
export function createEdge({ fetch, limits, entropy, log, host }: EdgeOptions): Edge {
  const listener = getRequestListener(fetch, { overrideGlobalObjects: true });

  const refuse = (incoming: IncomingMessage, outgoing: ServerResponse, refusal: Refusal): void => {
    const traceId = newTraceId(entropy);
    const { method, socket } = incoming;
    log.info(
      { traceId, method, status: refusal.status, check: refusal.check, clientAddress: socket.remoteAddress },
      'Refused a request.',
    );
    const body = refusalBody(refusal);
    const headers = { ...refusalHeaders(refusal, traceId), 'Content-Length': body.length, Connection: 'close' };
    outgoing.writeHead(refusal.status, headers).write(body);
    endAfter(incoming, outgoing);
  };

  const handOver = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    listener(incoming, outgoing).catch((error: unknown) => {
      log.error({ error: String(error) }, 'A request ended in an error.');
      outgoing.destroy();
    });
  };

  return (incoming, outgoing) => {
    const refusal = refuseHead(incoming, limits);
    if (refusal) return refuse(incoming, outgoing, refusal);
    incoming.url = pathOf(incoming.url ?? '/');
    incoming.headers.host = host;
    if (!mayHaveBody(incoming.method ?? 'GET')) return handOver(incoming, outgoing);
    readBody(incoming, limits.body).then(
      (body) => {
        if (body === 'too-large')
          refuse(incoming, outgoing, { status: 413, description: 'The body is too large.', check: 'body-size' });
        else if (body !== 'aborted') {
          Object.assign(incoming, { rawBody: body });
          handOver(incoming, outgoing);
        }
      },
      (error: unknown) => {
        log.error({ error: String(error) }, 'A body could not be read.');
        outgoing.destroy();
      },
    );
  };
}
