import type { ValueType } from './value-types.ts';

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['yes', true],
  ['on', true],
  ['1', true],
  ['false', false],
  ['no', false],
  ['off', false],
  ['0', false],
]);

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Reads a text of the environment or a flag as what a setting wants; what it cannot be stays a text, and is refused as one. */
export function typedText(text: string, from: ValueType['from']): unknown {
  const trimmed = text.trim();
  switch (from) {
    case 'text':
      return trimmed.startsWith('{') ? json(trimmed) : text;
    case 'number':
      return /^-?\d+$/.test(trimmed) ? Number(trimmed) : text;
    case 'boolean':
      return BOOLEANS.get(trimmed.toLowerCase()) ?? text;
    case 'json':
      return /^[[{]/.test(trimmed) ? json(trimmed) : text;
    case 'list':
      if (/^[[{]/.test(trimmed)) return json(trimmed);
      return trimmed === '' ? [] : trimmed.split(',').map((item) => item.trim());
  }
}
