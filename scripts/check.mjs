// `npm run check`: everything that is checked without running the product.
//   node scripts/check.mjs [names of checks]
import path from 'node:path';
import { runChild } from './child.mjs';
import { ensureInstalled, onOwnNode } from './install.mjs';
import { root } from './stamp.mjs';

const tsc = ['node_modules/.bin/tsc'];
const CHECKS = [
  { name: 'types', what: 'the packages compile', run: [[...tsc, '-b', '--stopBuildOnErrors']] },
  {
    name: 'test-types',
    what: 'the tests and examples compile',
    run: [
      [...tsc, '-p', 'tsconfig.tests.json'],
      [...tsc, '-p', 'tests'],
    ],
  },
  {
    name: 'lint',
    what: 'format, lint rules, direction of imports',
    run: [['node_modules/.bin/biome', 'ci', '--error-on-warnings', '--colors=off']],
  },
  { name: 'unused', what: 'no dead file, export or dependency', run: [['node_modules/.bin/knip']] },
  { name: 'sizes', what: 'one file answers one question', run: [['node', 'scripts/sizes.mjs']] },
  { name: 'docs', what: 'generated pages are fresh', run: [['node', 'scripts/docs.mjs', '--check']] },
  { name: 'lock', what: 'the lock file names versions, no addresses', run: [['node', 'scripts/lock.mjs']] },
  { name: 'packages', what: 'what would be published works', run: [['node', 'scripts/packages.mjs']] },
];

await ensureInstalled('all');
await onOwnNode();

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !CHECKS.some((check) => check.name === name));
if (unknown.length > 0) {
  console.error(`No such check: ${unknown.join(', ')}. There are ${CHECKS.map(({ name }) => name).join(', ')}.`);
  process.exit(2);
}

const env = {
  ...process.env,
  NO_COLOR: '1',
  PATH: `${path.join(root, 'node_modules/.bin')}${path.delimiter}${process.env.PATH}`,
};
const bad = [];
for (const { name, what, run } of CHECKS.filter((check) => asked.length === 0 || asked.includes(check.name))) {
  const started = Date.now();
  let printed = '';
  let failed = false;
  for (const [command, ...args] of run) {
    const result = await runChild(command, args, { cwd: root, env, capture: true, quiet: true });
    if (result.interrupted) process.exit(result.code === 0 ? 130 : result.code);
    printed += result.output;
    failed ||= result.code !== 0;
  }
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  console.log(`${failed ? 'FAILED' : 'ok    '} ${name}: ${what} (${seconds} s)`);
  if (failed) {
    bad.push(name);
    console.log(printed.trimEnd().replace(/^/gm, '       '));
  }
}
if (bad.length > 0) {
  console.error(`\nChecks that failed: ${bad.join(', ')}. One alone: npm run check -- ${bad[0]}`);
  process.exitCode = 1;
}
