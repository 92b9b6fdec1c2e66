import type { SamlLimits } from '@gatehouse/core';
import { fault, type SamlCheck } from './fault.ts';

const DECLARATION =
  /^<\?xml version=(?:"1\.0"|'1\.0')(?: encoding=(?:"utf-8"|'utf-8'))?(?: standalone=(?:"(?:yes|no)"|'(?:yes|no)'))? ?\?>/i;
/** A reference that is neither a character's number nor one of the five names XML itself has. */
const FOREIGN_REFERENCE = /&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6});)/;
const NAME = /[^\s<>/="'&]+/y;
const ATTRIBUTE = /\s+([^\s<>/="'&]+)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/y;
const TAG_END = /\s*(\/?)>/y;
const CLOSING_TAG = /<\/[^\s<>/="'&]+\s*>/y;
/** XML 1.0 2.2, `Char`: what a document may not hold at all. */
const NO_CHARACTER = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;
/** Characters of a namespace: canonical XML repeats it wherever it is used, so a long one multiplies. */
const NAMESPACE_LENGTH = 256;

/**
 * R27: what may not be in an assertion, and how much may be, found in one pass over its text before a parser sees it.
 * Time grows with the length alone. That what remains is well-formed is for the parser to say.
 * @throws AssertionFault
 */
export function scanText(bytes: Uint8Array, limits: SamlLimits): void {
  const text = decodeUtf8(bytes);
  if (NO_CHARACTER.test(text)) throw fault('characters');
  if (FOREIGN_REFERENCE.test(text)) throw fault('entities');
  const start = DECLARATION.exec(text)?.[0].length ?? 0;
  let depth = 0;
  let elements = 0;
  let attributes = 0;
  let namespaces = 0;
  let at = start;
  for (let open = text.indexOf('<', at); open >= 0; open = text.indexOf('<', at)) {
    if (depth === 0 && notSpace(text.slice(at, open))) throw fault('around-root');
    const sign = text[open + 1];
    if (sign === '!' || sign === '?')
      throw fault(MARKUP.find(([begin]) => text.startsWith(begin, open))?.[1] ?? 'well-formed');
    if (sign === '/') {
      at = matchEnd(CLOSING_TAG, text, open);
      if (--depth < 0) throw fault('well-formed');
      continue;
    }
    if (depth === 0 && elements > 0) throw fault('one-root');
    const tag = readTag(text, open, limits);
    at = tag.end;
    elements++;
    attributes += tag.attributes;
    namespaces += tag.namespaces;
    if (!tag.empty) depth++;
    requireMost('elements inside each other', depth + (tag.empty ? 1 : 0), limits.xmlDepth);
    requireMost('elements', elements, limits.xmlElements);
    requireMost('attributes', attributes, limits.xmlElements);
    requireMost('namespaces', namespaces, limits.xmlNamespaces);
  }
  if (notSpace(text.slice(at))) throw fault('around-root');
  if (depth !== 0 || elements === 0) throw fault('well-formed');
}

/** Everything that begins so is refused; the name of the check is the operator's. */
const MARKUP: readonly (readonly [begin: string, check: SamlCheck])[] = [
  ['<!--', 'comments'],
  ['<![CDATA[', 'cdata'],
  ['<!DOCTYPE', 'document-type'],
  ['<?xml ', 'declaration'],
  ['<?', 'processing-instructions'],
  ['<!', 'document-type'],
];

interface Tag {
  readonly end: number;
  readonly empty: boolean;
  readonly attributes: number;
  readonly namespaces: number;
}

function readTag(text: string, open: number, limits: SamlLimits): Tag {
  let at = matchEnd(NAME, text, open + 1);
  let attributes = 0;
  let namespaces = 0;
  for (;;) {
    ATTRIBUTE.lastIndex = at;
    const attribute = ATTRIBUTE.exec(text);
    if (!attribute) break;
    at = ATTRIBUTE.lastIndex;
    const [, name = '', double, single] = attribute;
    if (name === 'xmlns' || name.startsWith('xmlns:')) {
      namespaces++;
      requireMost('characters of a namespace', (double ?? single ?? '').length, NAMESPACE_LENGTH);
    } else attributes++;
    requireMost('attributes of one element', attributes, limits.xmlAttributes);
    requireMost('namespaces', namespaces, limits.xmlNamespaces);
  }
  const end = matchEnd(TAG_END, text, at);
  return { end, empty: text[end - 2] === '/', attributes, namespaces };
}

function notSpace(text: string): boolean {
  return /[^\t\n\r ]/.test(text);
}

/** @returns where the match ends */
function matchEnd(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  if (!pattern.test(text)) throw fault('well-formed');
  return pattern.lastIndex;
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw fault('utf-8');
  }
}

function requireMost(what: string, number: number, most: number): void {
  if (number > most) throw fault('limit', String(number), `at most ${most} ${what}`);
}
