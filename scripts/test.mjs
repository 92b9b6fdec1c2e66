// `npm test`: installs what is missing, runs the unit tests and then the live ones, says what could not be run and why.
// A test says so itself, with vitest's `ctx.skip('reason')`. The last line is `N passed, N failed, N skipped`.
//   node scripts/test.mjs [unit|stores|live|cassandra] [vitest's own arguments, for example the name of a file]
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { runChild } from './child.mjs';
import { ensureInstalled, nodeBinary, onOwnNode } from './install.mjs';
import { root } from './stamp.mjs';

const PROJECTS = {
  unit: 'Unit tests: the rules, without a process, a server or a file',
  stores: 'The suite of promises on every store that has a server',
  live: 'Live tests: real processes, servers, browsers and stores',
  cassandra: 'The store on Cassandra: a node, a container, three nodes that fail',
};

const [first, ...others] = process.argv.slice(2);
const one = first !== undefined && Object.hasOwn(PROJECTS, first);
const projects = one ? [first] : Object.keys(PROJECTS);
const passedOn = one || first === undefined ? others : [first, ...others];

await ensureInstalled('all');
await onOwnNode();

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'gatehouse-test-'));
process.on('exit', () => fs.rmSync(folder, { recursive: true, force: true }));

const total = { passed: 0, skipped: 0, files: 0, failures: [], skips: [] };
for (const project of projects) {
  console.log(`\n${PROJECTS[project]} …`);
  const started = Date.now();
  const count = await run(project);
  for (const key of ['passed', 'skipped', 'files']) total[key] += count[key];
  for (const key of ['failures', 'skips']) total[key].push(...count[key]);
  console.log(`${project}: ${closing(count)}, in ${((Date.now() - started) / 1000).toFixed(1)} s`);
}

if (total.skips.length > 0) {
  console.log('\nNot run here:');
  for (const [reason, tests] of Map.groupBy(total.skips, (skip) => skip.reason)) {
    const files = [...new Set(tests.map((skip) => skip.file))].sort();
    const named = files.length > 3 ? `${files.slice(0, 3).join(', ')} and ${files.length - 3} more` : files.join(', ');
    console.log(`  ${reason}: ${tests.length} ${tests.length === 1 ? 'test' : 'tests'} of ${named}`);
  }
}
if (total.failures.length > 0) console.log(`\nFailed:\n${total.failures.map((what) => `  ${what}`).join('\n')}`);
if (total.files === 0) console.log('\nNo file with tests was found.');
console.log(`\n${closing(total)}`);
process.exitCode = total.failures.length > 0 || total.passed + total.skipped === 0 ? 1 : 0;

async function run(project) {
  const report = path.join(folder, `${project}.json`);
  const { code, interrupted } = await runChild(
    nodeBinary(),
    [
      path.join(root, 'node_modules/vitest/vitest.mjs'),
      'run',
      '--project',
      project,
      '--passWithNoTests',
      '--reporter=default',
      `--reporter=${path.join(root, 'scripts/reporter.mjs')}`,
      ...passedOn,
    ],
    { cwd: root, env: { ...plainWherePiped(), GATEHOUSE_TEST_COUNT: report } },
  );
  if (interrupted) {
    console.error('The tests were stopped.');
    process.exit(code === 0 ? 130 : code);
  }
  const count = fs.existsSync(report)
    ? JSON.parse(fs.readFileSync(report, 'utf8'))
    : { passed: 0, skipped: 0, files: 0, failures: [], skips: [] };
  // ended badly without a failed test: the runner itself failed
  if (code !== 0 && count.failures.length === 0) count.failures.push(`${project}: the runner ended with code ${code}`);
  return count;
}

function closing({ passed, failures, skipped }) {
  return `${passed} passed, ${failures.length} failed, ${skipped} skipped`;
}

function plainWherePiped() {
  return process.stdout.isTTY || process.env.FORCE_COLOR ? process.env : { ...process.env, NO_COLOR: '1' };
}
