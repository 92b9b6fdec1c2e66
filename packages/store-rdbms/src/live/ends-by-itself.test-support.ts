import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { ConnectionOptions } from '../index.ts';

const INDEX = new URL('../index.ts', import.meta.url).href;

/** A process that uses a store, closes it, and has nothing else to do. */
const PROGRAM = `
  const { RdbmsStore } = await import('${INDEX}');
  const store = new RdbmsStore({ connection: JSON.parse(process.argv[1]), namespace: 'https://ending.example' });
  await store.open();
  const key = 'k'.repeat(43);
  const found = await Promise.all(Array.from({ length: 4 }, () => store.find('access_token', key)));
  await store.close();
  process.stdout.write(JSON.stringify(found));
`;

/** Whether such a process ends by itself, which it does only where no socket, file or timer stays open. */
export async function endsByItself(connection: string | ConnectionOptions): Promise<boolean> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '-e', PROGRAM, JSON.stringify(connection)],
    // Only a process that does not end is ended, and what ended so is an error.
    { timeout: 240_000, killSignal: 'SIGKILL' },
  );
  return stdout === '[null,null,null,null]';
}
