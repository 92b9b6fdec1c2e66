import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { preparePython, provide, type StartedServer, startServer } from '@gatehouse/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';

const folder = fileURLToPath(new URL('../clients/python/', import.meta.url));

let server: StartedServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

it('[AX-145] [AX-18] [AX-154] Authlib finds every claim of every ID token right, and reads UserInfo', async (ctx) => {
  const python = await provide('python', () => preparePython(`${folder}requirements.txt`));
  if (!python.available) return ctx.skip(python.reason);
  const { stdout } = await promisify(execFile)(python.value, [`${folder}test_openid.py`, server.url], {
    cwd: folder,
    timeout: 300_000,
  });
  const lines = stdout.trim().split('\n');
  expect(lines.filter((line) => !line.startsWith('ok '))).toEqual([]);
  expect(lines).toHaveLength(3);
});
