import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
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

/** Asks as soon as somebody listens, and has the start fail then. @returns how the request ended */
async function asked(port: number, ended: () => boolean, fail: () => void): Promise<string> {
  while (!ended()) {
    const socket = connect(port, '127.0.0.1');
    try {
      await once(socket, 'connect');
    } catch {
      await pause(10);
      continue;
    }
    const answer = new Promise<string>((resolve) => {
      socket.on('error', () => undefined).once('data', () => resolve('answered'));
      socket.once('close', () => resolve('cut off'));
    });
    socket.write('GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n');
    // For the server to take it; where it does not by then, the connection has to end all the same.
    await pause(500);
    fail();
    return Promise.race([answer, pause(60_000, 'waited for ever', { ref: false })]);
  }
  return 'never asked';
}

test('a start that fails ends at once, although somebody is waiting for an answer already', async () => {
  const file = path.join(folder.path, 'gatehouse.config.mjs');
  const sign = path.join(folder.path, 'the-store-is-gone');
  const opening = `new Promise((_, fail) => {
    setInterval(() => existsSync(${JSON.stringify(sign)}) && fail(new Error('There is no such store.')), 10).unref();
  })`;
  writeFileSync(
    file,
    `import { existsSync } from 'node:fs';
    export default { secrets: '${'s'.repeat(32)}', store: () => ${opening} };`,
  );
  const port = await freePort();
  let over = false;
  const run = gatehouse(['serve', '--config', file, '--port', String(port)]).finally(() => {
    over = true;
  });
  const ending = await asked(
    port,
    () => over,
    () => writeFileSync(sign, ''),
  );
  expect(ending).toBe('cut off');
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
