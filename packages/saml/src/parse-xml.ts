import { XmlElement as ParsedElement, ParseOption, XmlC14NMode, XmlDocument, XmlText } from 'libxml2-wasm';
import { fault } from './fault.ts';
import type { XmlAttribute, XmlElement } from './xml-tree.ts';

/** Nothing is fetched, nothing is expanded, nothing is forgiven; the parser's own limits stay (no HUGE). */
const OPTIONS: ParseOption =
  ParseOption.XML_PARSE_NONET | ParseOption.XML_PARSE_NO_XXE | ParseOption.XML_PARSE_NO_SYS_CATALOG;

/** A parsed document while it is in the parser's memory. */
export interface ParsedXml {
  readonly root: XmlElement;
  /** The canonical form of the element at this path of positions among elements: `[]` is the root. @throws AssertionFault */
  canonicalAt(path: readonly number[], prefixes: readonly string[], mostBytes: number): Buffer;
  /** Takes that element out, as the transform `enveloped-signature` does. */
  remove(path: readonly number[]): void;
}

/**
 * One strict parse; the document is given back to the parser's memory whatever happens in `use`.
 * @throws AssertionFault where it is not well-formed with namespaces, and what `use` throws
 */
export function withParsed<T>(bytes: Uint8Array, use: (parsed: ParsedXml) => T): T {
  const document = parse(bytes);
  try {
    // A warning is something another parser may read otherwise, such as a relative namespace.
    if (document.warnings.length > 0) throw fault('parsed-without-warning');
    return use({
      root: plain(document.root),
      canonicalAt: (path, prefixes, mostBytes) => canonical(document, path, prefixes, mostBytes),
      remove: (path) => elementAt(document.root, path).remove(),
    });
  } finally {
    document.dispose();
  }
}

function parse(bytes: Uint8Array): XmlDocument {
  try {
    return XmlDocument.fromBuffer(bytes, { option: OPTIONS });
  } catch {
    throw fault('parsed');
  }
}

function plain(element: ParsedElement): XmlElement {
  const attributes = element.attrs.map(
    ({ name, namespaceUri, value }): XmlAttribute => ({ name: qualified(namespaceUri, name), value }),
  );
  const children: XmlElement[] = [];
  let text = '';
  for (let child = element.firstChild; child; child = child.next) {
    if (child instanceof ParsedElement) children.push(plain(child));
    else if (child instanceof XmlText) text += child.content;
    else throw fault('parsed');
  }
  return { name: qualified(element.namespaceUri, element.name), attributes, children, text };
}

function qualified(namespace: string, local: string): string {
  return namespace === '' ? local : `{${namespace}}${local}`;
}

function elementAt(root: ParsedElement, path: readonly number[]): ParsedElement {
  let element = root;
  for (const position of path) {
    let next = element.firstChild;
    for (let passed = 0; next; next = next.next) if (next instanceof ParsedElement && passed++ === position) break;
    if (!(next instanceof ParsedElement)) throw new TypeError('There is no such element.');
    element = next;
  }
  return element;
}

function canonical(
  document: XmlDocument,
  path: readonly number[],
  prefixes: readonly string[],
  mostBytes: number,
): Buffer {
  const blocks: Buffer[] = [];
  let length = 0;
  const sink = {
    write(block: Uint8Array): number {
      length += block.length;
      // Namespaces are repeated where they are used, so that little can become much: -1 ends it.
      if (length > mostBytes) return -1;
      blocks.push(Buffer.from(block));
      return block.length;
    },
    close: (): boolean => true,
  };
  try {
    document.canonicalize(sink, {
      mode: XmlC14NMode.XML_C14N_EXCLUSIVE_1_0,
      inclusiveNamespacePrefixes: [...prefixes],
      ...(path.length === 0 ? {} : { nodeSet: new Set([elementAt(document.root, path)]) }),
    });
  } catch {
    throw fault('canonical');
  }
  // R28: a form that failed quietly is a refusal, not the digest of nothing.
  if (length === 0 || length > mostBytes) throw fault('canonical', `${length} bytes`);
  return Buffer.concat(blocks);
}
