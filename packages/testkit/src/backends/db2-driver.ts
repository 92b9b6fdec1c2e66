import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Missing } from './database-server.ts';

const run = promisify(execFile);
const SCRIPT = fileURLToPath(new URL('../../../../scripts/db2-driver.mjs', import.meta.url));

/** What the kit itself asks of ibm_db, which is the package of those who use it. */
export interface Db2Driver {
  open(text: string): Promise<{ query(text: string): Promise<unknown>; close(): Promise<unknown> }>;
}

/** Finishes the installation of ibm_db, which needs a library that no npm package carries. */
export async function loadDb2Driver(): Promise<Db2Driver | Missing> {
  try {
    const { stdout } = await run(process.execPath, [SCRIPT]);
    return createRequire(import.meta.url)(stdout.trim()) as Db2Driver;
  } catch (cause) {
    return { reason: String(Reflect.get(Object(cause), 'stderr') || (cause as Error).message).trim() };
  }
}
