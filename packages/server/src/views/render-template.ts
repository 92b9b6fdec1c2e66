import { escapeHtml, escapeUrl } from './escape.ts';
import type { Values } from './shape.ts';

/** A template, read. */
export type TemplateNode =
  | { readonly kind: 'static'; readonly html: string }
  | { readonly kind: 'value'; readonly name: string; readonly as: 'text' | 'url' }
  | { readonly kind: 'message'; readonly key: string }
  /** `#`: for each of a list; `?`: if there is any; `^`: if there is none. */
  | {
      readonly kind: 'section';
      readonly name: string;
      readonly sign: '#' | '?' | '^';
      readonly nodes: readonly TemplateNode[];
    };

/** A message in the language of the page, its placeholders not yet filled. */
export type Words = (key: string) => string;

export function renderNodes(nodes: readonly TemplateNode[], values: Values, words: Words): string {
  return nodes.map((node) => renderNode(node, values, words)).join('');
}

function renderNode(node: TemplateNode, values: Values, words: Words): string {
  switch (node.kind) {
    case 'static':
      return node.html;
    case 'value': {
      const text = String(values[node.name] ?? '');
      return node.as === 'url' ? escapeUrl(text) : escapeHtml(text);
    }
    case 'message':
      return escapeHtml(fillMessage(words(node.key), values));
    case 'section': {
      const value = values[node.name];
      const list = Array.isArray(value) ? (value as readonly Values[]) : null;
      if (node.sign === '#')
        return (list ?? []).map((item) => renderNodes(node.nodes, { ...values, ...item }, words)).join('');
      const present = list ? list.length > 0 : Boolean(value);
      return present === (node.sign === '?') ? renderNodes(node.nodes, values, words) : '';
    }
  }
}

/** `{name}` in a message is the page's placeholder of that name. */
function fillMessage(words: string, values: Values): string {
  return words.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ''));
}
