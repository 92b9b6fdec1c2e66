// `npm start`: installs what is missing, then becomes `gatehouse serve` with the sample configuration.
import fs from 'node:fs';
import path from 'node:path';
import { runChild } from './child.mjs';
import { ensureInstalled, nodeBinary } from './install.mjs';
import { root } from './stamp.mjs';

// The sample runs on what the packages need; whoever may have named another store gets its driver too, which comes with
// the rest. A port or a log level is no reason to fetch all that.
const mayNameAStore = /^(--config|--store|(--set=)?store[=.]|GATEHOUSE_STORE)/;
const configured =
  [...process.argv.slice(2), ...Object.keys(process.env)].some((text) => mayNameAStore.test(text)) ||
  fs.readdirSync(root).some((name) => name.startsWith('gatehouse.config.'));
await ensureInstalled(configured ? 'all' : 'runtime');

const node = nodeBinary();
const args = [path.join(root, 'packages/server/src/cli/main.ts'), 'serve', '--sample', ...process.argv.slice(2)];
const env = {
  ...process.env,
  // Compiled sources are kept, so that the second start answers in a fraction of a second.
  NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? path.join(root, 'node_modules/.cache/compile'),
};

if (process.execve && process.platform !== 'win32') {
  process.execve(node, [node, ...args], env);
} else {
  const { code } = await runChild(node, args, { env, patience: 60_000 });
  process.exit(code);
}
