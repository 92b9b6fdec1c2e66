import { formDecode } from '../oauth/form-encoding.ts';

/** The two halves of a Basic header, as they stand between the colon, not yet form-decoded. */
export interface RawCredentials {
  readonly id: string;
  readonly secret: string;
}

export interface BasicCredentials {
  readonly id: string;
  readonly secret: string;
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** RFC 7617 2, strictly: null where it is not `Basic`, one space, canonical base64 of UTF-8 with a colon in it. */
export function parseBasic(header: string): RawCredentials | null {
  const encoded = /^basic ([A-Za-z0-9+/]+)(={0,2})$/i.exec(header);
  const [, letters, padding] = encoded ?? [];
  if (letters === undefined || padding === undefined) return null;
  // Missing padding alone is forgiven; wrong padding is not, and neither are stray bits in the last letter.
  if (padding !== '' && (letters.length + padding.length) % 4 !== 0) return null;
  const bytes = Buffer.from(letters, 'base64');
  if (bytes.toString('base64').replace(/=+$/, '') !== letters) return null;
  let text: string;
  try {
    text = UTF8.decode(bytes);
  } catch {
    return null;
  }
  // RFC 7617 2: a user-id has no colon, so the first one divides.
  const colon = text.indexOf(':');
  if (colon === -1 || text.includes('\0')) return null;
  return { id: text.slice(0, colon), secret: text.slice(colon + 1) };
}

/** RFC 6749 2.3.1: both halves were form-encoded before they were joined. Null where one was not. */
export function decodeCredentials(raw: RawCredentials): BasicCredentials | null {
  const id = formDecode(raw.id);
  const secret = formDecode(raw.secret);
  return id === null || secret === null ? null : { id, secret };
}
