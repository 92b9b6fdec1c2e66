import type { Asked, Wire } from './wire.test-support.ts';

const EXECUTE = [0x200a, 0x200b];
const OPEN_CURSOR = 0x200c;
const COMMIT = 0x200e;
const ROLLBACK = 0x200f;
const STATEMENT = 0x2414;

/** Another unit belongs to the same chain, and under the same number or another. */
const CHAINED = 0x40;

/** A status that says nothing went wrong, and one of a deadlock (-911, reason 2). */
const FINE = Buffer.from([0xff]);
const DEADLOCK = Buffer.concat([
  Buffer.from('00fffffc71', 'hex'),
  Buffer.from('40001SQL12014', 'latin1'),
  Buffer.alloc(25),
  Buffer.alloc(11, ' '),
  Buffer.from('00000001320000ff', 'hex'),
]);
const STATUS = 0x2408;
const END_OF_WORK = Buffer.from('0006114900040005211502', 'hex');
const END_OF_WORK_MESSAGE = 0x220c;

interface Unit {
  readonly correlation: number;
  readonly objects: readonly { readonly codePoint: number; readonly content: Buffer }[];
}

/**
 * Db2's DRDA: units, each with objects. A transaction has no beginning of its own: a change that is sent without the
 * commit behind it is one.
 */
export class DrdaWire implements Wire {
  #inTransaction = false;
  #last: readonly Unit[] = [];

  asked(piece: Buffer): Asked {
    this.#last = unitsOf(piece);
    const objects = this.#last.flatMap((unit) => unit.objects);
    const has = (codePoint: number): boolean => objects.some((one) => one.codePoint === codePoint);
    const text = String(objects.find((one) => one.codePoint === STATEMENT)?.content.subarray(5) ?? '');
    if (has(ROLLBACK)) return this.#end('rollback');
    if (EXECUTE.some(has) && !/^SET |^CALL /.test(text)) {
      if (has(COMMIT)) return 'change';
      const asked = this.#inTransaction ? 'change' : 'begin';
      this.#inTransaction = true;
      return asked;
    }
    // Outside of a transaction it is the end of a read.
    if (has(COMMIT) && this.#inTransaction) return this.#end('commit');
    return has(OPEN_CURSOR) ? 'read' : 'other';
  }

  heard(): void {}

  deadlock(): Buffer {
    const answers = this.#last.flatMap(({ correlation, objects }): [number, number, Buffer][] => {
      const codePoint = objects[0]?.codePoint ?? 0;
      if (EXECUTE.includes(codePoint)) return [[correlation, STATUS, DEADLOCK]];
      if (codePoint === COMMIT)
        return [
          [correlation, END_OF_WORK_MESSAGE, END_OF_WORK],
          [correlation, STATUS, this.#last.length === 1 ? DEADLOCK : FINE],
        ];
      return codePoint === STATEMENT || codePoint === 0x2412 ? [] : [[correlation, STATUS, FINE]];
    });
    return Buffer.concat(
      answers.map(([correlation, codePoint, content], index) => {
        const next = answers[index + 1];
        const same = next?.[0] === correlation ? 0x10 : 0;
        return unit(next ? CHAINED | same : 0, correlation, codePoint, content);
      }),
    );
  }

  #end(asked: 'commit' | 'rollback'): Asked {
    this.#inTransaction = false;
    return asked;
  }
}

function unitsOf(piece: Buffer): readonly Unit[] {
  const units: Unit[] = [];
  for (let at = 0; at + 6 <= piece.length; ) {
    const end = at + (piece.readUInt16BE(at) & 0x7fff);
    const objects: { codePoint: number; content: Buffer }[] = [];
    for (let inside = at + 6; inside + 4 <= Math.min(end, piece.length); ) {
      const length = piece.readUInt16BE(inside);
      if (length < 4) break;
      objects.push({
        codePoint: piece.readUInt16BE(inside + 2),
        content: piece.subarray(inside + 4, Math.min(inside + length, piece.length)),
      });
      inside += length;
    }
    units.push({ correlation: piece.readUInt16BE(at + 4), objects });
    at = end;
  }
  return units;
}

/** An answer, or with another number of the same chain the part of one. */
function unit(chain: number, correlation: number, codePoint: number, content: Buffer): Buffer {
  const isMessage = codePoint === END_OF_WORK_MESSAGE;
  const head = Buffer.alloc(10);
  head.writeUInt16BE(content.length + 10, 0);
  head[2] = 0xd0;
  head[3] = chain | (isMessage ? 2 : 3);
  head.writeUInt16BE(correlation, 4);
  head.writeUInt16BE(content.length + 4, 6);
  head.writeUInt16BE(codePoint, 8);
  return Buffer.concat([head, content]);
}
