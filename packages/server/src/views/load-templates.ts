import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Messages } from '../messages/messages.ts';
import { COMMON, SHAPES } from './pages.ts';
import type { Shape } from './shape.ts';
import { compileTemplate, type Template, type TemplateSource } from './template.ts';
import { TEMPLATE_NAMES, type TemplateName } from './views.ts';

/** What any template may include: `{{>head}}`. */
export const PARTIALS = {
  head: 'head.html',
  brand: 'brand.html',
  style: 'style.css',
  'start-style': 'start-style.css',
  'start-script': 'start-script.js',
} as const;

/** @throws Error naming the file, the line and the placeholder that is wrong */
export function loadTemplates(
  replacements: Readonly<Partial<Record<TemplateName, string>>>,
  messages: Messages,
): Readonly<Record<TemplateName, Template>> {
  const partials = new Map(Object.entries(PARTIALS).map(([name, file]) => [name, read(builtIn(file), name)] as const));
  const world = { partials, messageParameters: messages.parameters };
  const compiled = TEMPLATE_NAMES.map((name) => {
    const source = read(replacements[name] ?? builtIn(`${name}.html`), name);
    return [name, compileTemplate(source, shapeOf(name), world)] as const;
  });
  return Object.fromEntries(compiled) as Record<TemplateName, Template>;
}

export function shapeOf(page: TemplateName): Shape {
  return { ...COMMON, ...SHAPES[page] };
}

function builtIn(file: string): string {
  return fileURLToPath(new URL(`../../templates/${file}`, import.meta.url));
}

function read(file: string, name: string): TemplateSource {
  try {
    // As browsers read it, or the hash of a style would be of other line ends.
    return { file, text: readFileSync(file, 'utf8').replaceAll('\r\n', '\n') };
  } catch (cause) {
    throw new Error(`${file}: the template of the page ${name} cannot be read.`, { cause });
  }
}
