import { afterAll, afterEach, expect, it } from 'vitest';
import { parsePage } from './blocks.ts';
import { compileBlocks, removeScratch } from './compile.ts';
import { purposeOf } from './purpose.ts';
import { Reader } from './reader.ts';

// A reader that overlooks what is wrong would prove every page.

const FENCE = '```';
const block = (info: string, ...lines: readonly string[]): string => [FENCE + info, ...lines, FENCE, ''].join('\n');

const readers: Reader[] = [];
afterEach(() => Promise.all(readers.splice(0).map((reader) => reader.close())));
afterAll(removeScratch);

/** What the reader says of each block; null: nothing. */
async function read(...blocks: readonly string[]): Promise<readonly (string | null)[]> {
  const page = parsePage('a page of its test.md', blocks.join('\n'));
  const reader = new Reader(page);
  readers.push(reader);
  const said: (string | null)[] = [];
  for (const each of page.blocks)
    said.push(
      await reader.follow(each).then(
        () => null,
        (error: Error) => error.message,
      ),
    );
  return said;
}

it('goes on in one shell, where what a block sets is there in the next', async () => {
  expect(
    await read(
      block('bash', 'NAME=gatehouse', 'mkdir x; cd x'),
      block('bash', 'echo "$NAME in ${PWD##*/}"'),
      block('text answer', 'gatehouse in x'),
    ),
  ).toEqual([null, null, null]);
});

it('says which command failed, and goes on with the next block', async () => {
  const [failed, next] = await read(block('bash', 'echo before; false; echo after'), block('bash', 'true'));
  expect(failed).toContain('It ended with 1, not 0.\nbefore');
  expect(failed).not.toContain('after');
  expect(next).toBeNull();
});

it('takes a failure that is announced, and no other', async () => {
  expect(await read(block('bash fails=3', 'exit 3'), block('bash', 'echo there'))).toEqual([null, null]);
  expect(await read(block('bash fails=3', 'exit 4'))).toEqual([expect.stringContaining('ended with 4, not 3')]);
  expect(await read(block('bash fails=3', 'true'))).toEqual([expect.stringContaining('ended with 0, not 3')]);
});

it('holds an answer against what was printed', async () => {
  const printed = block('bash', `echo '{"access_token":"gA1xyz","expires_in":3599}'`);
  expect(await read(printed, block('json answer', '{"access_token": "gA1…", "expires_in": 3600}'))).toEqual([
    null,
    null,
  ]);
  for (const wrong of [
    '{"access_token": "gA1…"}',
    '{"access_token": "gR1…", "expires_in": 3600}',
    '{"access_token": "gA1…", "expires_in": "3600"}',
  ])
    expect((await read(printed, block('json answer', wrong)))[1]).toContain('The page shows');
});

it('does not take a refusal that the page does not show for success', async () => {
  const refused = block('bash', `echo '{"error":"invalid_client"}'`);
  expect((await read(refused))[0]).toContain('The answer is an error');
  expect(await read(refused, block('json answer', '{"error": "invalid_client"}'))).toEqual([null, null]);
});

it('checks configurations, with the secrets they point to', async () => {
  const said = await read(
    block(
      'yaml',
      'secrets: [{ file: /run/secrets/gatehouse }]',
      'clients: [{ id: app, secrets: { env: APP_SECRET } }]',
    ),
    block('json', '{ "isuer": "https://login.example.com" }'),
    block(
      'ts',
      "import { defineConfig } from '@gatehouse/server';",
      "export default defineConfig({ basePath: 'no path' });",
    ),
  );
  expect(said[0]).toBeNull();
  expect(said[1]).toContain('did you mean "issuer"');
  expect(said[2]).toContain('basePath');
});

it('compiles what is TypeScript, under the rules of the tests', async () => {
  const page = parsePage(
    'types.md',
    block('ts', "import { NEVER } from '@gatehouse/core';", 'export const end: string = NEVER;') +
      block('ts', 'export const fine = 1;'),
  );
  const faults = await compileBlocks([page]);
  expect(page.blocks.map((each) => faults.get(each))).toEqual([[expect.stringContaining('TS2322')], []]);
});

it('uses a server that a block starts, until the page ends', async () => {
  const serve = block(
    'bash serves=9321',
    `node -e "require('http').createServer((_, a) => a.end('hello')).listen(9321)"`,
  );
  expect(await read(serve, block('bash', 'curl -s http://localhost:9321/'), block('text answer', 'hello'))).toEqual([
    null,
    null,
    null,
  ]);
  expect((await read(block('bash serves=9321', 'echo no port; exit 1')))[0]).toContain(
    'Nothing listens on 9321.\nno port',
  );
});

it('types in the code that signing in at the link before it gave', async () => {
  const link =
    'http://localhost:8089/api/oauth/authorize?response_type=code&client_id=SampleConfidentialApp&redirect_uri=urn:ietf:wg:oauth:2.0:oob';
  expect(await read(`[Sign in](${link})`, block('bash', 'read -r CODE', 'test "${CODE:0:3}" = gC1'))).toEqual([null]);
});

it.each([
  ['bash not run:', 'says that it is not run, and not why'],
  ['bash hurry', 'has the mark hurry, which means nothing'],
  ['nginx', '(nginx) says neither what it is for nor why it is not run'],
  ['', '(no language) says neither'],
])('wants to know what a block is for: %j', async (info, problem) => {
  expect(await read(block(info, 'x'))).toEqual([expect.stringContaining(problem)]);
});

it('leaves a page alone whose programs are not here, and says which', async () => {
  const page = parsePage('needs.md', block('bash needs=bash,no-such-program', 'true'));
  const reader = new Reader(page);
  readers.push(reader);
  expect(await reader.prepare()).toBe('no-such-program is not installed here.');
});

it('wants what a page needs at its first block', async () => {
  const page = parsePage('late.md', block('bash', 'true') + block('bash server=postgresql18', 'true'));
  const reader = new Reader(page);
  readers.push(reader);
  await expect(reader.prepare()).rejects.toThrow('late.md:4: what a page needs stands at its first block.');
});

it('has the server there that a page of a database means', async (context) => {
  const page = parsePage(
    'database.md',
    block(
      'bash server=postgresql18',
      'gatehouse migrate --store "postgresql://postgres@db.example.com:5432/postgres?passwordFile=/run/secrets/db-admin&ca=/etc/ssl/company-ca.pem"',
    ) + block('text answer', 'Ran postgresql/oauth-server.sql: …'),
  );
  const reader = new Reader(page);
  readers.push(reader);
  const missing = await reader.prepare();
  if (missing !== null) return context.skip(missing);
  for (const each of page.blocks) await reader.follow(each);
});

it('wants a file to be used', async () => {
  const file = block('html file=login.html', '<p>');
  expect(await read(file)).toEqual(['No later block uses login.html.']);
  expect(await read(file, block('bash', 'cat login.html'))).toEqual([null, null]);
});

it('leaves what cannot be run, with its reason', () => {
  const [only] = parsePage('x.md', block('nginx not run: there is no nginx here', 'x')).blocks;
  expect(only && purposeOf(only)).toEqual({ kind: 'not-run', reason: 'there is no nginx here' });
});

it('finds a block without an end', () => {
  expect(() => parsePage('x.md', `${FENCE}bash\ntrue\n`)).toThrow('x.md:1: the block has no end');
});
