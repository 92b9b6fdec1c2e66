import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { IssuedCertificate } from '../certificate-authority.ts';
import {
  attentionAnswer,
  beforeLoginAnswer,
  errorAnswer,
  loginAnswer,
  rowsAnswer,
  type TdsError,
  type TdsRows,
} from './answers.ts';
import { type Message, messageReader, packets } from './packets.ts';
import { requestOf, type TdsRequest } from './requests.ts';
import { secured } from './secured.ts';

/** What a server says; `nothing` ever, or a connection that is `cut`. */
export type TdsAnswer = TdsRows | TdsError | 'nothing' | 'cut';

export interface TdsConnection {
  /** Counted from 1. */
  readonly number: number;
  /** What a handler keeps of it; gone with it. */
  readonly kept: Map<string, unknown>;
  /** Awaited when it is gone. */
  onEnd(work: () => unknown): void;
}

export type TdsHandler = (request: TdsRequest, connection: TdsConnection) => TdsAnswer | Promise<TdsAnswer>;

export interface TdsServer {
  readonly port: number;
  /** Connections that are there now. */
  connections(): number;
  /** Cuts all of them, or one. */
  cut(number?: number): void;
  close(): Promise<void>;
}

const BEFORE_LOGIN = 0x12;
const LOGIN = 0x10;
const ATTENTION = 0x06;

/** SQL Server's protocol without SQL Server: logs everybody in, and has a handler answer. On loopback. */
export async function startTdsServer(
  handler: TdsHandler,
  { tls, refuseLogin }: { readonly tls?: IssuedCertificate; readonly refuseLogin?: TdsError } = {},
): Promise<TdsServer> {
  const sockets = new Map<number, Socket>();
  let count = 0;
  const server = createServer({ noDelay: true }, (socket) => {
    const number = ++count;
    sockets.set(number, socket);
    const ends: (() => unknown)[] = [];
    const connection: TdsConnection = { number, kept: new Map(), onEnd: (work) => void ends.push(work) };
    socket
      .on('error', () => socket.destroy())
      .on('close', () => {
        sockets.delete(number);
        for (const end of ends) void end();
      });
    let wire: NodeJS.ReadWriteStream & { destroy(): unknown } = socket;
    const say = (content: Buffer): void => void wire.write(packets(content));

    const answer = async (message: Message): Promise<void> => {
      if (message.type === BEFORE_LOGIN) {
        say(beforeLoginAnswer(tls !== undefined));
        if (!tls) return;
        socket.removeListener('data', read);
        wire = secured(socket, tls);
        wire
          .on('error', () => socket.destroy())
          .on(
            'data',
            messageReader((next) => void answer(next)),
          );
        return;
      }
      if (message.type === LOGIN) return say(refuseLogin ? errorAnswer(refuseLogin) : loginAnswer('gatehouse'));
      if (message.type === ATTENTION) return say(attentionAnswer());
      const request = requestOf(message);
      if (!request) throw new TypeError(`A message has the type ${message.type}.`);
      const said = await handler(request, connection);
      if (said === 'cut') socket.resetAndDestroy();
      else if (said !== 'nothing') say('error' in said ? errorAnswer(said) : rowsAnswer(said, request.kind === 'rpc'));
    };
    const read = messageReader((message) => {
      answer(message).catch((error) => {
        console.error('The stub of SQL Server failed.', error);
        socket.destroy();
      });
    });
    socket.on('data', read);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => sockets.size,
    cut(number) {
      for (const [each, socket] of sockets) if (number === undefined || number === each) socket.resetAndDestroy();
    },
    async close() {
      for (const socket of sockets.values()) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
