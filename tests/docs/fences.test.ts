import { expect, it } from 'vitest';
import { readPages } from './blocks.ts';

// Notes beside the sources are not for readers of the product.
const pages = readPages().filter(({ path: file }) => !/^packages\/[^/]+\/src\//.test(file));

it('code stands between fences, where it is found and run', () => {
  const indented = pages.flatMap(({ path: file, text, blocks }) => {
    const lines = text.split('\n');
    const fenced = new Set(
      blocks.flatMap(({ line, text: code }) => lines.slice(line, line + code.split('\n').length - 1)),
    );
    return lines.flatMap((line, index) => {
      const startsBlock = /^ {4}\S/.test(line) && lines[index - 1] === '' && !fenced.has(line);
      return startsBlock && !isInList(lines, index) ? `${file}:${index + 1}` : [];
    });
  });
  expect(indented).toEqual([]);
});

/** Behind an item of a list an indented line goes on with it. */
function isInList(lines: readonly string[], index: number): boolean {
  const before = lines.slice(0, index).findLast((line) => /^\S/.test(line));
  return before !== undefined && /^([-*]|\d+\.) /.test(before);
}
