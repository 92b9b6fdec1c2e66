// SQL Server's protocol, TDS: messages in packets, each with a head of eight bytes: type, status, length, and four more.

const HEAD = 8;
const END_OF_MESSAGE = 1;
const ANSWER = 0x04;
/** What every client takes without being asked. */
const PACKET_SIZE = 4096;

export interface Message {
  readonly type: number;
  readonly content: Buffer;
}

/** Receives a stream in pieces of any size, hands on whole messages. */
export function messageReader(onMessage: (message: Message) => void): (piece: Buffer) => void {
  let kept: Buffer = Buffer.alloc(0);
  let parts: Buffer[] = [];
  return (piece) => {
    kept = Buffer.concat([kept, piece]);
    while (kept.length >= HEAD && kept.length >= kept.readUInt16BE(2)) {
      const length = kept.readUInt16BE(2);
      const [type = 0, status = 0] = kept;
      parts.push(kept.subarray(HEAD, length));
      kept = kept.subarray(length);
      if ((status & END_OF_MESSAGE) === 0) continue;
      const content = Buffer.concat(parts);
      parts = [];
      onMessage({ type, content });
    }
  };
}

/** A message of the server, in packets. */
export function packets(content: Buffer, type: number = ANSWER): Buffer {
  const made: Buffer[] = [];
  const room = PACKET_SIZE - HEAD;
  for (let at = 0; at === 0 || at < content.length; at += room) {
    const part = content.subarray(at, at + room);
    const head = Buffer.alloc(HEAD);
    head[0] = type;
    head[1] = at + room >= content.length ? END_OF_MESSAGE : 0;
    head.writeUInt16BE(part.length + HEAD, 2);
    head[6] = made.length % 256;
    made.push(head, part);
  }
  return Buffer.concat(made);
}
