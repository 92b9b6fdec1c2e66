import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import type { IssuedCertificate } from '../certificate-authority.ts';
import { messageReader, packets } from './packets.ts';

const BEFORE_LOGIN = 0x12;
/** How a record of TLS begins that carries what is said inside. */
const APPLICATION = 0x17;

/** TLS as TDS has it: the handshake travels in messages, and what is said inside goes without them. */
export function secured(socket: Socket, { certificate, key }: IssuedCertificate): TLSSocket {
  let inside = false;
  const way = new Duplex({
    read() {},
    write(chunk: Buffer, _, done) {
      socket.write(inside ? chunk : packets(chunk, BEFORE_LOGIN), done);
    },
    final(done) {
      socket.end(done);
    },
  });
  const handshake = messageReader(({ content }) => way.push(content));
  socket.on('data', (piece: Buffer) => {
    // The client is the first who speaks once the handshake is over.
    inside ||= piece[0] === APPLICATION;
    if (inside) way.push(piece);
    else handshake(piece);
  });
  socket.on('close', () => way.push(null));
  return new TLSSocket(way, { isServer: true, cert: certificate, key, maxVersion: 'TLSv1.2' } as never);
}
