// Db2's protocol, DRDA, as far as a stand-in needs it: units (DSS) with a head of six bytes, and in them objects, each
// with a head of four: length, code point.

/** Receives a stream in pieces of any size, hands on whole units. `long` ones span several segments and stay unparsed. */
export function unitReader(onUnit: (unit: Buffer, long: boolean) => void): (piece: Buffer) => void {
  let kept: Buffer = Buffer.alloc(0);
  return (piece) => {
    kept = kept.length > 0 ? Buffer.concat([kept, piece]) : piece;
    for (;;) {
      const end = endOf(kept);
      if (end === null) return;
      onUnit(kept.subarray(0, end.at), end.long);
      kept = kept.subarray(end.at);
    }
  };
}

const CONTINUES = 0x8000;

/** Where the first unit ends; null: not all of it is there yet. */
function endOf(bytes: Buffer): { readonly at: number; readonly long: boolean } | null {
  if (bytes.length < 6) return null;
  let segment = bytes.readUInt16BE(0);
  let at = segment & ~CONTINUES;
  const long = (segment & CONTINUES) !== 0;
  while (segment & CONTINUES) {
    if (bytes.length < at + 2) return null;
    segment = bytes.readUInt16BE(at);
    at += segment & ~CONTINUES;
  }
  return bytes.length < at ? null : { at, long };
}

/** Hands each object of a unit to `change`, which answers its new content or null to leave it. */
export function changeObjects(unit: Buffer, change: (codePoint: number, content: Buffer) => Buffer | null): Buffer {
  const parts: Buffer[] = [unit.subarray(0, 6)];
  for (let at = 6; at < unit.length; ) {
    const length = at + 4 <= unit.length ? unit.readUInt16BE(at) : 0;
    // An object with a length of more bytes, or what is none: the rest goes on as it is.
    if (length < 4 || length & CONTINUES || at + length > unit.length) {
      parts.push(unit.subarray(at));
      break;
    }
    const codePoint = unit.readUInt16BE(at + 2);
    const changed = change(codePoint, unit.subarray(at + 4, at + length));
    parts.push(changed === null ? unit.subarray(at, at + length) : object(codePoint, changed));
    at += length;
  }
  const whole = Buffer.concat(parts);
  whole.writeUInt16BE(whole.length, 0);
  return whole;
}

function object(codePoint: number, content: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16BE(content.length + 4, 0);
  head.writeUInt16BE(codePoint, 2);
  return Buffer.concat([head, content]);
}
