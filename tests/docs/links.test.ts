import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { type DocPage, ROOT, readPages } from './blocks.ts';

const pages = readPages();

/** What stands outside of code, where a link is a link. */
function prose({ text }: DocPage): string {
  return text
    .replaceAll(/^ *(`{3,}|~{3,})[\s\S]*?^ *\1 *$/gm, '')
    .replaceAll(/`[^`\n]*`/g, (code) => ' '.repeat(code.length));
}

/** As GitHub makes them. */
function anchorsOf(markdown: string): ReadonlySet<string> {
  const headings = [...markdown.matchAll(/^#{1,6} +(.*)$/gm)].map(([, heading = '']) => heading);
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
        .trim()
        .replaceAll(' ', '-'),
    ),
  );
}

function faultOf(page: DocPage, target: string): string | null {
  const [file = '', anchor] = target.split('#', 2);
  const full = file === '' ? path.join(ROOT, page.path) : path.join(ROOT, path.dirname(page.path), file);
  if (!existsSync(full)) return `${page.path}: ${target} is not there`;
  if (anchor === undefined || statSync(full).isDirectory()) return null;
  return anchorsOf(readFileSync(full, 'utf8')).has(anchor) ? null : `${page.path}: ${target} has no such heading`;
}

it('every link within the repository leads somewhere', () => {
  const faults = pages.flatMap((page) =>
    [...prose(page).matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, target = '']) => target)
      .filter((target) => !/^[a-z]+:/.test(target))
      .flatMap((target) => faultOf(page, target) ?? []),
  );
  expect(faults).toEqual([]);
});

it('every page of docs/ and of the root can be found from the README', () => {
  const found = new Set(['README.md']);
  for (const at of found) {
    const page = pages.find((one) => one.path === at);
    if (!page) continue;
    for (const [, target = ''] of page.text.matchAll(/\]\(([^)\s#]+)(?:#[^)\s]*)?\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      const full = path.join(path.dirname(at), target);
      found.add(existsSync(path.join(ROOT, full, 'README.md')) ? path.join(full, 'README.md') : full);
    }
  }
  const lost = pages.map(({ path: file }) => file).filter((file) => !found.has(file));
  expect(lost.filter((file) => !file.includes('/') || file.startsWith('docs/'))).toEqual([]);
});
