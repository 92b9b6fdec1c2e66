import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import path from 'node:path';
import { freePort, startServer } from '@gatehouse/testkit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { gatehouse, MAIN, temporaryFolder } from './command-line.ts';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

const write = (name: string, text: string): string => {
  const file = path.join(folder.path, name);
  writeFileSync(file, text);
  return file;
};

const SECRET = 's'.repeat(40);
const check = (
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): ReturnType<typeof gatehouse> => gatehouse(['check', '--json', ...args], { cwd: folder.path, env });

describe('each form of configuration', () => {
  const client = `{ "id": "from-the-file", "secrets": { "file": "secret.txt" } }`;
  const forms: [string, string][] = [
    [
      'gatehouse.config.json',
      `{ "$schema": "./docs/gatehouse.schema.json", "issuer": "https://as.example", "secrets": "${SECRET}", "clients": [${client}] }`,
    ],
    [
      'gatehouse.config.yaml',
      `issuer: https://as.example\nsecrets: ["${SECRET}"]\nclients: [{ id: from-the-file, secrets: { file: secret.txt } }]\n`,
    ],
    ['gatehouse.config.yml', `issuer: https://as.example\nsecrets: ["${SECRET}"]\nclients: [${client}]\n`],
    [
      'gatehouse.config.ts',
      `interface Note { readonly text: string }\nconst note: Note = { text: 'https://as.example' };\nexport default { issuer: note.text, secrets: () => '${SECRET}', clients: [${client}] };\n`,
    ],
    [
      'gatehouse.config.mjs',
      `export const config = { issuer: 'https://as.example', secrets: async () => '${SECRET}', clients: [${client}] };\n`,
    ],
  ];
  test.each(forms)('%s is found in the folder, and its paths start there', async (name, text) => {
    write('secret.txt', 'a-secret-of-the-client\n');
    write(name, text);
    const { code, stderr } = await check();
    expect([code, stderr]).toEqual([0, '']);
    const list = await gatehouse(['client', 'list', '--json'], { cwd: folder.path });
    expect(JSON.parse(list.stdout)).toMatchObject([{ id: 'from-the-file' }]);
  });

  test('the environment alone is enough, and flags go over it', async () => {
    const env = {
      GATEHOUSE_ISSUER: 'https://as.example',
      GATEHOUSE_SECRETS: SECRET,
      GATEHOUSE_CLIENTS: `[{"id":"e","secrets":"${SECRET}"}]`,
    };
    expect((await check([], env)).code).toBe(0);
    const { code, stderr } = await check(['--issuer', 'http://as.example'], env);
    expect(code).toBe(78);
    expect(stderr).toContain('issuer (the flag --issuer) is plain http');
  });

  test('GATEHOUSE_CONFIG and --config name a file anywhere', async () => {
    const file = write('mine.yaml', 'listener: { port: no }\n');
    for (const [args, env] of [
      [['--config', file], {}],
      [[], { GATEHOUSE_CONFIG: file }],
    ] as const) {
      const { code, stderr } = await gatehouse(['check', ...args], { env });
      expect(code).toBe(78);
      expect(stderr).toMatch(/listener\.port \(.*mine\.yaml\) is "no": it must be a whole number/);
    }
  });
});

describe('a file that cannot be', () => {
  const wrong: [string, string, string, RegExp][] = [
    ['JSON that is none', 'gatehouse.config.json', '{ "issuer": ', /gatehouse\.config\.json is not JSON/],
    [
      'JSON that says one thing twice',
      'gatehouse.config.json',
      '{ "issuer": "https://a.example",\n\t"login": { "sessionSeconds": 5, "sessionSeconds": 6 } }',
      /gatehouse\.config\.json is not JSON: Map keys must be unique at line 2, column 34/,
    ],
    ['YAML that is none', 'gatehouse.config.yaml', 'a: [1\nb: }', /gatehouse\.config\.yaml is not YAML/],
    [
      'YAML with a name twice',
      'gatehouse.config.yaml',
      'compat: none\ncompat: axway\n',
      /gatehouse\.config\.yaml is not YAML/,
    ],
    ['a module that throws', 'gatehouse.config.mjs', 'throw new Error("no luck");', /cannot be loaded: no luck/],
    [
      'a module without a configuration',
      'gatehouse.config.mjs',
      'export const other = 1;',
      /holds no configuration: export/,
    ],
    ['a list', 'gatehouse.config.json', '[]', /does not hold an object/],
    ['nothing', 'gatehouse.config.yaml', '', /holds no configuration/],
  ];
  test.each(wrong)('%s ends with 78 and a sentence', async (_, name, text, message) => {
    write(name, text);
    const { code, stderr } = await gatehouse(['check'], { cwd: folder.path });
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(code).toBe(78);
  });

  test('two files in one folder, one that is not there, and an unknown ending', async () => {
    write('gatehouse.config.json', '{}');
    write('gatehouse.config.yaml', 'compat: none\n');
    expect((await gatehouse(['check'], { cwd: folder.path })).stderr).toMatch(
      /holds gatehouse\.config\.json and gatehouse\.config\.yaml: keep one/,
    );
    expect((await gatehouse(['check', '--config', 'nowhere.json'])).stderr).toMatch(/nowhere\.json cannot be read/);
    expect((await gatehouse(['check', '--config', 'nowhere.ts'])).stderr).toMatch(/nowhere\.ts cannot be read/);
    expect((await gatehouse(['check', '--config', 'x.toml'])).stderr).toMatch(/x\.toml has an unknown ending/);
  });
});

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
  readonly description?: string;
}

/** Paths of all settings, as the published schema has them. */
function settingsOf(schema: Schema, at: readonly string[] = []): (readonly string[])[] {
  // A second name of a setting is taken for the first one.
  if (schema.description?.startsWith('The same as ')) return [];
  if (schema.description !== undefined) return [at];
  if (schema.items) return settingsOf(schema.items, [...at, '0']);
  if (typeof schema.additionalProperties === 'object')
    return settingsOf(schema.additionalProperties, [...at, 'password']);
  return Object.entries(schema.properties ?? {}).flatMap(([name, member]) => settingsOf(member, [...at, name]));
}

const schema = JSON.parse(readFileSync(new URL('../../docs/gatehouse.schema.json', import.meta.url), 'utf8')) as Schema;
const SETTINGS = settingsOf(schema);

/** A configuration in which every setting there is has a value that no setting can have. */
function everythingWrong(): unknown {
  const root: Record<string, unknown> = {};
  for (const at of SETTINGS) {
    let node = root;
    for (const step of at.slice(0, -1)) {
      node[step] ??= {};
      node = node[step] as Record<string, unknown>;
    }
    node[at.at(-1) ?? ''] = [[]];
  }
  const lists = ({ '0': item, ...others }: Record<string, unknown>): unknown =>
    item === undefined
      ? Object.fromEntries(Object.entries(others).map(([name, value]) => [name, walk(value)]))
      : [walk(item)];
  const walk = (value: unknown): unknown => (Array.isArray(value) ? value : lists(value as Record<string, unknown>));
  return walk(root);
}

describe('[SEC-58] every setting with a wrong value', () => {
  test('is named with file and fix, all of them in one run', async () => {
    write('gatehouse.config.json', JSON.stringify(everythingWrong()));
    const { code, stdout } = await check();
    expect(code).toBe(78);
    const { problems } = JSON.parse(stdout) as { problems: { key: string; origin: string; fix: string }[] };
    const named = new Map(problems.map((problem) => [problem.key, problem]));
    const silent = SETTINGS.map((at) => at.join('.')).filter((key) => !named.has(key) && !named.has(`${key}.0`));
    expect(SETTINGS.length).toBeGreaterThan(150);
    expect(silent).toEqual([]);
    for (const { origin, fix } of problems) {
      expect(origin).toBe('gatehouse.config.json');
      expect(fix).toMatch(/must be/);
    }
  });

  test('is named with its variable', async () => {
    const plain = SETTINGS.filter((at) => !at.includes('0') && !at.includes('password'));
    const variable = (at: readonly string[]): string =>
      `GATEHOUSE_${at
        .join('_')
        .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
        .toUpperCase()}`;
    // A text can be anything; numbers, flags and choices cannot be this.
    const env = Object.fromEntries(plain.map((at) => [variable(at), '[["wrong"]]']));
    const { code, stdout } = await check([], env);
    expect(code).toBe(78);
    const { problems } = JSON.parse(stdout) as { problems: { key: string; origin: string }[] };
    expect(problems.length).toBeGreaterThan(100);
    for (const { key, origin } of problems)
      expect(origin).toBe(`the environment variable ${variable(key.replace(/(\.\d+)+$/, '').split('.'))}`);
  });
});

describe('the port', () => {
  test('[AX-1] that is not a number is a configuration error in words', async () => {
    const { code, stderr, stdout } = await gatehouse(['serve', '--sample'], { env: { PORT: 'abc' } });
    expect(stderr).toBe(
      'gatehouse: listener.port (the environment variable PORT) is "abc": it must be a whole number from 0 to 65535.\n',
    );
    expect(stdout).toBe('');
    expect(code).toBe(78);
  });

  test('that is taken is a sentence and exit code 1', async () => {
    const port = await freePort();
    const other = createServer().listen(port, '127.0.0.1');
    await once(other, 'listening');
    try {
      const { code, stderr } = await gatehouse(['serve', '--sample', '--port', String(port)]);
      expect(stderr).toBe(
        `gatehouse: Port ${port} of localhost is taken: stop what listens there, or choose another with PORT=<number>.\n`,
      );
      expect(code).toBe(1);
    } finally {
      other.close();
    }
  });
});

describe('serving', () => {
  test('[AX-2] nothing is served that nobody has asked for', async () => {
    const { code, stderr } = await gatehouse(['serve'], { cwd: folder.path });
    expect(stderr).toMatch(/There is no configuration: .*--sample/);
    expect(code).toBe(1);
  });

  test('[AX-2] with the listener off it runs, and answers nobody', async () => {
    const port = await freePort();
    const child = spawn(
      process.execPath,
      [MAIN, 'serve', '--sample', '--port', String(port), '--set', 'listener.enabled=false'],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    await expect.poll(() => output).toContain('Ctrl-C stops it.');
    expect(output).toMatch(/Address {2}none: listener\.enabled is off/);
    await expect(fetch(`http://127.0.0.1:${port}/health/live`)).rejects.toThrow();
    expect(child.exitCode).toBeNull();
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  test('[AX-1] an issuer with a path is served there, and at none for a proxy that takes it off', async () => {
    const port = await freePort();
    const issuer = `http://localhost:${port}/auth`;
    const server = await startServer({ port, args: ['--sample', '--issuer', issuer] });
    try {
      const metadata = await fetch(`${server.url}/.well-known/oauth-authorization-server/auth`);
      expect(await metadata.json()).toMatchObject({ issuer, token_endpoint: `${issuer}/api/oauth/token` });
      for (const path of ['/auth/health', '/health', '/auth/.well-known/oauth-authorization-server', '/auth/'])
        expect((await fetch(server.url + path)).status).toBe(200);
      for (const path of ['/auth/nothing', '/nothing']) {
        const missing = await fetch(server.url + path);
        expect(missing.status).toBe(404);
        expect(missing.headers.get('x-trace-id')).toMatch(/^[0-9a-f]{32}$/);
      }
      const login = await fetch(`${server.url}/auth/oauth/login`, { redirect: 'manual' });
      expect(login.headers.get('location')).toBe('/auth/');
    } finally {
      await server.stop();
    }
  });

  test('a store that there is not, or that its URL does not name, is a sentence', async () => {
    const run = (url: string): ReturnType<typeof gatehouse> =>
      gatehouse(['serve', '--sample', '--store', url, '--set', `secrets=${SECRET}`, '--port', '0']);
    expect((await run('cassandra://db')).stderr).toContain('cannot be used: The URL of the store is cassandra://');
    expect((await run('paper:')).stderr).toContain('has the scheme "paper:", which no store has');
  });

  test('[SEC-46] without a secret where one is needed it does not start', async () => {
    const { code, stderr } = await gatehouse(
      ['serve', '--sample', '--set', 'cache.snapshot.file=store', '--port', '0'],
      { cwd: folder.path },
    );
    expect(stderr).toMatch(/secrets is missing/);
    expect(code).toBe(78);
  });

  test('what core refuses is a sentence that names the setting', async () => {
    const { code, stderr } = await gatehouse(['serve', '--sample', '--set', 'resource.location=query', '--port', '0']);
    expect(stderr).toContain('The setting resource.location is query');
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(code).toBe(78);
  });

  test('a template that there is not is a sentence that names the setting', async () => {
    const run = (...sets: string[]): ReturnType<typeof gatehouse> =>
      gatehouse(['serve', '--sample', '--port', '0', ...sets.flatMap((set) => ['--set', set])], { cwd: folder.path });
    for (const set of ['pages.templates.login=nowhere.html', 'pages.assets=nowhere', 'pages.messages=nowhere.json']) {
      const { code, stderr } = await run(set);
      expect(stderr).toMatch(/^gatehouse: pages.*nowhere/);
      expect(stderr).not.toMatch(/\n\s+at /);
      expect(code).toBe(78);
    }
  });

  test('it listens on both addresses of localhost', async (ctx) => {
    const server = await startServer({ args: ['--sample'] });
    const statusAt = async (host: string): Promise<number> =>
      (await fetch(`http://${host}:${server.port}/health/live`)).status;
    try {
      expect(await statusAt('127.0.0.1')).toBe(200);
      const addresses = Object.values(networkInterfaces()).flatMap((of) => of ?? []);
      if (!addresses.some(({ address }) => address === '::1')) ctx.skip('This machine has no address ::1.');
      expect(await statusAt('[::1]')).toBe(200);
    } finally {
      await server.stop();
    }
  });
});
