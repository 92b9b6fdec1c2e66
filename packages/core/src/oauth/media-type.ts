/** A `Content-Type`: type and subtype in lower case, parameters apart. */
export interface MediaType {
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
}

const TYPE = /^([!#$%&'*+.^_`|~0-9a-z-]+\/[!#$%&'*+.^_`|~0-9a-z-]+)[ \t]*(?:;|$)/i;
const PARAMETER =
  /[ \t]*(?:([!#$%&'*+.^_`|~0-9a-z-]+)=(?:([!#$%&'*+.^_`|~0-9a-z-]+)|"((?:[^"\\]|\\.)*)")[ \t]*)?(?:;|$)/iy;

/** RFC 9110 8.3.1; null where the grammar or the uniqueness of parameters is broken. */
export function parseMediaType(text: string): MediaType | null {
  const head = TYPE.exec(text);
  if (!head?.[1]) return null;
  const parameters = new Map<string, string>();
  let at = head[0].length;
  while (at < text.length) {
    PARAMETER.lastIndex = at;
    const found = PARAMETER.exec(text);
    if (!found || found[0].length === 0) return null;
    at += found[0].length;
    const name = found[1]?.toLowerCase();
    if (name === undefined) continue;
    if (parameters.has(name)) return null;
    parameters.set(name, found[2] ?? (found[3] ?? '').replace(/\\(.)/g, '$1'));
  }
  return { type: head[1].toLowerCase(), parameters };
}

/** Whether the text under this media type is UTF-8: no charset says so too (RFC 8259, RFC 6749 appendix B). */
export function isUtf8(media: MediaType): boolean {
  const charset = media.parameters.get('charset');
  return charset === undefined || /^utf-?8$/i.test(charset);
}
