import { describe, expect, test } from 'vitest';
import { fileLayer } from '../world.test-support.ts';
import { ConfigError, type ConfigProblem } from './config-error.ts';
import { readEnvironment } from './environment.ts';
import { readFlags } from './flags.ts';
import { type LoadedConfig, loadConfig } from './load-config.ts';

const fromFile = (values: unknown): LoadedConfig => loadConfig([fileLayer(values)]);

const environment = (variables: Record<string, string>): LoadedConfig => {
  const layer = readEnvironment(variables, '/srv');
  return loadConfig([layer], { unknownVariables: layer.unknown });
};

function problemsOf(run: () => unknown): readonly ConfigProblem[] {
  try {
    run();
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('layers', () => {
  test('flags win over the environment, the environment over the file, the file over the defaults', () => {
    const loaded = loadConfig([
      fileLayer({ listener: { port: 1, host: '127.0.0.1', headersSeconds: 3 } }),
      readEnvironment({ GATEHOUSE_LISTENER_PORT: '2', GATEHOUSE_LISTENER_HOST: '127.0.0.2' }, '/srv'),
      readFlags({ port: '3' }, [], '/srv'),
    ]);
    expect(loaded.config.listener).toMatchObject({
      port: 3,
      host: '127.0.0.2',
      headersSeconds: 3,
      requestSeconds: 30,
    });
    expect(loaded.origin('listener.port')).toBe('the flag --port');
    expect(loaded.origin('listener.host')).toBe('the environment variable GATEHOUSE_LISTENER_HOST');
    expect(loaded.origin('listener.headersSeconds')).toBe('gatehouse.config.yaml');
    expect(loaded.origin('listener.requestSeconds')).toBeNull();
  });

  test('[AX-1] PORT sets the port, which is 8089 otherwise', () => {
    expect(environment({ PORT: '9000' }).config.listener.port).toBe(9000);
    expect(environment({}).config.listener.port).toBe(8089);
  });

  test('a list takes the place of a list, a record is joined name by name', () => {
    const loaded = loadConfig([
      fileLayer({ enabledGrants: ['password'], grants: { password: { accessToken: { ttlSeconds: 5 } } } }),
      fileLayer({ enabledGrants: ['implicit'], grants: { password: { accessToken: { length: 60 } } } }),
    ]);
    expect(loaded.config.enabledGrants).toEqual(['implicit']);
    expect(loaded.config.grants?.['password']?.accessToken).toMatchObject({
      ttlSeconds: 5,
      length: 60,
      type: 'Bearer',
    });
  });

  test('what a store has that a URL cannot say stays where another URL is laid over it', () => {
    const password = { env: 'DB_PASSWORD' };
    const file = fileLayer({ store: { url: 'postgresql://app@db/one', password } });
    const loaded = loadConfig([file, readFlags({}, ['store.url=postgresql://app@db/two'], '/srv')]);
    expect(loaded.config.store).toEqual({ url: 'postgresql://app@db/two', password });
    const replaced = loadConfig([file, readFlags({}, ['store=cache:'], '/srv')]);
    expect(replaced.config.store).toBe('cache:');
  });

  test('a path starts from the folder of the file that says it', () => {
    const loaded = loadConfig([
      fileLayer({ pages: { assets: 'assets', messages: ['fr.json'] }, secrets: [{ file: 'secret' }] }, '/etc/g'),
    ]);
    expect(loaded.config.pages).toMatchObject({ assets: '/etc/g/assets', messages: ['/etc/g/fr.json'] });
    expect(loaded.config.secrets).toEqual([{ file: '/etc/g/secret' }]);
  });
});

describe('the environment', () => {
  test('texts become what the setting wants', () => {
    const { config } = environment({
      GATEHOUSE_LISTENER_ALLOW_HTTP: 'yes',
      GATEHOUSE_ENABLED_GRANTS: 'password, implicit',
      GATEHOUSE_AUTHORIZE_CODE_METADATA: '{"Name":"John"}',
      GATEHOUSE_GRANTS_CLIENT_CREDENTIALS_ACCESS_TOKEN_TTL_SECONDS: '60',
      GATEHOUSE_CLIENTS: '[{"id":"a"}]',
    });
    expect(config.listener.allowHttp).toBe(true);
    expect(config.enabledGrants).toEqual(['password', 'implicit']);
    expect(config.authorize?.code?.metadata).toEqual({ Name: 'John' });
    expect(config.grants?.['client_credentials']?.accessToken?.ttlSeconds).toBe(60);
    expect(config.clients).toEqual([{ id: 'a' }]);
  });

  test('[SEC-87] a secret comes from a file that a variable names', () => {
    expect(environment({ GATEHOUSE_SECRETS_FILE: 'run/secret' }).config.secrets).toEqual({ file: '/srv/run/secret' });
  });

  test('an empty variable counts as not set', () => {
    expect(environment({ PORT: '', GATEHOUSE_ISSUER: '' }).given('issuer')).toBe(false);
  });

  test('a variable that is no setting is said, with the one that was meant; the ones a cluster sets are not', () => {
    const { warnings } = environment({ GATEHOUSE_LISTENER_PROT: '1', GATEHOUSE_PORT: 'tcp://10.0.0.1:8089' });
    expect(warnings).toEqual([
      'The environment variable GATEHOUSE_LISTENER_PROT is not a setting; did you mean GATEHOUSE_LISTENER_PORT?',
    ]);
  });
});

describe('errors', () => {
  test('name key, origin and fix, several at once', () => {
    const problems = problemsOf(() =>
      loadConfig([
        fileLayer({ listener: { port: 'abc', tls: { certificte: 'x' } }, compat: 'oracle' }),
        readEnvironment({ GATEHOUSE_LOG_LEVEL: 'loud' }, '/srv'),
      ]),
    );
    expect(problems).toHaveLength(4);
    expect(problems).toContainEqual({
      key: 'listener.port',
      origin: 'gatehouse.config.yaml',
      problem: 'is "abc"',
      fix: 'it must be a whole number from 0 to 65535',
    });
    expect(problems).toContainEqual({
      key: 'listener.tls.certificte',
      origin: 'gatehouse.config.yaml',
      problem: 'is not a setting',
      fix: 'did you mean "certificate"? Else remove it',
    });
    expect(problems.find(({ key }) => key === 'log.level')?.origin).toBe(
      'the environment variable GATEHOUSE_LOG_LEVEL',
    );
    expect(new ConfigError(problems).message.split('\n')).toHaveLength(5);
  });

  test('PORT=abc is said in words', () => {
    expect(() => environment({ PORT: 'abc' })).toThrow(
      'listener.port (the environment variable PORT) is "abc": it must be a whole number from 0 to 65535.',
    );
  });

  test('a member that has to be there is missed', () => {
    expect(() => fromFile({ clients: [{ name: 'x' }] })).toThrow(
      'clients.0.id (gatehouse.config.yaml) is missing: give a text that is not empty.',
    );
  });

  test('a secret of the wrong form is not shown', () => {
    const [problem] = problemsOf(() => fromFile({ secrets: [{ value: 'hunter2-hunter2' }] }));
    expect(problem?.problem).toBe('does not have the form it needs');
    expect(JSON.stringify(problem)).not.toContain('hunter2');
  });

  test.each([
    [{ contactPoints: ['a'], consistancy: {} }, 'store.consistancy', 'did you mean "consistency"? Else remove it'],
    [
      { contactPoints: ['a'], consistency: { raed: 'ONE' } },
      'store.consistency.raed',
      'did you mean "read"? Else remove it',
    ],
    [{ contactPoints: 'a' }, 'store.contactPoints', 'it must be a list'],
    [{ dialect: 'postgresql', prt: 5432 }, 'store.prt', 'did you mean "port"? Else remove it'],
    [{ dialect: 'postgresql', port: '5432' }, 'store.port', 'it must be a number'],
    [{ dialect: 'postgresql', port: 70_000 }, 'store.port', 'it must be 65535 or less'],
    [{ url: 'mysql://a/b', pooler: 'session' }, 'store.pooler', 'it must be one of "transaction"'],
    [
      { url: 'mysql://a/b', password: { valeu: 'hunter2' } },
      'store.password',
      'it must be a text, { file: "<path>" } or { env: "<name>" }',
    ],
    [{ url: 'postgresql://a/b', keyspace: 'k' }, 'store.keyspace', 'remove it'],
    [{ url: 'cassandra://a/k', speculative: {} }, 'store.speculative.delayMs', 'it must be a number'],
    [{ url: 'cassandra://a/k', pipelining: true }, 'store.pipelining', 'remove it'],
    [{ url: 'cassandra://a/k', consistency: { read: 1 } }, 'store.consistency.read', 'it must be a text'],
    [{ contactPoints: [] }, 'store.contactPoints', 'it must be a list of at least 1'],
    [{ url: 'nonsense' }, 'store.url', 'it must be a URL such as "postgresql://user@host/database"'],
  ])('a store %j: the member that is wrong is named, and no value shown', (store, key, fix) => {
    const problems = problemsOf(() => fromFile({ store }));
    expect(problems[0]).toMatchObject({ key, fix, origin: 'gatehouse.config.yaml' });
    for (const problem of problems) expect(problem.key).toMatch(/^store\.\w/);
    expect(JSON.stringify(problems)).not.toContain('hunter2');
  });

  test('a store that has no form in particular is told which there are, once', () => {
    for (const store of [{ host: 'a' }, 5, { contactPoints: 'a', dialect: 'b', x: 1, y: 2, z: 3 }]) {
      const problems = problemsOf(() => fromFile({ store }));
      expect(new Set(problems.map(({ key }) => key)).size).toBe(problems.length);
    }
    expect(problemsOf(() => fromFile({ store: { host: 'a' } }))).toMatchObject([
      {
        key: 'store',
        fix: expect.stringMatching(/^it must be a URL such as .*an object with a `url`, a `dialect` or/),
      },
    ]);
  });

  test('[SEC-58] null is refused, naming the key', () => {
    expect(() => fromFile({ listener: { port: null } })).toThrow(/^listener\.port \(gatehouse\.config\.yaml\) is null/);
    expect(() => fromFile({ clients: [null] })).toThrow(/^clients\.0 /);
  });

  test('[SEC-58] inherited members are refused, naming the key', () => {
    expect(() => fromFile({ listener: Object.create({ port: 1 }) })).toThrow(/^listener .* inherits members/);
    class Listener {
      port = 1;
    }
    expect(() => fromFile({ listener: new Listener() })).toThrow(/^listener .* is an instance of Listener/);
    expect(() => fromFile({ grants: new Map() })).toThrow(/^grants .* is an instance of Map/);
  });

  test('[SEC-58] what every object inherits is no setting, whatever its name', () => {
    for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty']) {
      const problems = problemsOf(() => fromFile(JSON.parse(`{"listener":{"${name}":{"port":1}}}`)));
      expect(problems.map(({ key }) => key)).toEqual([`listener.${name}`]);
    }
    expect({}).not.toHaveProperty('port');
    // Also where an operator makes up the names.
    for (const key of ['grants', 'errorDescriptions', 'paths'])
      expect(
        problemsOf(() => fromFile(JSON.parse(`{"${key}":{"__proto__":{}}}`))),
        key,
      ).toMatchObject([{ key: `${key}.__proto__`, problem: 'is not a setting' }]);
  });

  test('[SEC-57] a hole in a list is refused', () => {
    // biome-ignore lint/suspicious/noSparseArray: the hole is what is tested
    expect(() => fromFile({ enabledGrants: ['password', , 'implicit'] })).toThrow(
      /^enabledGrants\.1 .* hole in a list/,
    );
  });

  test('two names of one setting that differ are refused', () => {
    const one = fromFile({ authorize: { ownerCookie: { name: 'A' } } });
    expect(one.config.login?.cookie?.name).toBe('A');
    const both = { authorize: { ownerCookie: { name: 'A' } }, login: { cookie: { name: 'B' } } };
    expect(() => fromFile(both)).toThrow(
      /^authorize\.ownerCookie\.name .* says something else than login\.cookie\.name/,
    );
  });
});

describe('settings of the reference system without effect', () => {
  const settings: [string, unknown][] = [
    ['[AX-169] name', { name: 'OAuth Access Token Cache' }],
    ['[AX-170] maxElementsOnDisk', { maxElementsOnDisk: 1000 }],
    ['[AX-171] eternal', { eternal: false }],
    ['[AX-172] overflowToDisk', { overflowToDisk: true }],
    ['[AX-172] persistToDisk', { persistToDisk: false }],
    ['[AX-173] timeToIdleSeconds', { timeToIdleSeconds: 0 }],
    ['[AX-173] timeToLiveSeconds', { timeToLiveSeconds: 120 }],
    ['[AX-174] diskExpirySeconds', { diskExpirySeconds: 120 }],
    ['[AX-174] diskSpoolBufferMB', { diskSpoolBufferMB: 30 }],
    ['[AX-175] eviction', { eviction: 'LFU' }],
  ];
  test.each(settings)('%s is taken and said to change nothing', (title, cache) => {
    const { warnings } = fromFile({ cache });
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain(`cache.${title.split(' ')[1]} (`);
    expect(warnings[0]).toContain('has no effect.');
  });

  test('[AX-170] the number of elements in memory is real', () => {
    const loaded = fromFile({ cache: { maxElementsInMemory: 5000 } });
    expect(loaded.warnings).toEqual([]);
    expect(loaded.config.cache?.maxElementsInMemory).toBe(5000);
  });
});
