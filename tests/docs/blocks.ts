import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** One fenced block of a page. Behind its language stand its marks, and last, where nobody can run it here, why. */
export interface Block {
  /** Of its opening fence, from 1. */
  readonly line: number;
  readonly language: string;
  /** `name=value`, or a word alone, whose value is empty. */
  readonly marks: ReadonlyMap<string, string>;
  /** What follows `not run:`; null where it is to be run. */
  readonly notRun: string | null;
  readonly text: string;
}

export interface DocPage {
  /** From the root: `docs/guides/operating.md`. */
  readonly path: string;
  readonly text: string;
  readonly blocks: readonly Block[];
}

export const ROOT: string = fileURLToPath(new URL('../../', import.meta.url));

const ELSEWHERE: ReadonlySet<string> = new Set(['node_modules', 'dist', 'coverage', 'test-artifacts']);

/** Every page of the repository. */
export function readPages(): readonly DocPage[] {
  const files = globSync('**/*.md', { cwd: ROOT, exclude: (entry) => ELSEWHERE.has(path.basename(entry)) });
  return files.sort().map((file) => parsePage(file, readFileSync(path.join(ROOT, file), 'utf8')));
}

/** @throws Error for a block that has no end */
export function parsePage(file: string, text: string): DocPage {
  const blocks: Block[] = [];
  let open: { readonly fence: string; readonly indent: number; readonly info: string; readonly line: number } | null =
    null;
  let inside: string[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    const [, indent = '', fence = '', info = ''] = /^(\s*)(`{3,}|~{3,})(.*)$/.exec(line) ?? [];
    if (!open) {
      if (fence !== '') open = { fence, indent: indent.length, info, line: index + 1 };
    } else if (fence.startsWith(open.fence) && info.trim() === '') {
      blocks.push({ line: open.line, ...readInfo(open.info), text: `${inside.join('\n')}\n` });
      open = null;
      inside = [];
    } else inside.push(line.slice(open.indent));
  }
  if (open) throw new Error(`${file}:${open.line}: the block has no end.`);
  return { path: file, text, blocks };
}

function readInfo(info: string): Pick<Block, 'language' | 'marks' | 'notRun'> {
  const [said = '', ...reason] = info.split(/\bnot run:/);
  const [language = '', ...words] = said.trim().split(/\s+/);
  const marks = words.map((word): [string, string] => {
    const at = word.indexOf('=');
    return at < 0 ? [word, ''] : [word.slice(0, at), word.slice(at + 1)];
  });
  return { language, marks: new Map(marks), notRun: reason.length === 0 ? null : reason.join('not run:').trim() };
}
