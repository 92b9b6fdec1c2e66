import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Missing } from './database-server.ts';

const run = promisify(execFile);
const SCRIPT = fileURLToPath(new URL('../../../../scripts/db2-driver.mjs', import.meta.url));

/** Finishes the installation of ibm_db, which needs a library that no npm package carries. */
export async function prepareDb2Driver(): Promise<Missing | null> {
  try {
    await run(process.execPath, [SCRIPT]);
    return null;
  } catch (cause) {
    return { reason: String(Reflect.get(Object(cause), 'stderr') || (cause as Error).message).trim() };
  }
}
