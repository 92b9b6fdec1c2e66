import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { StoreError } from '@gatehouse/core';

const require = createRequire(import.meta.url);

const FILE = 'db2dsdriver.cfg';
const VARIABLE = 'DB2DSDRIVER_CFG_PATH';

const WRITTEN = `<configuration>
  <parameters>
    <parameter name="maxReconnectRetries" value="0"/>
  </parameters>
</configuration>
`;

const OFF = /<parameter\s+name\s*=\s*"maxReconnectRetries"\s+value\s*=\s*"0"\s*\/>/i;
const COMMENTS = /<!--.*?-->/gs;

/**
 * Db2's driver connects again by itself and sends a transaction's first statement a second time, without a word: an
 * update whose answer was lost then says that it found nothing, and a commit that was made is answered by "rolled back".
 * It stops that only where a file of its own says so, which it reads when it is loaded: this comes before.
 * @throws StoreError `config` where the file is somebody's and does not say so, or it is too late to write one
 */
export function forbidResending(variables: NodeJS.ProcessEnv = process.env): void {
  const file = fileInUse(variables[VARIABLE]);
  if (file === null) {
    // A thread's variables are a copy that no library sees.
    if (isLoaded() || !isMainThread)
      throw new StoreError(
        'config',
        `Db2's driver may send statements twice, and it is too late to forbid it: start the process with ${VARIABLE} naming a folder whose ${FILE} has maxReconnectRetries 0.`,
      );
    variables[VARIABLE] = writeOwn();
  } else if (!OFF.test(readFileSync(file, 'utf8').replace(COMMENTS, '')))
    throw new StoreError(
      'config',
      `${file} lets Db2's driver send statements twice: put <parameter name="maxReconnectRetries" value="0"/> into its <parameters>.`,
    );
}

function isLoaded(): boolean {
  return require.cache[require.resolve('ibm_db')] !== undefined;
}

/** The file that the driver would read; null: none. */
function fileInUse(named: string | undefined): string | null {
  if (named !== undefined && named !== '') {
    const file = existsSync(named) && statSync(named).isDirectory() ? path.join(named, FILE) : named;
    return existsSync(file) ? file : null;
  }
  const library = path.join(path.dirname(require.resolve('ibm_db')), '../installer/clidriver');
  const file = path.join(library, 'cfg', FILE);
  return existsSync(file) ? file : null;
}

/** For this process alone, as others may have one of theirs in the driver's own folder tomorrow. */
function writeOwn(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'gatehouse-db2-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(path.join(folder, FILE), WRITTEN);
  return folder;
}
