import { type Contents, HtmlReader, type Position } from './html-position.ts';
import { renderNodes, type TemplateNode, type Words } from './render-template.ts';
import type { Shape, Values } from './shape.ts';

export interface TemplateSource {
  /** As the error names it. */
  readonly file: string;
  readonly text: string;
}

/** What templates are made with, besides their page's own placeholders. */
export interface TemplateWorld {
  /** Included text, by name: `{{>name}}`. */
  readonly partials: ReadonlyMap<string, TemplateSource>;
  /** Placeholders that any language's words for this message hold; undefined: no such message. */
  messageParameters(key: string): ReadonlySet<string> | undefined;
}

export interface Template {
  readonly contents: Contents;
  render(values: Values, words: Words): string;
}

/**
 * Reads a template once, at start. Everything put in is escaped, and only stands where escaping is enough.
 * @throws Error naming file, line and placeholder
 */
export function compileTemplate(source: TemplateSource, shape: Shape, world: TemplateWorld): Template {
  const reader = new TemplateReader(shape, world);
  reader.read(source, []);
  const nodes = reader.finish(source.file);
  return { contents: reader.contents, render: (values, words) => renderNodes(nodes, values, words) };
}

interface OpenSection {
  readonly name: string;
  readonly nodes: TemplateNode[];
  /** Where in the document it began, and has to end. */
  readonly position: Position;
  /** What may be named inside. */
  readonly shape: Shape;
}

// Three braces are matched too, to be refused.
const PLACEHOLDER = /\{\{(\{[^{}]*\}|[^{}]*)\}\}/g;
const MESSAGE = 'text.';
const SECTION_BEGINS: ReadonlySet<string> = new Set(['text', 'in-tag', 'quoted']);

class TemplateReader {
  readonly #html = new HtmlReader();
  readonly #world: TemplateWorld;
  readonly #root: OpenSection;
  readonly #open: OpenSection[] = [];
  #place = '';

  constructor(shape: Shape, world: TemplateWorld) {
    this.#world = world;
    this.#root = { name: '', nodes: [], position: this.#html.position, shape };
  }

  get contents(): Contents {
    return this.#html.contents;
  }

  get #top(): OpenSection {
    return this.#open.at(-1) ?? this.#root;
  }

  read({ file, text }: TemplateSource, including: readonly string[]): void {
    let done = 0;
    for (const match of text.matchAll(PLACEHOLDER)) {
      this.#static(text.slice(done, match.index));
      done = match.index + match[0].length;
      this.#place = `${file}:${text.slice(0, match.index).split('\n').length}: ${match[0]}`;
      this.#placeholder((match[1] ?? '').trim(), including);
    }
    this.#static(text.slice(done));
  }

  finish(file: string): readonly TemplateNode[] {
    if (this.#top !== this.#root) throw new Error(`${file}: the section {{${this.#top.name}}} is not closed.`);
    return this.#root.nodes;
  }

  #static(html: string): void {
    if (html === '') return;
    this.#html.read(html);
    this.#top.nodes.push({ kind: 'static', html });
  }

  #placeholder(content: string, including: readonly string[]): void {
    const sign = content[0] ?? '';
    const name = content.slice(1).trim();
    switch (sign) {
      case '!':
        break;
      case '{':
      case '&':
        throw this.#error('is refused: nothing is put into a page unescaped.');
      case '>':
        this.#include(name, including);
        break;
      case '#':
      case '?':
      case '^':
        this.#begin(sign, name);
        break;
      case '/':
        this.#end(name);
        break;
      default:
        if (content.startsWith(MESSAGE)) this.#message(content.slice(MESSAGE.length));
        else this.#value(content);
    }
  }

  #include(name: string, including: readonly string[]): void {
    const partial = this.#world.partials.get(name);
    if (!partial) throw this.#error(`is unknown; there is: ${[...this.#world.partials.keys()].join(', ')}.`);
    if (including.includes(name)) throw this.#error('includes itself.');
    this.read(partial, [...including, name]);
  }

  #begin(sign: '#' | '?' | '^', name: string): void {
    const { shape } = this.#top;
    const kind = this.#kindOf(name);
    const items = typeof kind === 'object' ? kind : null;
    if (sign === '#' && !items) throw this.#error('is no list; a condition is {{?name}} or {{^name}}.');
    const { position } = this.#html;
    if (!SECTION_BEGINS.has(position.state)) throw this.#error('stands where a section cannot begin.');
    const nodes: TemplateNode[] = [];
    this.#top.nodes.push({ kind: 'section', name, sign, nodes });
    this.#open.push({ name, nodes, position, shape: sign === '#' ? { ...shape, ...items } : shape });
  }

  #end(name: string): void {
    const section = this.#open.pop();
    if (!section) throw this.#error('closes what is not open.');
    if (section.name !== name) throw this.#error(`stands where {{/${section.name}}} has to be.`);
    if (JSON.stringify(section.position) !== JSON.stringify(this.#html.position))
      throw this.#error(
        'closes elsewhere in the document than its section began; inside a tag both stand after a space.',
      );
  }

  #message(key: string): void {
    const parameters = this.#world.messageParameters(key);
    if (!parameters) throw this.#error('is no message.');
    for (const name of parameters)
      if (this.#top.shape[name] !== 'text')
        throw this.#error(`is a message with {${name}}, and there is no such text on this page.`);
    this.#requireGoodPlace('text');
    this.#top.nodes.push({ kind: 'message', key });
  }

  #value(name: string): void {
    const kind = this.#kindOf(name);
    if (kind !== 'text' && kind !== 'url')
      throw this.#error('is a condition or a list: {{?name}}…{{/name}} or {{#name}}…{{/name}}.');
    this.#requireGoodPlace(kind);
    this.#top.nodes.push({ kind: 'value', name, as: kind });
  }

  #kindOf(name: string): Shape[string] {
    const { shape } = this.#top;
    const kind = Object.hasOwn(shape, name) ? shape[name] : undefined;
    if (!kind) throw this.#error(`is unknown here; there is: ${Object.keys(shape).join(', ')}.`);
    return kind;
  }

  #requireGoodPlace(kind: 'text' | 'url'): void {
    const reason = this.#html.whyNotHere(kind);
    if (reason) throw this.#error(reason);
  }

  #error(reason: string): Error {
    return new Error(`${this.#place} ${reason}`);
  }
}
