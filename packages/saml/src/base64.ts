const BASE64URL = /^[A-Za-z0-9_-]*(={0,2})$/;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
const XML_SPACE = /[\t\n\r ]/g;

/** RFC 4648 5, with all of its padding or none, and no bit set that stands for nothing. Null: it is not that. */
export function decodeBase64url(text: string): Buffer | null {
  const padding = BASE64URL.exec(text)?.[1];
  if (padding === undefined || (padding !== '' && text.length % 4 !== 0)) return null;
  const bytes = Buffer.from(text, 'base64url');
  // Two texts for the same bytes would be two spellings of one assertion.
  return bytes.toString('base64url') + padding === text ? bytes : null;
}

/** RFC 4648 4 with its padding; white space, which makers break lines with, does not count. Null: it is not that. */
export function decodeBase64(text: string): Buffer | null {
  const dense = text.replace(XML_SPACE, '');
  if (!BASE64.test(dense)) return null;
  const bytes = Buffer.from(dense, 'base64');
  return bytes.length > 0 && bytes.toString('base64') === dense ? bytes : null;
}
