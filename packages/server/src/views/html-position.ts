/** Where in an HTML document a character stands. */
type State =
  | 'text'
  | 'tag-name'
  | 'in-tag'
  | 'attribute-name'
  | 'before-value'
  | 'quoted'
  | 'unquoted'
  | 'comment'
  | 'raw';

export interface Position {
  readonly state: State;
  readonly element: string;
  readonly attribute: string;
  readonly quote: string;
}

/** What a page's own policy has to allow, since the page has it. */
export interface Contents {
  readonly styles: readonly string[];
  readonly scripts: readonly string[];
  /** `img`, `link`, `script[src]`, …, as far as they load something. */
  readonly loads: ReadonlySet<string>;
}

const ADDRESSES: ReadonlySet<string> = new Set(['href', 'src', 'action', 'formaction', 'cite', 'poster', 'data']);
/** Attributes whose value is a program, a style, a document, or a list of addresses. */
const CLOSED_ATTRIBUTES = /^(on.*|style|srcdoc|srcset|imagesrcset|content|ping|.*:.*|\?)$/;
/** The name of an attribute that a section stands in the middle of. */
const UNKNOWN = '?';
const RAW_ELEMENTS: ReadonlySet<string> = new Set(['script', 'style']);
const START: Position = { state: 'text', element: '', attribute: '', quote: '' };

/**
 * Follows the static text of a template, so that a placeholder is only put where escaping is enough.
 * A subset of HTML's own tokeniser: what it does not know for sure, it calls by the stricter name.
 */
export class HtmlReader {
  #position: Position = START;
  #closing = false;
  #raw = '';
  readonly #styles: string[] = [];
  readonly #scripts: string[] = [];
  readonly #loads = new Set<string>();

  get position(): Position {
    return this.#position;
  }

  get contents(): Contents {
    return { styles: this.#styles, scripts: this.#scripts, loads: this.#loads };
  }

  /** Null: what is put in here is harmless once it is escaped. */
  whyNotHere(kind: 'text' | 'url'): string | null {
    const { state, attribute } = this.#position;
    if (state === 'text') return null;
    if (state === 'raw') return 'stands in a script or a style, where escaping is not enough.';
    if (state !== 'quoted') return 'stands inside a tag, but not between the quotes of an attribute.';
    if (CLOSED_ATTRIBUTES.test(attribute)) return `stands in the attribute ${attribute}, where escaping is not enough.`;
    return ADDRESSES.has(attribute) && kind === 'text'
      ? `is a text; the attribute ${attribute} takes an address.`
      : null;
  }

  read(text: string): void {
    for (let at = 0; at < text.length; ) at += this.#step(text, at);
  }

  /** Consumes one character, or a delimiter; its length. */
  #step(text: string, at: number): number {
    const character = text[at] ?? '';
    switch (this.#position.state) {
      case 'text':
        if (text.startsWith('<!--', at)) return this.#go({ state: 'comment' }, 4);
        // What comes after the last character is not known yet, and may be a name.
        if (/^<\/?([a-z!]|$)/i.test(text.slice(at, at + 3))) {
          this.#closing = text[at + 1] === '/';
          return this.#go({ state: 'tag-name', element: '', attribute: '' }, this.#closing ? 2 : 1);
        }
        return 1;
      case 'comment':
        return text.startsWith('-->', at) ? this.#go({ state: 'text' }, 3) : 1;
      case 'raw':
        return this.#stepRaw(text, at);
      case 'tag-name':
        if (/[\s/>]/.test(character)) return this.#go({ state: 'in-tag' }, 0);
        return this.#go({ element: this.#position.element + character.toLowerCase() });
      case 'in-tag':
        if (character === '>') return this.#endTag();
        if (character === '=') return this.#go({ state: 'before-value', attribute: UNKNOWN });
        return /[\s/]/.test(character) ? 1 : this.#go({ state: 'attribute-name', attribute: '' }, 0);
      case 'attribute-name':
        if (character === '=') return this.#endAttributeName('before-value', 1);
        if (/^\s+=/.test(text.slice(at))) return 1;
        if (/[\s/>]/.test(character)) return this.#endAttributeName('in-tag', 0);
        return this.#go({ attribute: this.#position.attribute + character.toLowerCase() });
      case 'before-value':
        if (/\s/.test(character)) return 1;
        if (character === '"' || character === "'") return this.#go({ state: 'quoted', quote: character });
        return this.#go({ state: 'unquoted' }, 0);
      case 'quoted':
        return character === this.#position.quote ? this.#go({ state: 'in-tag', attribute: '', quote: '' }) : 1;
      case 'unquoted':
        return /[\s>]/.test(character) ? this.#go({ state: 'in-tag', attribute: '' }, 0) : 1;
    }
  }

  #go(change: Partial<Position>, consumed = 1): number {
    this.#position = { ...this.#position, ...change };
    return consumed;
  }

  #endAttributeName(state: State, consumed: number): number {
    const { element, attribute } = this.#position;
    if (attribute === 'src' || attribute === 'href') this.#loads.add(element);
    return this.#go(state === 'in-tag' ? { state, attribute: '' } : { state }, consumed);
  }

  #endTag(): number {
    const raw = !this.#closing && RAW_ELEMENTS.has(this.#position.element);
    return this.#go(raw ? { state: 'raw', attribute: '' } : START);
  }

  #stepRaw(text: string, at: number): number {
    const end = `</${this.#position.element}`;
    if (text.slice(at, at + end.length).toLowerCase() !== end) {
      this.#raw += text[at];
      return 1;
    }
    (this.#position.element === 'style' ? this.#styles : this.#scripts).push(this.#raw);
    this.#raw = '';
    this.#closing = true;
    return this.#go({ state: 'tag-name', element: '' }, 2);
  }
}
