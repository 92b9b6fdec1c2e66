import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { EarlyProbe } from './early-probe.ts';
import type { TlsContext } from './tls.ts';

export type Listener = (incoming: IncomingMessage, outgoing: ServerResponse) => void;

export interface ListenOptions {
  readonly host: string;
  readonly port: number;
  /** What an operator sets to have others. */
  readonly settings: { readonly host: string; readonly port: string };
  readonly tls: TlsContext | null;
  readonly headersSeconds: number;
  readonly requestSeconds: number;
  readonly keepAliveSeconds: number;
  /** Bytes of the request line and all headers together. */
  readonly maxHeaderSize: number;
  /** What is answered before `serve`; everything else that comes early waits for it. */
  readonly early?: EarlyProbe;
  /** What cannot be parsed is answered by us; the log should know. */
  readonly onMalformed?: (code: string, address: string) => void;
}

export interface Listening {
  readonly servers: readonly Server[];
  /** The port it got, where 0 was asked for. */
  readonly port: number;
  /** From now on requests are answered; those that came before waited. */
  serve(listener: Listener): void;
}

/** A port or address that cannot be had, in a sentence. */
class ListenError extends Error {
  override readonly name = 'ListenError';
}

/** `localhost` is both families, or half of the clients do not find the server. */
function addressesOf(host: string): readonly string[] {
  return host === 'localhost' ? ['127.0.0.1', '::1'] : [host];
}

/** Addresses that no other machine can reach. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

type Asked = Pick<ListenOptions, 'host' | 'port' | 'settings'>;

const SENTENCES: ReadonlyMap<string, (asked: Asked) => string> = new Map([
  [
    'EADDRINUSE',
    ({ host, port, settings }) =>
      `Port ${port} of ${host} is taken: stop what listens there, or choose another with ${settings.port}.`,
  ],
  ['EACCES', ({ host, port }) => `Port ${port} of ${host} may not be opened by this user: choose one above 1023.`],
  [
    'EADDRNOTAVAIL',
    ({ host, settings }) => `${host} is not an address of this machine: set ${settings.host} to one that is.`,
  ],
  [
    'ENOTFOUND',
    ({ host, settings }) => `${host} is not a name that leads to an address: set ${settings.host} to one that does.`,
  ],
]);

const MISSING_FAMILY: ReadonlySet<string> = new Set(['EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EINVAL']);

const codeOf = (error: unknown): string => String((error as { code?: unknown }).code ?? '');

function open(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, ipv6Only: host === '::1' }, () => {
      server.removeListener('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/** A whole answer for a request that has no form: the connection ends with it. */
const MALFORMED: ReadonlyMap<string, readonly [status: string, description: string]> = new Map([
  ['HPE_HEADER_OVERFLOW', ['431 Request Header Fields Too Large', 'The headers are too large.']],
  ['ERR_HTTP_REQUEST_TIMEOUT', ['408 Request Timeout', 'The request took too long to arrive.']],
]);

/** The parts of Node's sockets that its types leave out. */
type ClientSocket = Duplex & Partial<Pick<Socket, 'remoteAddress' | 'destroySoon'> & { secureConnecting: boolean }>;

function answerMalformed(server: Server, onMalformed: ListenOptions['onMalformed']): void {
  const latest = new WeakMap<Duplex, { incoming: IncomingMessage; outgoing: ServerResponse }>();
  server.on('request', (incoming, outgoing) => latest.set(incoming.socket, { incoming, outgoing }));
  server.on('clientError', (error, socket: ClientSocket) => {
    const code = codeOf(error);
    if (code !== 'ECONNRESET') onMalformed?.(code, socket.remoteAddress ?? '');
    // An answer would wait for a handshake that does not come, and keep the connection open with it.
    if (code === 'ECONNRESET' || !socket.writable || socket.secureConnecting) {
      socket.destroy();
      return;
    }
    const request = latest.get(socket);
    // Answered before its body went wrong: a second answer would be taken for that of another request.
    if (request && !request.incoming.complete && request.outgoing.headersSent) {
      socket.destroySoon?.();
      return;
    }
    const [status, description] = MALFORMED.get(code) ?? ['400 Bad Request', 'The request is malformed.'];
    const body = JSON.stringify({ error: 'invalid_request', error_description: description });
    socket.end(
      `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
    );
  });
}

async function createServer(options: ListenOptions, listener: Listener): Promise<Server> {
  const settings = {
    maxHeaderSize: options.maxHeaderSize,
    headersTimeout: options.headersSeconds * 1000,
    requestTimeout: options.requestSeconds * 1000,
    keepAliveTimeout: options.keepAliveSeconds * 1000,
    connectionsCheckingInterval: 1_000,
    insecureHTTPParser: false,
    // Refused by the listener, in the shape of every other refusal; Node's own is empty.
    requireHostHeader: false,
  };
  const server = options.tls
    ? // Nothing of a request can come before the handshake ends, so its headers' time is the handshake's, too.
      (await import('node:https')).createServer({
        ...settings,
        ...options.tls,
        handshakeTimeout: settings.headersTimeout,
      })
    : (await import('node:http')).createServer(settings);
  // RFC 9110 10.1.1: an expectation that is not known may be ignored.
  return server.on('request', listener).on('checkExpectation', listener);
}

/**
 * Opens the port on every address of the host.
 * @throws ListenError in a sentence that names the fix
 */
export async function listen(options: ListenOptions): Promise<Listening> {
  const gate = Promise.withResolvers<Listener>();
  let ready: Listener | null = null;
  const listener: Listener = (incoming, outgoing) => {
    if (ready) ready(incoming, outgoing);
    else if (!options.early?.(incoming, outgoing))
      gate.promise.then((later) => later(incoming, outgoing)).catch(() => outgoing.destroy());
  };
  const servers: Server[] = [];
  const addresses = addressesOf(options.host);
  let { port } = options;
  try {
    for (const address of addresses) {
      const server = await createServer(options, listener);
      answerMalformed(server, options.onMalformed);
      try {
        port = await open(server, address, port);
        servers.push(server);
      } catch (error) {
        // A machine without IPv6 still has localhost.
        if (addresses.length === 1 || !MISSING_FAMILY.has(codeOf(error))) throw error;
      }
    }
  } catch (error) {
    for (const server of servers) server.close();
    const sentence = SENTENCES.get(codeOf(error))?.({ ...options, port });
    throw new ListenError(sentence ?? `Listening on ${options.host}:${port} failed (${codeOf(error)}).`, {
      cause: error,
    });
  }
  if (servers.length === 0)
    throw new ListenError(`${options.host} has no address on this machine: set ${options.settings.host}.`);
  return {
    servers,
    port,
    serve(later) {
      ready = later;
      gate.resolve(later);
    },
  };
}
