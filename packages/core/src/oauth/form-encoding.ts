/**
 * One name or value of `application/x-www-form-urlencoded`, decoded strictly (RFC 6749 appendix B): null where the
 * percent encoding or the UTF-8 under it is malformed, or where it holds U+0000.
 */
export function formDecode(text: string): string | null {
  if (!text.includes('%')) {
    if (text.includes('\0')) return null;
    return text.includes('+') ? text.replaceAll('+', ' ') : text;
  }
  try {
    const decoded = decodeURIComponent(text.replaceAll('+', ' '));
    return decoded.includes('\0') ? null : decoded;
  } catch {
    return null;
  }
}

/** The inverse of {@link formDecode}: letters, digits and `-_.~*` stay, a space becomes `+`. */
export function formEncode(text: string): string {
  return encodeURIComponent(text)
    .replaceAll('%20', '+')
    .replace(/[!'()]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}
