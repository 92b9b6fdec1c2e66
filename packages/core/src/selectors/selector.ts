import type { SelectorSources } from './sources.ts';
import { PLAIN, type Reader, WITH_ARGUMENT } from './vocabulary.ts';

/** A setting's text with `${…}` in it, ready to be filled in. Nothing is evaluated: each selector is one of a fixed list. */
export interface Selector {
  resolve(sources: SelectorSources): string;
}

type Part = (sources: SelectorSources) => string;

/** @throws Error naming the selector that there is not */
export function compileSelector(text: string): Selector {
  const parts: Part[] = [];
  let at = 0;
  while (at < text.length) {
    const start = text.indexOf('${', at);
    const literal = text.slice(at, start === -1 ? undefined : start);
    if (literal !== '') parts.push(() => literal);
    if (start === -1) break;
    const end = endOfSelector(text, start + 2);
    if (end === -1) throw new Error(`The selector that begins at character ${start + 1} of ${quote(text)} has no end.`);
    parts.push(compilePart(text.slice(start + 2, end)));
    at = end + 1;
  }
  return { resolve: (sources) => parts.map((part) => part(sources)).join('') };
}

/** The closing brace outside of quotes. */
function endOfSelector(text: string, start: number): number {
  let quoted: string | null = null;
  for (let i = start; i < text.length; i++) {
    const character = text[i];
    if (quoted !== null) quoted = character === quoted ? null : quoted;
    else if (character === '"' || character === "'") quoted = character;
    else if (character === '}') return i;
  }
  return -1;
}

function compilePart(name: string): Part {
  const plain = PLAIN.get(name);
  if (plain) return (sources) => plain(sources, '');
  for (const { after, before, read } of WITH_ARGUMENT)
    if (name.startsWith(before) && name.endsWith(after) && name.length > before.length + after.length)
      return withArgument(read, name, name.slice(before.length, -after.length));
  throw new Error(`There is no selector ${quote(`\${${name}}`)}.`);
}

function withArgument(read: Reader, name: string, quoted: string): Part {
  const [, double, single] = /^(?:"([^"]+)"|'([^']+)')$/.exec(quoted) ?? [];
  const argument = double ?? single;
  if (argument === undefined) throw new Error(`The selector ${quote(`\${${name}}`)} needs one name in quotes.`);
  return (sources) => read(sources, argument);
}

/** A setting's own text, shortened; settings hold no secrets. */
function quote(text: string): string {
  return JSON.stringify(text.slice(0, 200));
}
