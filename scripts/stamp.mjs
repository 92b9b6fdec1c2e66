// node_modules carries the hash of the lock file that it was installed from: whether an install is due is then
// answered without a package manager and without a network. `pnpm install` writes it last, as the `prepare` script.
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

export function isInstalled() {
  try {
    return fs.readFileSync(file, 'utf8') === expected();
  } catch {
    return false;
  }
}

export function writeStamp() {
  fs.writeFileSync(file, expected());
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeStamp();
