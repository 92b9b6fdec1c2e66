// The lock file is good for every registry: it names versions and hashes, never the address of a server.
import fs from 'node:fs';
import path from 'node:path';
import { root } from './stamp.mjs';

const addresses = fs
  .readFileSync(path.join(root, 'pnpm-lock.yaml'), 'utf8')
  .split('\n')
  .flatMap((line, index) => (/https?:\/\/|tarball:/.test(line) ? [`pnpm-lock.yaml:${index + 1}: ${line.trim()}`] : []));
for (const address of addresses) console.error(address);
const others = ['package-lock.json', 'npm-shrinkwrap.json', 'yarn.lock'].filter((name) =>
  fs.existsSync(path.join(root, name)),
);
for (const name of others) console.error(`${name}: one lock file is enough, and it is pnpm-lock.yaml`);
process.exitCode = addresses.length + others.length > 0 ? 1 : 0;
