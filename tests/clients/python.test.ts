import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { preparePython, provide, startServer } from '@gatehouse/testkit';
import { expect, it } from 'vitest';

const folder = fileURLToPath(new URL('python/', import.meta.url));

it('requests-oauthlib and Authlib use every grant', async (ctx) => {
  const python = await provide('python', () => preparePython(`${folder}requirements.txt`));
  if (!python.available) return ctx.skip(python.reason);
  const server = await startServer();
  try {
    const { stdout } = await promisify(execFile)(python.value, [`${folder}test_clients.py`, server.url], {
      cwd: folder,
      timeout: 60_000,
    });
    const lines = stdout.trim().split('\n');
    expect(lines.filter((line) => !line.startsWith('ok '))).toEqual([]);
    expect(lines.length).toBeGreaterThanOrEqual(10);
  } finally {
    await server.stop();
  }
}, 240_000);
