import type { Block } from './blocks.ts';

/** What is done with a block, so that what it says is proved. */
export type Purpose =
  /** A shell runs it; `serves`: in the background, until the page ends. */
  | { readonly kind: 'command' }
  /** Compiled; run where it says so. */
  | { readonly kind: 'program'; readonly file: string }
  /** `gatehouse check` accepts it. */
  | { readonly kind: 'configuration'; readonly file: string }
  /** Written down for a later block, which names it. */
  | { readonly kind: 'file'; readonly file: string }
  /** What the block before it printed; `…` stands for anything. */
  | { readonly kind: 'answer' }
  | { readonly kind: 'not-run'; readonly reason: string }
  | { readonly kind: 'unclear'; readonly problem: string };

const MARKS: ReadonlySet<string> = new Set(['answer', 'fails', 'file', 'needs', 'run', 'server', 'serves']);
const CONFIGURATION = /^gatehouse\.config\b.*\.(ts|json|yaml)$/;
const DATA: ReadonlySet<string> = new Set(['json', 'yaml']);

export function purposeOf(block: Block): Purpose {
  const { language, line, marks, notRun, text } = block;
  if (notRun !== null)
    return notRun === '' ? unclear('says that it is not run, and not why') : { kind: 'not-run', reason: notRun };
  const unknown = [...marks.keys()].filter((mark) => !MARKS.has(mark));
  if (unknown.length > 0) return unclear(`has the mark ${unknown.join(', ')}, which means nothing`);
  if (marks.has('answer')) return { kind: 'answer' };
  if (language === 'bash') return { kind: 'command' };
  const file = marks.get('file');
  if (language === 'ts') {
    const name = file ?? (text.includes('defineConfig(') ? 'gatehouse.config.ts' : `block-${line}.ts`);
    return CONFIGURATION.test(name) ? { kind: 'configuration', file: name } : { kind: 'program', file: name };
  }
  if (DATA.has(language)) {
    const name = file ?? `gatehouse.config.${language}`;
    return { kind: CONFIGURATION.test(name) ? 'configuration' : 'file', file: name };
  }
  if (file !== undefined) return { kind: 'file', file };
  return unclear(`(${language || 'no language'}) says neither what it is for nor why it is not run`);
}

function unclear(problem: string): Purpose {
  return { kind: 'unclear', problem };
}
