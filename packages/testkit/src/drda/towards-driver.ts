import { changeObjects } from './units.ts';

/** Derby's SQLSTATE: the code and state that Db2 has for the same, and the word that tells its reasons apart. */
const CODES: Readonly<Record<string, readonly [code: number, state: string, reason?: string]>> = {
  23505: [-803, '23505'],
  23502: [-407, '23502'],
  22001: [-433, '22001'],
  22003: [-413, '22003'],
  22018: [-420, '22018'],
  42502: [-551, '42501'],
  '42X01': [-104, '42601'],
  '42X05': [-204, '42704'],
  '42Y55': [-204, '42704'],
  '42Y07': [-204, '42704'],
  '42X04': [-206, '42703'],
  '42X14': [-206, '42703'],
  X0Y32: [-601, '42710'],
  X0Y68: [-601, '42710'],
  40001: [-911, '40001', '2'],
  '40XL1': [-911, '40001', '68'],
  '40XL2': [-911, '40001', '68'],
};

const STATUS = 0x2408;
const DESCRIPTION = 0x2411;
const ROWS = 0x241b;

/** A text of an error that is longer makes the driver end the connection. */
const LONGEST = 70;

/**
 * Statuses and descriptions begin with the same block of codes, and it comes in place of a row: a lock that was not to
 * be had is found out when the row is fetched.
 */
export function towardsDriver(unit: Buffer): Buffer {
  return changeObjects(unit, (codePoint, content) => {
    if (codePoint === ROWS) return withDb2sCodes(content, NOTHING_BEHIND);
    return codePoint === STATUS || codePoint === DESCRIPTION ? withDb2sCodes(content) : null;
  });
}

/** Bytes that say that no row follows; with more it is a piece of a row, whatever it begins with. */
const NOTHING_BEHIND = 2;

/** The block: null indicator, code (4), state (5), product (8), null indicator, six numbers (24), warnings (11), three texts. */
const FIXED = 54;

function withDb2sCodes(content: Buffer, mostBehind: number = Number.POSITIVE_INFINITY): Buffer | null {
  if (content.length < FIXED + 5 || content[0] !== 0 || content[18] !== 0) return null;
  let code = content.readInt32BE(1);
  let state = content.toString('latin1', 5, 10);
  if (code === 0) return null;
  const texts: string[] = [];
  let at = FIXED;
  for (let text = 0; text < 3; text++) {
    if (at + 2 > content.length) return null;
    const length = content.readUInt16BE(at);
    texts.push(content.toString('utf8', at + 2, at + 2 + length));
    at += 2 + length;
  }
  if (at > content.length || content.length - at > mostBehind) return null;
  const [, mixed = '', single = ''] = texts;
  let said = mixed || single;
  const known = code < 0 ? CODES[state] : undefined;
  // Derby says "no more rows" as a warning of its own.
  if (code === 10_000 && state === '02000') [code, said] = [100, ''];
  else if (known) {
    [code, state] = known;
    said = known[2] ?? said;
  }
  const bytes = Buffer.from(said, 'utf8').subarray(0, LONGEST);
  const head = Buffer.from(content.subarray(0, FIXED));
  head.writeInt32BE(code, 1);
  head.write(state.padEnd(5).slice(0, 5), 5, 'latin1');
  const none = Buffer.alloc(2);
  const text = Buffer.concat([lengthOf(bytes), bytes]);
  return Buffer.concat([head, none, ...(mixed ? [text, none] : [none, text]), content.subarray(at)]);
}

function lengthOf(bytes: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes.length, 0);
  return length;
}
