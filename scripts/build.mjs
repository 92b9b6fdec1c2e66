// Compiles every package into a dist/ that holds nothing older than this build.
import fs from 'node:fs';
import path from 'node:path';
import { runChild } from './child.mjs';
import { nodeBinary } from './install.mjs';
import { root } from './stamp.mjs';

for (const name of fs.readdirSync(path.join(root, 'packages'))) {
  const folder = path.join(root, 'packages', name);
  fs.rmSync(path.join(folder, 'dist'), { recursive: true, force: true });
  fs.rmSync(path.join(folder, 'node_modules/.cache/tsc.tsbuildinfo'), { force: true });
}
const { code } = await runChild(
  nodeBinary(),
  [path.join(root, 'node_modules/typescript/bin/tsc'), '-b', '--stopBuildOnErrors'],
  {
    cwd: root,
  },
);
process.exitCode = code;
