// Finishes the installation of ibm_db, Db2's driver, from packages alone. Its own install script fetches the library it
// is made around from its maker's site; the same library is in the Python package of the same maker, and the compiled
// binding is in the npm package, packed. Linux on x64 only: elsewhere `npm rebuild ibm_db` does it.
//   node scripts/db2-driver.mjs          says where it is, or in one sentence why not (and ends with 1)
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { root } from './stamp.mjs';

const run = promisify(execFile);
const WITHIN_MS = 300_000;

/** One file of it, whatever Python is here: the library is in all of them. */
const WHEEL = {
  requirement: 'ibm_db==3.3.0 --hash=sha256:85c16961dc98e13dbd58209f40e8e99cf383b7b7d8f57038aa84a59e1412ba21',
  tags: ['--python-version=3.11', '--implementation=cp', '--abi=cp311', '--platform=manylinux_2_34_x86_64'],
  folder: 'gatehouse-db2-library-3.3.0',
};
const BINDING = 'build/Release/odbc_bindings';

try {
  console.log(await finish());
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}

async function finish() {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Error(`There is no packed Db2 driver for ${process.platform} on ${process.arch}: npm rebuild ibm_db.`);
  const require = createRequire(path.join(root, 'packages/store-rdbms/package.json'));
  // Its exports do not name its package.json.
  const driver = path.resolve(path.dirname(require.resolve('ibm_db')), '..');
  const link = path.join(driver, 'installer/clidriver');
  const binding = path.join(driver, `${BINDING}.node`);
  if (fs.existsSync(binding) && fs.existsSync(path.join(link, 'lib/libdb2.so.1'))) return driver;

  await python('--version').catch((cause) => {
    throw new Error('There is no python3 to unpack the Db2 driver with.', { cause });
  });
  const library = await fetchLibrary();
  if (!fs.existsSync(binding)) await unpackBinding(driver, binding);
  // In one step: a test beside this one may be loading it.
  const next = `${link}-${process.pid}`;
  fs.symlinkSync(library, next);
  if (fs.lstatSync(link, { throwIfNoEntry: false })?.isDirectory()) fs.rmSync(link, { recursive: true, force: true });
  fs.renameSync(next, link);
  return driver;
}

/** @returns the folder that the driver calls clidriver, in a place that later installations find again */
async function fetchLibrary() {
  const folder = path.join(os.tmpdir(), WHEEL.folder);
  const library = path.join(folder, 'clidriver');
  // Moved there whole: what is there is complete.
  if (fs.existsSync(library)) return library;
  const unfinished = fs.mkdtempSync(`${folder}-`);
  try {
    const list = path.join(unfinished, 'requirements.txt');
    fs.writeFileSync(list, `${WHEEL.requirement}\n`);
    await python(
      ...['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--no-deps', '--only-binary=:all:'],
      ...[...WHEEL.tags, '--require-hashes', '-d', unfinished, '-r', list],
    ).catch((cause) => {
      throw new Error(`pip could not fetch ibm_db: ${cause.message.split('\n').slice(0, 3).join(' ')}`, { cause });
    });
    const wheel = fs.readdirSync(unfinished).find((name) => name.endsWith('.whl'));
    await python('-m', 'zipfile', '-e', path.join(unfinished, wheel), unfinished);
    fs.rmSync(path.join(unfinished, wheel));
    fs.renameSync(unfinished, folder);
  } catch (error) {
    fs.rmSync(unfinished, { recursive: true, force: true });
    // Somebody else was faster.
    if (!fs.existsSync(library)) throw error;
  }
  return library;
}

async function unpackBinding(driver, binding) {
  const unpacked = fs.mkdtempSync(path.join(driver, 'unpacked-'));
  try {
    await python('-m', 'zipfile', '-e', path.join(driver, 'build.zip'), unpacked);
    fs.mkdirSync(path.dirname(binding), { recursive: true });
    fs.renameSync(path.join(unpacked, `${BINDING}_linux.node`), binding);
  } finally {
    fs.rmSync(unpacked, { recursive: true, force: true });
  }
}

function python(...args) {
  return run('python3', args, { timeout: WITHIN_MS });
}
