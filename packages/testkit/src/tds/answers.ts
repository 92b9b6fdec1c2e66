import { int32, int64, longText, shortText, uint8, uint16, uint32, uint64 } from './bytes.ts';

export type TdsValue = string | number | bigint | null;

export interface TdsRows {
  readonly columns?: readonly string[];
  readonly rows?: readonly (readonly TdsValue[])[];
  /** Rows that were changed. */
  readonly count?: number;
  /** Rows that triggers changed, each of their statements by itself. */
  readonly triggered?: readonly number[];
  /** What became of the connection's transaction. */
  readonly transaction?: 'begun' | 'committed' | 'rolled back';
}

export interface TdsError {
  readonly error: number;
  readonly message?: string;
  /** From 20 on the connection ends with it. */
  readonly severity?: number;
  readonly transaction?: 'rolled back';
}

const DONE = 0xfd;
const DONE_PROCEDURE = 0xfe;
const DONE_IN_PROCEDURE = 0xff;
const MORE = 0x01;
const FAILED = 0x02;
const COUNTED = 0x10;
const ATTENTION = 0x20;

/** Changes of the connection's state: what begins and ends a transaction, and what a login sets. */
const CHANGE = 0xe3;
const TRANSACTION_CHANGES = { begun: 8, committed: 9, 'rolled back': 10 } as const;

export function rowsAnswer(
  { columns = [], rows = [], count, triggered = [], transaction }: TdsRows,
  inProcedure: boolean,
): Buffer {
  const tokens: Buffer[] = triggered.map((changed) => done(DONE_IN_PROCEDURE, COUNTED | MORE, changed));
  if (transaction) tokens.push(transactionChange(transaction));
  if (columns.length > 0) tokens.push(...table(columns, rows));
  const counted = columns.length > 0 ? rows.length : count;
  const status = counted === undefined ? 0 : COUNTED;
  if (inProcedure) tokens.push(done(DONE_IN_PROCEDURE, status | MORE, counted), returned(), done(DONE_PROCEDURE, 0));
  else tokens.push(done(DONE, status, counted));
  return Buffer.concat(tokens);
}

export function errorAnswer({ error, message = 'No.', severity = 14, transaction }: TdsError): Buffer {
  const content = Buffer.concat([
    int32(error),
    uint8(1),
    uint8(severity),
    longText(message),
    shortText('stub'),
    shortText(''),
    uint32(1),
  ]);
  const tokens = [uint8(0xaa), uint16(content.length), content];
  if (transaction) tokens.push(transactionChange(transaction));
  return Buffer.concat([...tokens, done(DONE, FAILED)]);
}

export function attentionAnswer(): Buffer {
  return done(DONE, ATTENTION);
}

/** Version, no encryption or encryption, and the rest as it is. */
export function beforeLoginAnswer(encrypted: boolean): Buffer {
  const options = [
    [0, Buffer.from([16, 0, 0, 0, 0, 0])],
    [1, Buffer.from([encrypted ? 1 : 2])],
    [2, Buffer.from([0])],
    [3, Buffer.alloc(0)],
    [4, Buffer.from([0])],
  ] as const;
  let at = options.length * 5 + 1;
  const heads: Buffer[] = [];
  for (const [token, content] of options) {
    const head = Buffer.alloc(5);
    head[0] = token;
    head.writeUInt16BE(at, 1);
    head.writeUInt16BE(content.length, 3);
    heads.push(head);
    at += content.length;
  }
  return Buffer.concat([...heads, uint8(0xff), ...options.map(([, content]) => content)]);
}

/** Latin1_General_100_BIN2 would do as well: what letters a varchar has is all that is asked of it. */
const COLLATION = Buffer.from('0904d00034', 'hex');

export function loginAnswer(database: string): Buffer {
  const version = Buffer.concat([
    uint8(1),
    Buffer.from('74000004', 'hex'),
    shortText('stub'),
    Buffer.from([16, 0, 0, 0]),
  ]);
  return Buffer.concat([
    change(1, shortText(database), shortText('master')),
    change(7, Buffer.concat([uint8(COLLATION.length), COLLATION]), uint8(0)),
    change(4, shortText('4096'), shortText('4096')),
    Buffer.concat([uint8(0xad), uint16(version.length), version]),
    done(DONE, 0),
  ]);
}

function transactionChange(what: keyof typeof TRANSACTION_CHANGES): Buffer {
  const descriptor = Buffer.concat([uint8(8), uint64(7n)]);
  const none = uint8(0);
  return what === 'begun'
    ? change(TRANSACTION_CHANGES.begun, descriptor, none)
    : change(TRANSACTION_CHANGES[what], none, descriptor);
}

function change(type: number, to: Buffer, from: Buffer): Buffer {
  const content = Buffer.concat([uint8(type), to, from]);
  return Buffer.concat([uint8(CHANGE), uint16(content.length), content]);
}

function done(token: number, status: number, count = 0): Buffer {
  return Buffer.concat([uint8(token), uint16(status), uint16(0), uint64(BigInt(count))]);
}

function returned(): Buffer {
  return Buffer.concat([uint8(0x79), int32(0)]);
}

/** A column of numbers is a bigint, any other an nvarchar(max). */
function table(columns: readonly string[], rows: readonly (readonly TdsValue[])[]): readonly Buffer[] {
  const numbers = columns.map((_, index) => rows.some((row) => isNumber(row[index])));
  const heads = columns.map((name, index) =>
    Buffer.concat([
      uint32(0),
      // May be null.
      uint16(1),
      numbers[index] ? Buffer.from([0x26, 8]) : Buffer.concat([Buffer.from([0xe7, 0xff, 0xff]), COLLATION]),
      shortText(name),
    ]),
  );
  const lines = rows.map((row) =>
    Buffer.concat([uint8(0xd1), ...row.map((value, index) => (numbers[index] ? integer(value) : text(value)))]),
  );
  return [Buffer.concat([uint8(0x81), uint16(columns.length), ...heads]), ...lines];
}

function isNumber(value: TdsValue | undefined): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}

function integer(value: TdsValue | undefined): Buffer {
  return isNumber(value) ? Buffer.concat([uint8(8), int64(BigInt(value))]) : uint8(0);
}

function text(value: TdsValue | undefined): Buffer {
  if (value === null || value === undefined) return uint64(0xffff_ffff_ffff_ffffn);
  const bytes = Buffer.from(String(value), 'utf16le');
  const chunk = bytes.length > 0 ? [uint32(bytes.length), bytes] : [];
  return Buffer.concat([uint64(BigInt(bytes.length)), ...chunk, uint32(0)]);
}
