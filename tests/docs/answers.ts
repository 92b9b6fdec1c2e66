/** Stands for anything in an answer that a page shows: tokens, times, ids. */
const ANYTHING = '…';

/** How what was printed differs from what the page shows; null where it does not. */
export function differenceOf(shown: string, printed: string, language: string): string | null {
  if (language !== 'json')
    return asPattern(shown.trim()).test(printed.replaceAll('\r\n', '\n').trim()) ? null : told(shown, printed);
  try {
    return sameShape(JSON.parse(shown), JSON.parse(printed)) ? null : told(shown, printed);
  } catch {
    return told(shown, printed);
  }
}

/** Members and texts are the same; a number is only a number, since most of them are times. */
function sameShape(shown: unknown, printed: unknown): boolean {
  if (typeof shown === 'string') return typeof printed === 'string' && asPattern(shown).test(printed);
  if (typeof shown === 'number') return typeof printed === 'number';
  if (typeof shown !== 'object' || shown === null) return shown === printed;
  if (typeof printed !== 'object' || printed === null || Array.isArray(shown) !== Array.isArray(printed)) return false;
  const wanted = Object.entries(shown);
  const there = new Map(Object.entries(printed));
  return wanted.length === there.size && wanted.every(([name, value]) => sameShape(value, there.get(name)));
}

function asPattern(text: string): RegExp {
  return new RegExp(`^${text.split(ANYTHING).map(literally).join('[\\s\\S]*?')}$`);
}

export function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

function told(shown: string, printed: string): string {
  return `The page shows\n${shown.trim()}\nand this was printed:\n${printed.trim()}`;
}
