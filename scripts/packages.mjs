// The packages as they would be published: built, packed, judged by publint and attw, then laid out as an install
// would and used from there, the command line too.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runChild } from './child.mjs';
import { nodeBinary, runPnpm } from './install.mjs';
import { root } from './stamp.mjs';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'gatehouse-packed-'));
process.on('exit', () => fs.rmSync(folder, { recursive: true, force: true }));

const tool = (name) => path.join(root, 'node_modules/.bin', name);
const published = fs
  .readdirSync(path.join(root, 'packages'))
  .filter((name) => fs.existsSync(path.join(root, 'packages', name, 'package.json')))
  .map((name) => ({ at: path.join(root, 'packages', name), manifest: manifestOf(path.join(root, 'packages', name)) }))
  .filter(({ manifest }) => !manifest.private);

await must('build', nodeBinary(), [path.join(root, 'scripts/build.mjs')]);
const { code, output } = await runPnpm(
  [...published.flatMap(({ manifest }) => ['--filter', manifest.name]), 'pack', '--pack-destination', folder],
  { cwd: root, capture: true, quiet: true },
);
if (code !== 0) fail('pnpm pack', output);

const modules = path.join(folder, 'node_modules');
for (const { at, manifest } of published) {
  const tarball = path.join(folder, `${manifest.name.replace('@', '').replace('/', '-')}-${manifest.version}.tgz`);
  await must(`publint of ${manifest.name}`, tool('publint'), ['--strict', tarball]);
  await must(`attw of ${manifest.name}`, tool('attw'), ['--profile', 'esm-only', '--no-emoji', tarball]);

  const installed = path.join(modules, manifest.name);
  fs.mkdirSync(installed, { recursive: true });
  await must(`unpacking ${manifest.name}`, 'tar', ['-xzf', tarball, '--strip-components=1', '-C', installed]);
  for (const name of Object.keys(manifest.dependencies ?? {}).filter((one) => !one.startsWith('@gatehouse/'))) {
    const link = path.join(modules, name);
    fs.mkdirSync(path.dirname(link), { recursive: true });
    if (!fs.existsSync(link)) fs.symlinkSync(fs.realpathSync(path.join(at, 'node_modules', name)), link);
  }
  const packed = manifestOf(installed);
  const left = JSON.stringify(packed).match(/(catalog|workspace):/);
  if (left) fail(`${manifest.name}`, `its packed package.json says ${left[0]}`);
  const strays = fs.globSync('**/*.{test,test-support}.*', { cwd: installed });
  if (strays.length > 0) fail(manifest.name, `packs its tests: ${strays.join(', ')}`);
}

for (const { manifest } of published) {
  await must(`import of ${manifest.name}`, nodeBinary(), [
    '--input-type=module',
    '--eval',
    `import '${manifest.name}'`,
  ]);
  for (const [name, file] of Object.entries(manifest.publishConfig.bin ?? {})) {
    const script = path.join(modules, manifest.name, file);
    if (!fs.readFileSync(script, 'utf8').startsWith('#!')) fail(name, `${file} does not begin with #!`);
    await mustServe(name, script);
  }
}
console.log(`${published.length} packages are as their users need them`);

async function must(what, command, args) {
  const deadline = setTimeout(() => fail(what, 'did not end within a minute'), 60_000);
  const result = await runChild(command, args, { cwd: folder, capture: true, quiet: true });
  clearTimeout(deadline);
  if (result.code !== 0) fail(what, result.output);
}

/** The packed command line serves the sample: its pages and messages are in the tarball, and every import resolves. */
async function mustServe(name, script) {
  const port = await freePort();
  const child = spawn(nodeBinary(), [script, 'serve', '--sample'], {
    cwd: folder,
    env: { ...process.env, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const ended = once(child, 'exit');
  const deadline = Date.now() + 30_000;
  let status;
  while (status === undefined && child.exitCode === null && Date.now() < deadline) {
    await sleep(50);
    status = await fetch(`http://127.0.0.1:${port}/`).then(
      (answer) => answer.status,
      () => undefined,
    );
  }
  child.kill('SIGTERM');
  const [exitCode] = await ended;
  if (status !== 200 || exitCode !== 0) {
    fail(`${name} serve --sample`, `answered ${status ?? 'nothing'} and ended with ${exitCode}\n${output}`);
  }
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}

function manifestOf(at) {
  return JSON.parse(fs.readFileSync(path.join(at, 'package.json'), 'utf8'));
}

/** @returns {never} */
function fail(what, why) {
  console.error(`${what}: ${why.trim()}`);
  process.exit(1);
}
