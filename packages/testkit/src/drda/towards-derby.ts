import { changeObjects } from './units.ts';

/** Pattern of what Db2 says, and what Derby says for it. */
export type Texts = readonly (readonly [RegExp, string])[];

const ACCESS_DATABASE = 0x2001;
const PRODUCT = 0x112e;
const TYPE_DEFAULTS = 0x213b;
const STATEMENT = 0x2414;
const PACKAGE = 0x2113;

/** A name of a package is three texts of 18 letters: database, collection, package; `SYSSN200` for one of isolation 2, which is CS. */
const ISOLATION_AT = 36 + 5;
const CURSOR_STABILITY = 0x32;
const BY_DEFAULT = 0x30;

/** The only client that Derby serves is its own; its name in ASCII, and in EBCDIC, which begins with 0xE2 here. */
const DERBYS_OWN = Buffer.from('DNC10010', 'latin1');
const DERBYS_OWN_EBCDIC = Buffer.from('c4d5c3f1f0f0f1f0', 'hex');

export function towardsDerby(unit: Buffer, texts: Texts): Buffer {
  return changeObjects(unit, (codePoint, content) => {
    if (codePoint === ACCESS_DATABASE) return asDerbysOwnClient(content);
    if (codePoint === STATEMENT) return inDerbysWords(content, texts);
    return isRequest(unit) ? atDefaultIsolation(content) : null;
  });
}

function isRequest(unit: Buffer): boolean {
  return ((unit[3] ?? 0) & 0x0f) === 1;
}

/**
 * CS is Derby's default, and here it has to be just that. An isolation that a package names is part of the key by which
 * Derby caches a statement, for as long as it prepares it; when it compiles the same statement again, as it is executed,
 * it writes the default into that key, which is in the cache already. Two keys become equal, what belongs to one is
 * released and thrown out for the other, and statements of any connection fail with a NullPointerException.
 */
function atDefaultIsolation(command: Buffer): Buffer | null {
  const isolation = 4 + ISOLATION_AT;
  if (command.length <= isolation || command.readUInt16BE(2) !== PACKAGE) return null;
  if (command[isolation] !== CURSOR_STABILITY) return null;
  const changed = Buffer.from(command);
  changed[isolation] = BY_DEFAULT;
  return changed;
}

function asDerbysOwnClient(content: Buffer): Buffer {
  const changed = Buffer.from(content);
  for (let at = 0; at + 4 <= changed.length; ) {
    const length = changed.readUInt16BE(at);
    const codePoint = changed.readUInt16BE(at + 2);
    if (codePoint === PRODUCT) (changed[at + 4] === 0xe2 ? DERBYS_OWN_EBCDIC : DERBYS_OWN).copy(changed, at + 4);
    // Else Derby sends defaults in a place where the driver allows none.
    if (codePoint === TYPE_DEFAULTS) changed[at + 4] = 0xf0;
    at += length;
  }
  return changed;
}

/** A statement is a zero, its length in four bytes, its text in UTF-8, and 0xFF for the other encoding, which is not used. */
function inDerbysWords(content: Buffer, texts: Texts): Buffer | null {
  if (content[0] !== 0 || content.length < 6) return null;
  const length = content.readUInt32BE(1);
  const text = content.toString('utf8', 5, 5 + length);
  const said = texts.reduce((one, [pattern, word]) => one.replace(pattern, word), text);
  if (said === text) return null;
  const bytes = Buffer.from(said, 'utf8');
  const head = Buffer.alloc(5);
  head.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([head, bytes, content.subarray(5 + length)]);
}
