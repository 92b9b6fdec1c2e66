import { spawn, spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { makeCertificateAuthority, startServer } from '@gatehouse/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { gatehouse, MAIN, temporaryFolder } from './command-line.ts';
import { storeInUse } from './store-in-use.ts';

/** `gatehouse user hash` at a terminal of its own, answered when it asks; all that the terminal shows. */
async function atTerminal(...answers: readonly string[]): Promise<string> {
  const program = `
import os, pty, sys
pid, fd = pty.fork()
if pid == 0: os.execv(sys.argv[1], [sys.argv[1], sys.argv[2], 'user', 'hash'])
answers = sys.argv[3:]
shown = b''
while True:
    try: more = os.read(fd, 4096)
    except OSError: break
    if not more: break
    shown += more
    if answers and more.rstrip().endswith(b':'): os.write(fd, answers.pop(0).encode() + b'\\r')
os.waitpid(pid, 0)
sys.stdout.buffer.write(shown)`;
  const child = spawn('python3', ['-c', program, process.execPath, MAIN, ...answers]);
  let shown = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    shown += text;
  });
  await once(child, 'close');
  return shown;
}

const folder = temporaryFolder();
afterAll(() => folder.remove());

const CONFIG = 'gatehouse.config.json';
const PASSWORD_HASH = `scrypt:N=32768,r=8,p=3:${'A'.repeat(22)}:${'A'.repeat(43)}`;
const client = {
  id: 'app',
  secrets: 'a-secret-of-the-app',
  redirectUris: ['https://app.example/cb'],
  scopes: ['read'],
};

beforeAll(() => {
  const owners = [{ username: 'ann', subject: 'owner-1', passwordHash: PASSWORD_HASH }];
  writeFileSync(path.join(folder.path, CONFIG), JSON.stringify({ clients: [client], owners }));
});

const here = { cwd: folder.path };
const makeRsaKey = () => generateKeyPairSync('rsa', { modulusLength: 2_048 });

describe('help and version', () => {
  test('a word that nobody asked for is refused, and not shown: it may be the URL of a store', async () => {
    for (const verb of ['serve', 'migrate', 'purge', 'secret']) {
      const { code, stderr } = await gatehouse([verb, 'postgresql://app:s3cret@db/one'], here);
      expect([code, stderr], verb).toEqual([2, expect.stringMatching(/takes flags alone/)]);
      expect(stderr).not.toContain('s3cret');
    }
  });

  test('help lists the verbs and the exit codes', async () => {
    const { code, stdout } = await gatehouse(['help']);
    expect(code).toBe(0);
    for (const verb of ['serve', 'secret', 'client', 'user', 'check', 'conformance', 'purge', 'version'])
      expect(stdout).toMatch(new RegExp(`^  ${verb} `, 'm'));
    expect(stdout).toContain('Exit codes: 0 done');
  });

  test('help of a verb lists its flags', async () => {
    const { stdout } = await gatehouse(['help', 'serve']);
    expect(stdout).toContain('--sample');
    expect((await gatehouse(['serve', '--help'])).stdout).toBe(stdout);
  });

  test('version prints the version, for machines too', async () => {
    expect((await gatehouse(['version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect(JSON.parse((await gatehouse(['version', '--json'])).stdout)).toMatchObject({ version: expect.any(String) });
  });

  const wrong: [string, string[], RegExp][] = [
    ['a verb that there is not', ['sevre'], /There is no verb "sevre"\. Did you mean "serve"\?/],
    [
      'a flag that there is not',
      ['serve', '--prot', '1'],
      /There is no flag --prot\. Did you mean --port\? `--help` lists them\.\n/,
    ],
    ['a flag without its value', ['serve', '--port'], /--port/],
    ['a client verb that there is not', ['client', 'frobnicate'], /create\|list\|show/],
    ['no client', ['client', 'show'], /Name the client/],
    ['no store', ['conformance'], /Name one store/],
    ['no user verb', ['user'], /gatehouse user hash/],
  ];
  test.each(wrong)('%s ends with 2 and a sentence', async (_, args, message) => {
    const { code, stderr, stdout } = await gatehouse(args, here);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });
});

describe('secret', () => {
  test('makes another 256 bits each time', async () => {
    const [one, two] = await Promise.all([gatehouse(['secret']), gatehouse(['secret', '--json'])]);
    expect(one.stdout).toMatch(/^[A-Za-z0-9_-]{43}\n$/);
    expect((JSON.parse(two.stdout) as { secret: string }).secret).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(two.stdout).not.toContain(one.stdout.trim());
  });
});

describe('user hash', () => {
  test('reads a pipe less one line end, and prints a hash that signs in', async () => {
    const [one, two] = await Promise.all([
      gatehouse(['user', 'hash'], { input: 'a password with spaces \n' }),
      gatehouse(['user', 'hash', '--json'], { input: 'a password with spaces ' }),
    ]);
    expect(one.stdout).toMatch(/^(argon2id|scrypt):\S+\n$/);
    const { passwordHash } = JSON.parse(two.stdout) as { passwordHash: string };
    expect(passwordHash).not.toBe(one.stdout.trim());
    for (const { stdout, stderr } of [one, two]) expect(stdout + stderr).not.toContain('spaces');
  });

  test('asks a person twice, and shows nothing of what is typed', async (ctx) => {
    const python = spawnSync('python3', ['-c', 'import pty']);
    if (python.status !== 0) ctx.skip('there is no python3, which gives the test a terminal');
    const typed = await atTerminal('first-typed', 'first-typed');
    expect(typed).toMatch(/Password: \r?\n.*Again: \r?\n/s);
    expect(typed).toMatch(/(argon2id|scrypt):/);
    expect(typed).not.toContain('first-typed');
    expect(await atTerminal('first-typed', 'another')).toContain('The two are not the same.');
  });

  test.each([
    ['an empty password', '\n', /is empty/],
    ['one of 1025 bytes', 'x'.repeat(1_025), /longer than 1024 bytes/],
  ])('%s is refused', async (_, input, message) => {
    const { code, stderr, stdout } = await gatehouse(['user', 'hash'], { input });
    expect(stderr).toMatch(message);
    expect(stdout).toBe('');
    expect(code).toBe(1);
  });
});

describe('client, where clients live in the configuration', () => {
  test('list and show say what there is, without its secret', async () => {
    const list = await gatehouse(['client', 'list'], here);
    expect(list.stdout).toMatch(/^app\s+confidential\s+enabled\s+app$/m);
    const show = await gatehouse(['client', 'show', 'app', '--json'], here);
    expect(JSON.parse(show.stdout)).toMatchObject({ id: 'app', redirectUris: ['https://app.example/cb'] });
    expect(list.stdout + show.stdout).not.toMatch(/a-secret-of-the-app|sha256:/);
  });

  test('create prints the configuration to add, which works', async () => {
    const args = [
      'client',
      'create',
      '--name',
      'New App',
      '--redirect-uri',
      'https://new.example/cb',
      '--scope',
      'read',
    ];
    const created = await gatehouse([...args, '--json'], here);
    const { client: entry, client_secret } = JSON.parse(created.stdout) as { client: object; client_secret: string };
    expect(created.stdout.split(client_secret)).toHaveLength(2);
    expect(JSON.stringify(entry)).toContain('sha256:');
    const file = path.join(folder.path, 'with-new.json');
    writeFileSync(file, JSON.stringify({ clients: [client, entry] }));
    expect((await gatehouse(['check', '--config', file])).code).toBe(0);
    const yaml = await gatehouse(args, here);
    expect(yaml.stdout).toMatch(/^clients:\n {2}- id: /);
    expect(yaml.stdout).toMatch(/^client_secret {2}[0-9a-f]{48}$/m);
  });

  test('a client with keys gets no secret, and one that signs with a secret is told it once', async () => {
    const keys = makeCertificateAuthority().issueClient();
    writeFileSync(path.join(folder.path, 'robot.pem'), keys.certificate);
    const robot = ['client', 'create', '--id', 'robot', '--certificate', 'robot.pem', '--may-assert-owners', '--json'];
    const created = JSON.parse((await gatehouse(robot, here)).stdout) as { client: object };
    expect(created).toMatchObject({ client_secret: null, client: { certificates: [keys.certificate.trim()] } });
    const file = path.join(folder.path, 'keys.json');
    writeFileSync(file, JSON.stringify({ clients: [client, created.client] }));
    const shown = JSON.parse(
      (await gatehouse(['client', 'show', 'robot', '--config', file, '--json'])).stdout,
    ) as object;
    expect(shown).toMatchObject({ authMethods: ['private_key_jwt'], mayAssertOwners: true, secrets: [] });

    const bound = ['client', 'create', '--tls-subject', 'CN=robot,O=Example', '--certificate-bound-tokens', '--json'];
    expect(JSON.parse((await gatehouse(bound, here)).stdout)).toMatchObject({
      client_secret: null,
      client: { tlsClientAuth: { subjectDn: 'CN=robot,O=Example' }, certificateBoundTokens: true },
    });

    const hmac = ['client', 'create', '--id', 'hmac', '--auth-method', 'client_secret_jwt', '--json'];
    const signing = JSON.parse((await gatehouse(hmac, here)).stdout) as { client: object; client_secret: string };
    expect(signing.client_secret).toMatch(/^[0-9a-f]{64}$/);
    writeFileSync(file, JSON.stringify({ clients: [client, signing.client] }));
    const again = await gatehouse(['client', 'show', 'hmac', '--config', file, '--json']);
    expect(JSON.parse(again.stdout)).toMatchObject({ authMethods: ['client_secret_jwt'], sealedSecrets: [{}] });
    expect(again.stdout).not.toContain(signing.client_secret);
    writeFileSync(file, JSON.stringify({ clients: [client, { id: 'short', hmacSecrets: 'x'.repeat(31) }] }));
    expect((await gatehouse(['check', '--config', file])).stderr).toMatch(/\[?hmacSecrets|fewer than 32 bytes/);
  });

  test('a client may have ID tokens by whatever the server has a key for, and by any HMAC with a secret for that', async () => {
    const created = await Promise.all(
      [
        ['--id', 'rsa', '--id-token-alg', 'RS256'],
        ['--id', 'hmac-512', '--id-token-alg', 'HS512', '--auth-method', 'client_secret_jwt'],
      ].map(async (args) => JSON.parse((await gatehouse(['client', 'create', ...args, '--json'], here)).stdout).client),
    );
    const file = path.join(folder.path, 'algorithms.json');
    const allowed = {
      assertion: { allowReplayAfterRestart: true },
      clientAuthentication: { allowedMethods: ['client_secret_basic', 'client_secret_jwt'] },
    };
    writeFileSync(file, JSON.stringify({ ...allowed, clients: created }));
    expect((await gatehouse(['check', '--config', file])).code).toBe(0);
  });

  test('a public client gets no secret', async () => {
    const created = await gatehouse(['client', 'create', '--public', '--id', 'spa', '--json'], here);
    expect(JSON.parse(created.stdout)).toMatchObject({
      client_id: 'spa',
      client_secret: null,
      client: { type: 'public' },
    });
  });

  test('rotate-secret, disable, enable and remove print what to write', async () => {
    const rotated = await gatehouse(['client', 'rotate-secret', 'app', '--overlap', '60', '--json'], here);
    const { secrets } = JSON.parse(rotated.stdout) as { secrets: { hash: string; expiresAt?: string }[] };
    expect(secrets).toHaveLength(2);
    expect(Date.parse(secrets[1]?.expiresAt ?? '') - Date.now()).toBeLessThan(61_000);
    const ending = { hash: `sha256:${'A'.repeat(43)}`, expiresAt: new Date(Date.now() + 3_600_000).toISOString() };
    const file = path.join(folder.path, 'with-ending.json');
    writeFileSync(file, JSON.stringify({ clients: [{ ...client, secrets: [ending] }] }));
    const again = await gatehouse(['client', 'rotate-secret', 'app', '--config', file, '--json']);
    expect(JSON.parse(again.stdout)).toMatchObject({ secrets: [{}, ending] });
    writeFileSync(file, JSON.stringify({ clients: [{ ...client, hmacSecrets: 'x'.repeat(32) }] }));
    const hmac = await gatehouse(['client', 'rotate-secret', 'app', '--config', file]);
    expect(hmac.stderr).toContain('put this before the secret that is there');
    expect(hmac.stdout).toMatch(/^hmacSecrets:\n {2}- ([0-9a-f]{64})\nclient_secret {2}\1\n$/);
    expect((await gatehouse(['client', 'disable', 'app'], here)).stdout).toBe('enabled: false\n');
    expect((await gatehouse(['client', 'enable', 'app'], here)).stdout).toBe('enabled: true\n');
    expect((await gatehouse(['client', 'remove', 'app'], here)).stdout).toContain('take "app" out of it');
  });

  test('a secret is rotated while the server runs on its snapshot', async () => {
    const config = {
      secrets: 's'.repeat(32),
      issuer: 'http://localhost:8089',
      cache: { snapshot: { file: path.join(folder.path, 'snapshot') } },
      clients: [client],
    };
    const file = path.join(folder.path, 'running.json');
    writeFileSync(file, JSON.stringify(config));
    const server = await startServer({ config });
    const rotated = await gatehouse(['client', 'rotate-secret', 'app', '--config', file, '--json']);
    await server.stop();
    expect(rotated).toMatchObject({ code: 0, stderr: expect.not.stringContaining('in use') });
    expect(JSON.parse(rotated.stdout)).toMatchObject({ client_id: 'app', secrets: [{}, {}] });
  });

  const wrong: [string, string[], RegExp][] = [
    ['an unknown client', ['show', 'nobody'], /There is no client "nobody"/],
    ['an id that is taken', ['create', '--id', 'app'], /There is a client "app" in the configuration already/],
    ['[SEC-126] an id that is an owner’s subject', ['create', '--id', 'owner-1'], /is the subject of an owner/],
    ['a redirect URI that cannot be', ['create', '--redirect-uri', 'javascript:x'], /redirectUris/],
    [
      'an algorithm of ID tokens that no key is for',
      ['create', '--id-token-alg', 'ES384'],
      /has no key for that, only for RS256; `gatehouse keys <file> --algorithm ES384` makes one\./,
    ],
    [
      'an HMAC of ID tokens without a secret for that',
      ['create', '--id-token-alg', 'HS256'],
      /take a secret that the server can read back: .* `--auth-method client_secret_jwt`/,
    ],
    [
      'an algorithm that there is not',
      ['create', '--id-token-alg', 'none'],
      /idTokenSignedResponseAlg .* is none of RS256/,
    ],
    ['an unknown client to rotate', ['rotate-secret', 'nobody'], /There is no client "nobody"/],
  ];
  test.each(wrong)('%s ends with 1 and a sentence', async (_, args, message) => {
    const { code, stderr } = await gatehouse(['client', ...args], here);
    expect(stderr).toMatch(message);
    expect(code).toBe(1);
  });
});

describe('client, where several servers share a store', () => {
  const shared = temporaryFolder();
  afterAll(() => shared.remove());
  const inStore = { cwd: shared.path };

  beforeAll(() => {
    // The store of one process, with what it keeps on disk, saying of itself that others see it: enough for one command after the other.
    const store = JSON.stringify(new URL('../node_modules/@gatehouse/store-cache/src/index.ts', import.meta.url).href);
    writeFileSync(
      path.join(shared.path, 'gatehouse.config.ts'),
      `import { createCacheStore } from ${store};
       const secret = 'x'.repeat(32);
       export default {
         issuer: 'https://as.example',
         secrets: secret,
         clients: [{ id: 'written', secrets: secret }],
         store: () => {
           const store = createCacheStore({ snapshot: { file: ${JSON.stringify(path.join(shared.path, 'store'))}, secret } });
           const visibility = { registers: 'cluster', tokens: 'cluster', boundMs: 0 };
           return Object.defineProperty(store, 'capabilities', { value: { ...store.capabilities, visibility } });
         },
       };`,
    );
  });

  test('it is created, listed, shown, rotated, disabled, enabled and removed', async () => {
    const created = await gatehouse(['client', 'create', '--id', 'shared', '--scope', 'read', '--json'], inStore);
    expect(created.stderr).toBe('');
    const { client_secret } = JSON.parse(created.stdout) as { client_secret: string };
    expect(client_secret).toMatch(/^[0-9a-f]{48}$/);
    expect(existsSync(path.join(shared.path, 'store'))).toBe(true);
    expect(readFileSync(path.join(shared.path, 'store')).includes(client_secret)).toBe(false);
    expect((await gatehouse(['client', 'list'], inStore)).stdout).toMatch(/^shared\s+confidential\s+enabled/m);
    const hmac = ['client', 'create', '--id', 'hmac', '--auth-method', 'client_secret_jwt', '--json'];
    const signing = JSON.parse((await gatehouse(hmac, inStore)).stdout) as { client_secret: string };
    const kept = await gatehouse(['client', 'show', 'hmac', '--json'], inStore);
    expect(JSON.parse(kept.stdout)).toMatchObject({ authMethods: ['client_secret_jwt'], sealedSecrets: [{}] });
    for (const text of [kept.stdout, readFileSync(path.join(shared.path, 'store'), 'latin1')])
      expect(text).not.toContain(signing.client_secret);
    await gatehouse(['client', 'rotate-secret', 'hmac'], inStore);
    const rotatedHmac = await gatehouse(['client', 'show', 'hmac', '--json'], inStore);
    expect(JSON.parse(rotatedHmac.stdout)).toMatchObject({ secrets: [], sealedSecrets: [{}, {}] });
    expect((await gatehouse(['client', 'create', '--id', 'shared'], inStore)).stderr).toContain(
      'taken by another client',
    );
    expect((await gatehouse(['client', 'create', '--id', 'written'], inStore)).stderr).toContain(
      'in the configuration already',
    );
    const rotated = await gatehouse(['client', 'rotate-secret', 'shared', '--json'], inStore);
    const fresh = (JSON.parse(rotated.stdout) as { client_secret: string }).client_secret;
    expect(fresh).toMatch(/^[0-9A-Za-z]{32,}$/);
    expect(fresh).not.toBe(client_secret);
    const show = await gatehouse(['client', 'show', 'shared', '--json'], inStore);
    expect((JSON.parse(show.stdout) as { secrets: unknown[] }).secrets).toHaveLength(2);
    expect((await gatehouse(['client', 'disable', 'shared'], inStore)).stdout).toContain('is disabled');
    expect((await gatehouse(['client', 'list'], inStore)).stdout).toMatch(/^shared\s+confidential\s+disabled/m);
    expect((await gatehouse(['client', 'enable', 'shared'], inStore)).stdout).toContain('is enabled');
    expect((await gatehouse(['client', 'remove', 'shared'], inStore)).stdout).toContain('is removed');
    const gone = await gatehouse(['client', 'remove', 'shared'], inStore);
    expect([gone.code, gone.stderr]).toEqual([1, 'gatehouse: There is no client "shared".\n']);
  });

  test('a client whose ID tokens nobody could sign is not created', async () => {
    const create = ['client', 'create', '--id', 'signed-for', '--id-token-alg', 'ES256'];
    const none = await gatehouse(create, inStore);
    expect([none.code, none.stderr]).toEqual([1, expect.stringContaining('idToken.keys has no key, without which')]);
    await gatehouse(['keys', 'ec.pem', '--algorithm', 'ES384'], inStore);
    const keys = `--set=idToken.keys=${JSON.stringify({ file: path.join(shared.path, 'ec.pem') })}`;
    expect((await gatehouse([...create, keys], inStore)).stderr).toContain('has no key for that, only for ES384;');
    expect((await gatehouse(['client', 'list'], inStore)).stdout).not.toContain('signed-for');
    expect((await gatehouse([...create.slice(0, -1), 'ES384', keys], inStore)).code).toBe(0);
  });

  test('purge removes what has expired, and says how much', async () => {
    const { code, stdout } = await gatehouse(['purge', '--json'], inStore);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ errors: {} });
  });
});

describe('check', () => {
  test('says that the configuration is right, and what is weaker than it could be', async () => {
    const { code, stdout } = await gatehouse(['check', '--sample'], here);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Advice {2}issuer is plain http/m);
    expect(stdout).toMatch(/The configuration is right/);
    expect((await gatehouse(['check', '--sample', '--strict'], here)).code).toBe(1);
  });

  test('names each secret that every user of the machine may read, and none that they may not', async () => {
    const open = path.join(folder.path, 'open-secret');
    const shut = path.join(folder.path, 'shut-secret');
    for (const [file, mode] of [
      [open, 0o644],
      [shut, 0o640],
    ] as const) {
      writeFileSync(file, 's'.repeat(32));
      chmodSync(file, mode);
    }
    const client = (file: string): object => ({ id: path.basename(file), secrets: { file } });
    const config = { secrets: [{ file: shut }, { file: open }], clients: [client(shut), client(open)] };
    writeFileSync(path.join(folder.path, 'files.json'), JSON.stringify(config));
    const { stdout } = await gatehouse(['check', '--config', path.join(folder.path, 'files.json')]);
    expect(stdout.match(/^Advice .*every user of this machine.*$/gm)).toEqual([
      expect.stringContaining(`secrets is in ${open}`),
      expect.stringContaining(`clients.1.secrets is in ${open}`),
    ]);
  });

  test('names a secret for HMACs and private keys that every user of the machine may read, and no public key', async () => {
    const [{ privateKey }, { publicKey }] = [makeRsaKey(), makeRsaKey()];
    const file = (name: string, text: string): { readonly file: string } => {
      writeFileSync(path.join(folder.path, name), text);
      chmodSync(path.join(folder.path, name), 0o644);
      return { file: path.join(folder.path, name) };
    };
    const hmac = file('hmac-secret', 's'.repeat(32));
    const pem = file('open-private.pem', privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
    const shown = file('open-public.pem', publicKey.export({ type: 'spki', format: 'pem' }).toString());
    const config = {
      clients: [{ id: 'hmac', hmacSecrets: hmac }],
      idToken: { retiredKeys: [shown, pem] },
      assertion: { decryptionKeys: pem },
    };
    writeFileSync(path.join(folder.path, 'keys-in-files.json'), JSON.stringify(config));
    const { stdout } = await gatehouse(['check', '--config', path.join(folder.path, 'keys-in-files.json')]);
    expect(stdout.match(/^Advice .*every user of this machine.*$/gm)).toEqual([
      expect.stringContaining(`clients.0.hmacSecrets is in ${hmac.file}`),
      expect.stringContaining(`idToken.retiredKeys is in ${pem.file}`),
      expect.stringContaining(`assertion.decryptionKeys is in ${pem.file}`),
    ]);
  });

  test('[SEC-49] names a connection to the database that is not verified, in each of its forms', async () => {
    const insecure = 'postgresql://user@db.example.com/oauth?dangerouslyInsecure=plaintext';
    const store = (form: unknown): Promise<{ stdout: string }> => {
      const file = path.join(folder.path, 'store.json');
      writeFileSync(file, JSON.stringify({ secrets: 's'.repeat(32), store: form }));
      return gatehouse(['check', '--config', file]);
    };
    for (const form of [
      insecure,
      { url: insecure },
      { dialect: 'mysql', host: 'db.example.com', database: 'oauth', dangerouslyInsecure: 'unverified' },
    ])
      expect((await store(form)).stdout).toMatch(/^Advice {2}store has dangerouslyInsecure: /m);
    expect((await store('postgresql://user@db.example.com/oauth')).stdout).not.toContain('dangerouslyInsecure');
  });

  test('names a limit of calls that is over before the store’s own', async () => {
    const url = 'postgresql://user@db.example.com/oauth';
    const parts = { dialect: 'mysql', host: 'db.example.com', database: 'oauth' };
    const said = async (store: unknown, storeCallMs = 3_000): Promise<boolean> => {
      const file = path.join(folder.path, 'limits.json');
      writeFileSync(file, JSON.stringify({ secrets: 's'.repeat(32), store, limits: { storeCallMs } }));
      return (await gatehouse(['check', '--config', file])).stdout.includes('limits.storeCallMs is not above');
    };
    for (const store of [
      `${url}?timeouts.callMs=3000`,
      { url: `${url}?timeouts.callMs=3000` },
      { ...parts, timeouts: { callMs: 3_000 } },
    ]) {
      expect(await said(store)).toBe(true);
      expect(await said(store, 3_001)).toBe(false);
    }
    for (const store of ['cache:', url, parts]) expect(await said(store)).toBe(false);
  });

  test('[SEC-115] names a cache so small that it drops live tokens', async () => {
    const { stdout } = await gatehouse(['check', '--set', 'cache.maxElementsInMemory=1000'], here);
    expect(stdout).toContain('cache.maxElementsInMemory is below 2000');
  });

  test('[AX-226] names settings with which the owner’s cookie does not come along', async () => {
    const { stdout } = await gatehouse(['check', '--set', 'login.cookie.sameSite=Strict'], here);
    expect(stdout).toContain('login.cookie.sameSite is Strict');
    const reference = await gatehouse(['check', '--set', 'login.cookie.path=/api'], here);
    expect(reference.stdout).toContain('login.cookie.path does not reach /oauth/login');
  });

  test('says what is wrong, for machines too', async () => {
    const { code, stdout, stderr } = await gatehouse(['check', '--set', 'listener.port=abc', '--json'], here);
    expect(code).toBe(78);
    expect(JSON.parse(stdout)).toMatchObject({
      problems: [{ key: 'listener.port', origin: 'the flag --set listener.port' }],
    });
    expect(stderr).toContain('listener.port (the flag --set listener.port) is "abc"');
  });

  test('says what the store and core refuse', async () => {
    const { code, stdout } = await gatehouse(['check', '--set', 'resource.location=query'], here);
    expect(code).toBe(78);
    expect(stdout).toContain('Wrong   The setting resource.location is query');
  });
});

describe('conformance', () => {
  test('prints the table of promises that the cache store keeps', async () => {
    const { code, stdout } = await gatehouse(['conformance', 'cache:', '--scale', '0.01', '--only', 'store-1']);
    expect(stdout).toMatch(/^kept {5}store-1/m);
    expect(stdout).toMatch(/\d+ kept, 0 broken, \d+ skipped/);
    expect(code).toBe(0);
  });

  test('[store-57] takes everything away again, and nothing of whoever lives in the database', async () => {
    const store = storeInUse();
    try {
      store.live('https://id.example', Date.now() + 30 * 86_400_000);
      const before = store.rows();
      const { code, stdout } = await gatehouse(['conformance', store.url, '--scale', '0.01', '--only', 'store-57']);
      expect(stdout).toMatch(/^[1-9]\d* kept, 0 broken, \d+ skipped/m);
      expect(code).toBe(0);
      expect(store.rows()).toEqual(before);
    } finally {
      store.remove();
    }
  });

  test.each(['SIGINT', 'SIGTERM'] as const)('takes everything away again when %s ends it', async (signal) => {
    const store = storeInUse();
    try {
      store.live('https://id.example', Date.now() + 30 * 86_400_000);
      const before = store.rows();
      const child = spawn(process.execPath, [MAIN, 'conformance', store.url, '--scale', '0.01']);
      const closed = once(child, 'close');
      let said = '';
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        said += text;
      });
      while (store.rows()['oauth_grant']?.length === 1 && child.exitCode === null) await pause(10);
      // As npm and a terminal send it.
      child.kill(signal);
      child.kill(signal);
      await closed;
      expect(said).toContain('The run was ended from outside; what it had written is taken away again.');
      expect(child.exitCode).toBe(1);
      expect(store.rows()).toEqual(before);
    } finally {
      store.remove();
    }
  });

  test('refuses a store that there is not', async () => {
    const { code, stderr } = await gatehouse(['conformance', 'paper:']);
    expect(stderr).toContain('No store has the scheme "paper:"');
    expect(code).toBe(1);
  });
});
