import { afterAll, describe, expect, test } from 'vitest';
import { gatehouse, temporaryFolder } from './command-line.ts';

const folder = temporaryFolder();
afterAll(() => folder.remove());
const here = { cwd: folder.path };

const LEAK = 'Sekret-pg1';

describe('a store’s URL with a password', () => {
  const url = `//gatehouse:${LEAK}@127.0.0.1:5432/gatehouse`;

  test.each([
    [['serve', '--store', url]],
    [['check', '--set', `stores.Mine=postgresql${url}`]],
    [['migrate', '--check', '--store', `Postgresql://gatehouse:12?${LEAK}@127.0.0.1:5432/gatehouse`]],
    [['conformance', `${LEAK}@127.0.0.1:5432/gatehouse`, '--json']],
    [[`postgresql${url}`]],
  ])('[SEC-51] is not shown by %j', async (args) => {
    const { code, stdout, stderr } = await gatehouse(args, here);
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/^gatehouse: /);
    expect(stdout + stderr).not.toContain(LEAK);
  });

  test('a refusal is one sentence to its full stop', async () => {
    const { code, stderr } = await gatehouse(['migrate', '--store', 'postgresql://gatehouse@db/a/b'], here);
    expect(stderr).toMatch(/scheme:\/\/user@host\/database\.$/m);
    expect(stderr).not.toMatch(/\.:/);
    expect(code).not.toBe(0);
  });

  test('the flag says where a password is better written', async () => {
    expect((await gatehouse(['help', 'serve'])).stdout).toMatch(/--store <url> .*`ps`.*passwordFile/);
  });
});
