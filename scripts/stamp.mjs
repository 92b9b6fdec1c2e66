// node_modules carries the hash of the lock file that it was installed from: whether an install is due is then
// answered without a package manager and without a network. It also carries how much of it was installed: `runtime` is
// what the server runs on, `all` has the tools and the tests' packages too. `pnpm install` writes it last, as the
// `prepare` script.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const file = path.join(root, 'node_modules', '.gatehouse-stamp');

function expected() {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}\n`);
  for (const name of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', '.pnpmfile.cjs']) {
    hash.update(fs.readFileSync(path.join(root, name)));
  }
  return hash.digest('hex');
}

/** @typedef {'runtime' | 'all'} Scope */

/** @param {Scope} scope */
export function isInstalled(scope) {
  const { installed, hash } = read();
  return hash === expected() && (installed === 'all' || installed === scope);
}

/** What to install for `scope`: never less than there was of an older lock file. @param {Scope} scope @returns {Scope} */
export function toInstall(scope) {
  return read().installed === 'all' ? 'all' : scope;
}

/** @param {Scope} scope */
export function writeStamp(scope) {
  fs.writeFileSync(file, `${scope} ${expected()}`);
}

function read() {
  try {
    const [installed, hash] = fs.readFileSync(file, 'utf8').split(' ');
    return { installed, hash };
  } catch {
    return { installed: 'nothing', hash: '' };
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeStamp('all');
