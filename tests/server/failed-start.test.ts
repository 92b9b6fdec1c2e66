import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '@gatehouse/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { gatehouse, temporaryFolder } from './command-line.ts';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

/** Asks as soon as somebody listens. @returns how the request ended */
async function asked(url: string, ended: () => boolean): Promise<unknown> {
  while (!ended()) {
    try {
      return await fetch(url, { signal: AbortSignal.timeout(30_000) });
    } catch (error) {
      const { cause, name } = error as Error & { cause?: { code?: string } };
      if (cause?.code !== 'ECONNREFUSED') return name === 'TimeoutError' ? 'waited for ever' : 'cut off';
      await pause(10);
    }
  }
  return 'never asked';
}

test('a start that fails ends at once, although somebody is waiting for an answer already', async () => {
  const file = path.join(folder.path, 'gatehouse.config.mjs');
  const opening = "new Promise((_, fail) => setTimeout(() => fail(new Error('There is no such store.')), 1000))";
  writeFileSync(file, `export default { secrets: '${'s'.repeat(32)}', store: () => ${opening} };`);
  const port = await freePort();
  let over = false;
  const run = gatehouse(['serve', '--config', file, '--port', String(port)]).finally(() => {
    over = true;
  });
  expect(await asked(`http://127.0.0.1:${port}/health`, () => over)).toBe('cut off');
  const { code, stderr } = await run;
  expect(code).toBe(1);
  expect(stderr).toContain('There is no such store.');
});

test('a start that fails after its store was opened closes the store', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as { port: number };
  const snapshot = path.join(folder.path, 'snapshot');
  const config = {
    secrets: 's'.repeat(32),
    issuer: 'http://localhost:8089',
    cache: { snapshot: { file: snapshot } },
    metrics: { enabled: true, port, host: '127.0.0.1' },
  };
  const file = path.join(folder.path, 'gatehouse.config.json');
  writeFileSync(file, JSON.stringify(config));
  const { code, stderr } = await gatehouse(['serve', '--config', file, '--port', String(await freePort())]);
  taken.close();
  expect(code).toBe(1);
  expect(stderr).toContain(
    `Port ${port} of 127.0.0.1 is taken: stop what listens there, or choose another with metrics.port.`,
  );
  expect(existsSync(`${snapshot}.journal.1`)).toBe(true);
  expect(existsSync(`${snapshot}.lock`)).toBe(false);
});

test('[SEC-126] a start ends where a client in the store has the name of a trusted issuer, and names it', async () => {
  const store = `sqlite:${path.join(folder.path, 'gatehouse.db')}`;
  const file = path.join(folder.path, 'gatehouse.config.mjs');
  const config = { secrets: 's'.repeat(32), issuer: 'http://localhost:8089', store };
  writeFileSync(file, `export default ${JSON.stringify(config)};`);
  expect(await gatehouse(['migrate', '--store', store])).toMatchObject({ code: 0 });
  expect(await gatehouse(['client', 'create', '--id', 'idp', '--scope', 'a', '--config', file])).toMatchObject({
    code: 0,
  });
  const keys = [generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' })];
  const named = JSON.stringify({ ...config, trustedIssuers: [{ issuer: 'idp', jwks: { keys } }] });
  writeFileSync(file, `export default { ...${named}, hooks: { mapAssertedSubject: () => null } };`);
  const { code, stderr } = await gatehouse(['serve', '--config', file, '--port', String(await freePort())]);
  expect(code).toBe(78);
  expect(stderr).toContain('The client "idp" in the store has the name of a trusted issuer');
});
