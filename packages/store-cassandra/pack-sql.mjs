// The script of sql/cassandra at the top is the one source of the schema; the tarball carries a copy of it.
//   node pack-sql.mjs          before packing
//   node pack-sql.mjs --clean  after it
import fs from 'node:fs';
import path from 'node:path';

const copy = path.join(import.meta.dirname, 'sql');
fs.rmSync(copy, { recursive: true, force: true });
if (!process.argv.includes('--clean'))
  fs.cpSync(path.join(import.meta.dirname, '../../sql/cassandra'), copy, { recursive: true });
