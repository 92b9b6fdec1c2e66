/** What a piece of bytes from a client asks of its server, as far as a test needs to know. */
export type Asked =
  | 'begin'
  | 'commit'
  | 'rollback'
  /** Changes something; committed by itself unless a transaction was begun. */
  | 'change'
  | 'read'
  /** Part of connecting, preparing or closing: no statement of the store. */
  | 'other';

/** One protocol, one connection. */
export interface Wire {
  /** @param piece what a client sent at once: the drivers write one statement in one piece */
  asked(piece: Buffer): Asked;
  /** What the server sends. */
  heard(piece: Buffer): void;
  /** How many statements of a piece name one that was prepared before, rather than bring their text. */
  prepared?(piece: Buffer): number;
  /** What a server would say to the piece that was asked last, had it met a deadlock. */
  deadlock(): Buffer;
}

const READS =
  /^(?:SELECT|SHOW|PRAGMA|SET|select|find_|seen_|list_|once_read|count_read|clock|(?:own_)?oldest_|(?:own_)?backlog_|schema_)/;

const kindOf = (text: string): Asked => {
  if (/^(?:BEGIN|START TRANSACTION)/.test(text)) return 'begin';
  if (/^COMMIT/.test(text)) return 'commit';
  if (/^ROLLBACK/.test(text)) return 'rollback';
  return READS.test(text) ? 'read' : 'change';
};

const BIND = 'B'.charCodeAt(0);

/** PostgreSQL's: `Q` is a text, `P` and `B` a statement with parameters, by the name it was prepared under. */
export class PostgresqlWire implements Wire {
  #inTransaction = false;
  /** Of a message that came in part: the bytes still to come. */
  #rest = 0;

  asked(piece: Buffer): Asked {
    const type = String.fromCharCode(piece[0] ?? 0);
    const zero = piece.indexOf(0, 5);
    const first = piece.toString('utf8', 5, zero);
    // The name comes first in a `P`; in a `B` it stands behind the portal's, which is empty.
    const text = type === 'B' ? piece.toString('utf8', zero + 1, piece.indexOf(0, zero + 1)) : first;
    if (!'QPB'.includes(type)) return 'other';
    const asked = kindOf(text);
    if (asked === 'begin') this.#inTransaction = true;
    if (asked === 'commit' || asked === 'rollback') this.#inTransaction = false;
    return asked;
  }

  heard(): void {}

  prepared(piece: Buffer): number {
    // The first message alone has no type before its length.
    if (this.#rest === 0 && piece[0] === 0) return 0;
    let count = 0;
    let at = this.#rest;
    for (; at + 5 <= piece.length; at += 1 + piece.readInt32BE(at + 1)) {
      const statement = piece.indexOf(0, at + 5) + 1;
      if (piece[at] === BIND && piece[statement] !== 0) count++;
    }
    this.#rest = Math.max(0, at - piece.length);
    return count;
  }

  deadlock(): Buffer {
    const fields = Buffer.from('SERROR\0VERROR\0C40P01\0Mdeadlock detected\0\0', 'latin1');
    const head = Buffer.alloc(5);
    head.write('E', 'latin1');
    head.writeInt32BE(fields.length + 4, 1);
    const ready = Buffer.from([0x5a, 0, 0, 0, 5, this.#inTransaction ? 0x45 : 0x49]);
    return Buffer.concat([head, fields, ready]);
  }
}

const QUERY = 0x03;
const PREPARE = 0x16;
const EXECUTE = 0x17;

/** MySQL's: a text, or the number under which one was prepared. */
export class MysqlWire implements Wire {
  readonly #prepared = new Map<number, string>();
  #preparing: string | null = null;

  asked(piece: Buffer): Asked {
    const command = piece[4];
    // From MySQL 8.0 on, the number of attributes and of their sets come before the text of a query: none, and one.
    const attributes = command === QUERY && piece[5] === 0 && piece[6] === 1 ? 2 : 0;
    const text = piece.toString('utf8', 5 + attributes);
    // A packet that begins a command has number 0; what comes while connecting has others.
    if (piece[3] !== 0) return 'other';
    if (command === PREPARE) {
      this.#preparing = text;
      return 'other';
    }
    if (command === EXECUTE) return kindOf(this.#prepared.get(piece.readUInt32LE(5)) ?? '');
    return command === QUERY ? kindOf(text) : 'other';
  }

  heard(piece: Buffer): void {
    if (this.#preparing === null) return;
    if (piece[4] === 0) this.#prepared.set(piece.readUInt32LE(5), this.#preparing);
    this.#preparing = null;
  }

  prepared(piece: Buffer): number {
    return piece[3] === 0 && piece[4] === EXECUTE ? 1 : 0;
  }

  deadlock(): Buffer {
    const said = Buffer.from('\xff\xbd\x04#40001Deadlock found when trying to get lock', 'latin1');
    return Buffer.concat([Buffer.from([said.length, 0, 0, 1]), said]);
  }
}
