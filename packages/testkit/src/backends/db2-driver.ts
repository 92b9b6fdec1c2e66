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

/** The folder of the driver's configuration, which is read when it is loaded: this kit may be the first to do that. */
const CONFIGURATION = fileURLToPath(new URL('../drda', import.meta.url));

/** Finishes the installation of ibm_db, which needs a library that no npm package carries. */
export async function loadDb2Driver(): Promise<Db2Driver | Missing> {
  try {
    const { stdout } = await run(process.execPath, [SCRIPT]);
    process.env['DB2DSDRIVER_CFG_PATH'] ??= CONFIGURATION;
    return createRequire(import.meta.url)(stdout.trim()) as Db2Driver;
  } catch (cause) {
    return { reason: String(Reflect.get(Object(cause), 'stderr') || (cause as Error).message).trim() };
  }
}
