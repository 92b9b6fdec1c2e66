/** One value of X.690, with what is inside not yet read. */
export interface DerValue {
  readonly tag: number;
  readonly content: Uint8Array;
}

export const DER = {
  boolean: 0x01,
  bitString: 0x03,
  octets: 0x04,
  oid: 0x06,
  utf8: 0x0c,
  printable: 0x13,
  ia5: 0x16,
  bmp: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const;

/** The values that bytes are made of, one after the other. @throws Error where a length does not fit */
export function readDer(bytes: Uint8Array): readonly DerValue[] {
  const values: DerValue[] = [];
  for (let at = 0; at < bytes.length; ) {
    const tag = bytes[at++] ?? 0;
    let length = bytes[at++] ?? 0;
    // X.690 10.1: the definite form, in as few bytes as it takes; nothing here is over 64 KiB.
    if (length > 0x80) {
      const size = length - 0x80;
      if (size > 2 || at + size > bytes.length) throw new Error('A length of DER does not fit.');
      length = size === 1 ? (bytes[at] ?? 0) : (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0);
      at += size;
      if (length < (size === 1 ? 0x80 : 0x100)) throw new Error('A length of DER is longer than it needs to be.');
    } else if (length === 0x80) throw new Error('A length of DER is not there.');
    if (at + length > bytes.length) throw new Error('A value of DER ends after its end.');
    values.push({ tag, content: bytes.subarray(at, at + length) });
    at += length;
  }
  return values;
}

/** The one value of a tag. @throws Error where there is another, or more */
export function readOne(bytes: Uint8Array, tag: number): Uint8Array {
  const [value, ...more] = readDer(bytes);
  if (value?.tag !== tag || more.length > 0) throw new Error('A value of DER is not the one that has to be there.');
  return value.content;
}

/** `2.5.4.3`. */
export function readOid(content: Uint8Array): string {
  const numbers: number[] = [];
  let number = 0;
  for (const byte of content) {
    number = number * 128 + (byte & 0x7f);
    if (byte < 0x80) {
      numbers.push(number);
      number = 0;
    }
  }
  const [first = 0, ...others] = numbers;
  const head = Math.min(2, Math.floor(first / 40));
  return [head, first - head * 40, ...others].join('.');
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const utf16 = new TextDecoder('utf-16be', { fatal: true, ignoreBOM: true });
const ASCII = /^[\x20-\x7e]*$/;

/** A text, whatever kind of string it is written as (SEC-48); null for a kind that nobody can compare. */
export function readText({ content, tag }: DerValue): string | null {
  try {
    if (tag === DER.utf8) return utf8.decode(content);
    if (tag === DER.bmp) return utf16.decode(content);
    const text = Buffer.from(content).toString('latin1');
    return (tag === DER.printable || tag === DER.ia5) && ASCII.test(text) ? text : null;
  } catch {
    return null;
  }
}
