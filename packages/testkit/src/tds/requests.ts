import { ByteReader } from './bytes.ts';
import type { Message } from './packets.ts';

export interface TdsParameter {
  readonly name: string;
  /** As the client declares it: `bigint`, `varchar(255)`, `nvarchar(max)`. */
  readonly type: string;
  readonly value: bigint | string | null;
}

export interface TdsRequest {
  readonly kind: 'batch' | 'rpc' | 'begin' | 'commit' | 'rollback';
  readonly text: string;
  readonly parameters: readonly TdsParameter[];
}

const BATCH = 0x01;
const RPC = 0x03;
const TRANSACTION = 0x0e;

const TRANSACTIONS: Readonly<Record<number, TdsRequest['kind']>> = { 5: 'begin', 7: 'commit', 8: 'rollback' };

const BY_NUMBER = 0xffff;
const EXECUTESQL = 10;

/** What a client asks; null: nothing that is answered by rows. */
export function requestOf({ type, content }: Message): TdsRequest | null {
  if (type !== BATCH && type !== RPC && type !== TRANSACTION) return null;
  const reader = new ByteReader(content);
  // Headers, their own length first.
  reader.take(reader.uint32() - 4);
  if (type === BATCH) return { kind: 'batch', text: reader.text(reader.left / 2), parameters: [] };
  if (type === TRANSACTION) {
    const kind = TRANSACTIONS[reader.uint16()];
    if (kind === undefined) throw new TypeError('It is not known what to do with the transaction.');
    return { kind, text: '', parameters: [] };
  }
  if (reader.uint16() !== BY_NUMBER || reader.uint16() !== EXECUTESQL)
    throw new TypeError('Only sp_executesql is known.');
  reader.uint16();
  const [statement, declared, ...given] = parametersOf(reader);
  const types = typesOf(String(declared?.value ?? ''));
  return {
    kind: 'rpc',
    text: String(statement?.value),
    parameters: given.map(({ name, value }) => ({ name, value, type: types.get(name) ?? 'undeclared' })),
  };
}

/** `@p0 bigint, @p1 varchar(255)` */
function typesOf(declarations: string): ReadonlyMap<string, string> {
  return new Map(
    [...declarations.matchAll(/(@\w+) (\w+(?:\(\w+\))?)/g)].map(([, name = '', type = '']) => [name, type]),
  );
}

const INTEGER = 0x26;
const TEXT = 0xe7;
const BYTE_TEXT = 0xa7;
const MAX = 0xffff;
const NULL_LENGTH = 0xffff;
const NULL_STREAM = 0xffff_ffff_ffff_ffffn;

function parametersOf(reader: ByteReader): readonly Omit<TdsParameter, 'type'>[] {
  const parameters: Omit<TdsParameter, 'type'>[] = [];
  while (reader.left > 0) {
    const name = reader.text(reader.uint8());
    reader.uint8();
    parameters.push({ name, value: readValue(reader) });
  }
  return parameters;
}

function readValue(reader: ByteReader): bigint | string | null {
  const type = reader.uint8();
  if (type === INTEGER) {
    reader.uint8();
    const length = reader.uint8();
    const bytes = reader.take(length);
    if (length === 0) return null;
    return length === 8 ? bytes.readBigInt64LE() : BigInt(bytes.readIntLE(0, length));
  }
  if (type !== TEXT && type !== BYTE_TEXT) throw new TypeError(`A parameter has the type ${type.toString(16)}.`);
  const longest = reader.uint16();
  // Its collation.
  reader.take(5);
  const bytes = longest === MAX ? streamOf(reader) : shortOf(reader);
  return bytes === null ? null : bytes.toString(type === TEXT ? 'utf16le' : 'latin1');
}

function shortOf(reader: ByteReader): Buffer | null {
  const length = reader.uint16();
  return length === NULL_LENGTH ? null : reader.take(length);
}

/** In chunks, since it may be longer than anybody knows beforehand. */
function streamOf(reader: ByteReader): Buffer | null {
  if (reader.uint64() === NULL_STREAM) return null;
  const chunks: Buffer[] = [];
  for (let length = reader.uint32(); length > 0; length = reader.uint32()) chunks.push(reader.take(length));
  return Buffer.concat(chunks);
}
