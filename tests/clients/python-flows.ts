import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { preparePython, provide } from '@gatehouse/testkit';
import { expect, it } from 'vitest';

const folder = fileURLToPath(new URL('python/', import.meta.url));

/** Every flow of the Python libraries as a test, against the server whose URL is known once it runs. */
export function pythonFlows(origin: () => string): void {
  it('requests-oauthlib and Authlib use every grant', async (ctx) => {
    const python = await provide('python', () => preparePython(`${folder}requirements.txt`));
    if (!python.available) return ctx.skip(python.reason);
    const { stdout } = await promisify(execFile)(python.value, [`${folder}test_clients.py`, origin()], {
      cwd: folder,
      timeout: 300_000,
    });
    const lines = stdout.trim().split('\n');
    expect(lines.filter((line) => !line.startsWith('ok '))).toEqual([]);
    expect(lines.length).toBeGreaterThanOrEqual(10);
  });
}
