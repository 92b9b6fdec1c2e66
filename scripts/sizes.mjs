// One file answers one question, and a file of more than 400 lines answers several. Tests, SQL and generated files are
// not counted; the median and the nine-in-ten are shown, for they drift before a limit is hit.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { root } from './stamp.mjs';

const LIMIT = 400;
const MEDIAN = 80;
const NINE_IN_TEN = 250;

const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '--', 'packages/*/src'], {
  cwd: root,
  encoding: 'utf8',
});
const sizes = listed
  .split('\n')
  .filter((file) => /\.[cm]?[jt]sx?$/.test(file) && !/\.(test|test-support)\.ts$/.test(file))
  .filter((file) => fs.existsSync(path.join(root, file)))
  .map((file) => ({ file, text: fs.readFileSync(path.join(root, file), 'utf8') }))
  .filter(({ text }) => !/^\/\/ generated\b/i.test(text))
  .map(({ file, text }) => ({ file, lines: text.split('\n').length - 1 }))
  .sort((a, b) => a.lines - b.lines);

if (sizes.length > 0) {
  const at = (share) => sizes[Math.min(sizes.length - 1, Math.floor(sizes.length * share))].lines;
  console.log(
    `${sizes.length} sources: median ${at(0.5)} lines (aim ${MEDIAN}), nine in ten within ${at(0.9)} (aim ${NINE_IN_TEN}), ` +
      `longest ${sizes.at(-1).lines} (limit ${LIMIT})`,
  );
}
const long = sizes.filter(({ lines }) => lines > LIMIT);
for (const { file, lines } of long)
  console.error(`${file} has ${lines} lines, over ${LIMIT}: which two questions does it answer?`);
process.exitCode = long.length > 0 ? 1 : 0;
