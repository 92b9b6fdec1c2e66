// The scripts of sql/ at the top are the one source of the schema; the tarball carries a copy of them.
//   node pack-sql.mjs          before packing
//   node pack-sql.mjs --clean  after it
import fs from 'node:fs';
import path from 'node:path';

const copy = path.join(import.meta.dirname, 'sql');
fs.rmSync(copy, { recursive: true, force: true });
if (!process.argv.includes('--clean'))
  fs.cpSync(path.join(import.meta.dirname, '../../sql'), copy, { recursive: true });
