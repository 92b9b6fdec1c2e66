import { DER, readDer, readOid, readText } from './der.ts';

/** A relative distinguished name: its attributes, as `oid=value` in sorted order; more than one make it multi-valued. */
type RelativeName = readonly string[];
/** Most significant first, as a certificate has it. */
export type DistinguishedName = readonly RelativeName[];

/** RFC 4514 3, and the ones that certificates of clients have besides. */
const TYPES: ReadonlyMap<string, string> = new Map([
  ['CN', '2.5.4.3'],
  ['SERIALNUMBER', '2.5.4.5'],
  ['C', '2.5.4.6'],
  ['L', '2.5.4.7'],
  ['ST', '2.5.4.8'],
  ['STREET', '2.5.4.9'],
  ['O', '2.5.4.10'],
  ['OU', '2.5.4.11'],
  ['DC', '0.9.2342.19200300.100.1.25'],
  ['UID', '0.9.2342.19200300.100.1.1'],
  ['EMAILADDRESS', '1.2.840.113549.1.9.1'],
]);

/** The content of a Name (RFC 5280 4.1.2.4). @throws Error for what is none, or has a text that cannot be compared */
export function readName(content: Uint8Array): DistinguishedName {
  return readDer(content).map((relative) => {
    if (relative.tag !== DER.set) throw new Error('A name is not made of sets.');
    return readDer(relative.content)
      .map((attribute) => {
        const [type, value, ...more] = readDer(attribute.content);
        const text = value && readText(value);
        if (type?.tag !== DER.oid || typeof text !== 'string' || more.length > 0 || text.includes('\0'))
          throw new Error('An attribute of a name cannot be read.');
        return `${readOid(type.content)}=${text}`;
      })
      .sort();
  });
}

/** Escapes of RFC 4514 2.4: a pair of hexadecimal digits is a byte, everything else stands for itself. */
const ESCAPED = /\\([0-9A-Fa-f]{2}|[ "#+,;<=>\\])/y;
const PLAIN = /[^\0"+,;<>\\]+/y;

/**
 * A name as RFC 4514 writes it, the most significant part last; null where it is none. Compared as what it means, never
 * as a text (R22).
 */
export function parseName(text: string): DistinguishedName | null {
  const relatives: string[][] = [[]];
  for (let at = 0; at <= text.length; ) {
    const type = /\s*([A-Za-z]+|\d+(?:\.\d+)+)=/y;
    type.lastIndex = at;
    const found = type.exec(text);
    const oid =
      found && (TYPES.get((found[1] ?? '').toUpperCase()) ?? (/^\d/.test(found[1] ?? '') ? found[1] : undefined));
    if (!found || oid === undefined) return null;
    const value = valueAt(text, type.lastIndex);
    if (!value) return null;
    relatives.at(-1)?.push(`${oid}=${value.text}`);
    at = value.end;
    const separator = text[at];
    if (separator === undefined) break;
    if (separator === ',') relatives.push([]);
    else if (separator !== '+') return null;
    at++;
    if (at === text.length) return null;
  }
  return relatives.map((relative) => relative.sort()).reverse();
}

function valueAt(text: string, start: number): { readonly text: string; readonly end: number } | null {
  const bytes: Buffer[] = [];
  let at = start;
  if (text[at] === '#' || text[at] === ' ') return null;
  while (at < text.length) {
    PLAIN.lastIndex = at;
    const plain = PLAIN.exec(text)?.[0];
    ESCAPED.lastIndex = at;
    const escaped = plain === undefined ? ESCAPED.exec(text) : null;
    if (plain !== undefined) {
      bytes.push(Buffer.from(plain));
      at += plain.length;
    } else if (escaped) {
      const [whole, part = ''] = escaped;
      bytes.push(part.length === 2 ? Buffer.from(part, 'hex') : Buffer.from(part));
      at += whole.length;
    } else break;
  }
  if (text[at] !== undefined && text[at] !== ',' && text[at] !== '+') return null;
  const value = readText({ tag: DER.utf8, content: Buffer.concat(bytes) });
  // A space at the end has to be escaped, or it is not part of the value.
  return value === null || value === '' || /(?<!\\) $/.test(text.slice(start, at)) ? null : { text: value, end: at };
}

/** As {@link parseName} reads it, for an operator who wants it in a registration. */
export function writtenName(name: DistinguishedName): string {
  const short = new Map([...TYPES].map(([type, oid]) => [oid, type]));
  const attribute = (text: string): string => {
    const at = text.indexOf('=');
    const oid = text.slice(0, at);
    return `${short.get(oid) ?? oid}=${text.slice(at + 1).replace(/["+,;<>\\]|^[ #]| $/g, '\\$&')}`;
  };
  return name
    .toReversed()
    .map((relative) => relative.map(attribute).join('+'))
    .join(',');
}

export function sameName(a: DistinguishedName, b: DistinguishedName): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
