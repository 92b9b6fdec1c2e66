import { describe, expect, it } from 'vitest';
import { aClient, aRequest, aWorld, type World, type WorldOptions } from '../grants/world.test-support.ts';
import { parseForm } from '../oauth/form.ts';
import { everythingSaid, refusedLater } from '../oauth/refused.test-support.ts';
import { DEFAULT_LIMITS, DEFAULT_SETTINGS } from '../server/defaults.ts';
import { createMemoryStore, type MemoryStore } from '../store/memory-store.test-support.ts';
import { StoreError } from '../store/store-error.ts';
import { authenticateClient } from './authenticate-client.ts';
import type { Client } from './client.ts';
import { hashMachineSecret } from './secret-hash.ts';

const SECRET = 'p+q/r%s&t=é-6808d4b6';
const OLD = 'the-secret-before';

interface Presented {
  readonly authorization?: string;
  readonly body?: Readonly<Record<string, string>>;
  readonly where?: 'any' | 'header' | 'body';
  readonly from?: string;
}

const encoded = (text: string): string => new URLSearchParams({ x: text }).toString().slice(2);
const basic = (id: string, secret: string): string =>
  `Basic ${Buffer.from(`${encoded(id)}:${encoded(secret)}`).toString('base64')}`;
const rawBasic = (id: string, secret: string): string => `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;

interface Desk extends World {
  readonly memory: MemoryStore;
  readonly failures: Readonly<Record<string, unknown>>[];
  add(over: Partial<Client>): Client;
  try(presented: Presented): ReturnType<typeof authenticateClient>;
}

/** A confidential client `app`, a public one `spa`, and whoever asks to be let in. */
function aDesk(options: WorldOptions = {}): Desk {
  const memory = createMemoryStore();
  const world = aWorld({ store: memory, ...options });
  const failures: Desk['failures'] = [];
  world.context.runtime.events.on('client.authentication_failed', (event) => failures.push({ ...event }));
  const add = (over: Partial<Client>): Client => {
    const client = aClient({ secrets: [{ hash: hashMachineSecret(SECRET) }], ...over });
    world.clients.set(client.id, client);
    return client;
  };
  add({ id: 'app' });
  add({ id: 'spa', type: 'public', secrets: [], authMethods: ['none'] });
  return {
    ...world,
    memory,
    failures,
    add,
    try({ authorization, body = {}, from = '192.0.2.1', where = 'any' }) {
      const form = parseForm(new URLSearchParams(body).toString(), DEFAULT_LIMITS);
      const headers = new Headers(authorization === undefined ? {} : { authorization });
      return authenticateClient(world.context, aRequest({ headers, clientAddress: from }), form, where);
    },
  };
}

describe('a client that proves who it is', () => {
  it('[AX-56] by HTTP Basic', async () => {
    const desk = aDesk();
    const { client, method } = await desk.try({ authorization: basic('app', SECRET) });
    expect([client.id, method]).toEqual(['app', 'client_secret_basic']);
    expect(desk.failures).toEqual([]);
    expect((await desk.try({ authorization: basic('app', SECRET).replace('Basic', 'bASIC') })).client.id).toBe('app');
  });

  it('[AX-57] by client_id and client_secret in the body', async () => {
    const { client, method } = await aDesk().try({ body: { client_id: 'app', client_secret: SECRET } });
    expect([client.id, method]).toEqual(['app', 'client_secret_post']);
  });

  it('[AX-59] a public one by its name alone', async () => {
    const { client, method } = await aDesk().try({ body: { client_id: 'spa' } });
    expect([client.id, method]).toEqual(['spa', 'none']);
    expect((await aDesk().try({ authorization: basic('spa', '') })).method).toBe('none');
  });

  it('an equal client_id beside Basic only identifies', async () => {
    const desk = aDesk();
    expect((await desk.try({ authorization: basic('app', SECRET), body: { client_id: 'app' } })).client.id).toBe('app');
    const error = await refusedLater(() =>
      desk.try({ authorization: basic('app', SECRET), body: { client_id: 'spa' } }),
    );
    expect(error).toMatchObject({ code: 'invalid_request', status: 400 });
  });

  it('costs no store call and no count when it is right', async () => {
    const desk = aDesk();
    await desk.try({ authorization: basic('app', SECRET) });
    expect(desk.memory.calls).toEqual([]);
  });
});

describe('a client that does not', () => {
  it.each<[string, Presented, string | undefined]>([
    ['no credentials', {}, undefined],
    ['a confidential client without its secret', { body: { client_id: 'app' } }, undefined],
    ['a confidential client with an empty secret', { body: { client_id: 'app', client_secret: '' } }, undefined],
    ['a wrong secret in the body', { body: { client_id: 'app', client_secret: 'no' } }, undefined],
    ['a wrong secret in the header', { authorization: basic('app', 'no') }, 'Basic'],
    ['an empty secret in the header', { authorization: basic('app', '') }, 'Basic'],
    ['an unknown client', { authorization: basic('nobody', SECRET) }, 'Basic'],
    ['an unknown public client', { body: { client_id: 'nobody' } }, undefined],
    ['a secret without a client', { body: { client_secret: SECRET } }, undefined],
    ['a public client with a secret it does not have', { body: { client_id: 'spa', client_secret: 'x' } }, undefined],
    ['a public client with an assertion', { body: { client_id: 'spa', client_assertion: 'eyJ' } }, undefined],
    ['a lone type of assertion', { body: { client_id: 'spa', client_assertion_type: 'urn:x' } }, undefined],
    ['an assertion and no name', { body: { client_assertion: 'eyJ' } }, undefined],
    ['another scheme', { authorization: 'Bearer abc' }, 'Basic'],
    ['a client id in another case', { authorization: basic('APP', SECRET) }, 'Basic'],
  ])('[AX-66] %s: 401 invalid_client, with a challenge where the header was used', async (_, presented, challenge) => {
    const desk = aDesk();
    const error = await refusedLater(() => desk.try(presented));
    expect(error).toMatchObject({ code: 'invalid_client', status: 401, message: 'Client authentication failed' });
    expect(error.headers['WWW-Authenticate']?.split(' ')[0]).toBe(challenge);
    expect(desk.failures).toHaveLength(1);
    expect(everythingSaid(error) + JSON.stringify(desk.failures)).not.toContain(SECRET);
  });

  it.each([
    { Client_Id: 'app', CLIENT_SECRET: SECRET },
    { CLIENT_ID: 'app', client_secret: SECRET },
    { clientId: 'app', clientSecret: SECRET },
  ])('[AX-57] [SEC-82] sends %o, which are no credentials', async (body) => {
    expect(await refusedLater(() => aDesk().try({ body: body as Record<string, string> }))).toMatchObject({
      code: 'invalid_client',
      status: 401,
    });
  });

  it.each([
    ['header and body', { authorization: basic('app', SECRET), body: { client_id: 'app', client_secret: SECRET } }],
    ['header and a lone secret', { authorization: basic('app', SECRET), body: { client_secret: SECRET } }],
    ['header and assertion', { authorization: basic('app', SECRET), body: { client_assertion: 'eyJ' } }],
    ['secret and assertion', { body: { client_id: 'app', client_secret: SECRET, client_assertion: 'eyJ' } }],
  ])('uses two methods at once (%s): invalid_request, and neither is tried', async (_, presented) => {
    const desk = aDesk();
    expect(await refusedLater(() => desk.try(presented))).toMatchObject({ code: 'invalid_request', status: 400 });
    expect(desk.failures).toEqual([]);
  });

  it.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])('[SEC-61] is called %s: unknown', async (id) => {
    expect((await refusedLater(() => aDesk().try({ authorization: basic(id, SECRET) }))).code).toBe('invalid_client');
  });

  it('[AX-60] is disabled: refused as if its secret were wrong', async () => {
    const desk = aDesk();
    desk.add({ id: 'app', enabled: false });
    const disabled = await refusedLater(() => desk.try({ authorization: basic('app', SECRET) }));
    const wrong = await refusedLater(() => aDesk().try({ authorization: basic('app', 'no') }));
    expect([disabled.code, disabled.status, disabled.message, disabled.headers]).toEqual([
      wrong.code,
      wrong.status,
      wrong.message,
      wrong.headers,
    ]);
    desk.add({ id: 'spa', type: 'public', secrets: [], authMethods: ['none'], enabled: false });
    expect((await refusedLater(() => desk.try({ body: { client_id: 'spa' } }))).code).toBe('invalid_client');
  });

  it('[SEC-90] is not blamed for a directory that does not answer', async () => {
    const desk = aDesk();
    const down = { ...desk.context, clients: { find: () => Promise.reject(new StoreError('unavailable', 'down')) } };
    const headers = new Headers({ authorization: basic('app', SECRET) });
    const run = authenticateClient(down, aRequest({ headers }), parseForm('', DEFAULT_LIMITS), 'any');
    await expect(run).rejects.toMatchObject({ name: 'StoreError', kind: 'unavailable' });
    expect(desk.failures).toEqual([]);
  });
});

describe('what a registration and the settings allow', () => {
  it.each([
    ['header', { authorization: basic('app', SECRET) }, true],
    ['header', { body: { client_id: 'app', client_secret: SECRET } }, false],
    ['header', { body: { client_id: 'spa' } }, true],
    ['body', { authorization: basic('app', SECRET) }, false],
    ['body', { body: { client_id: 'app', client_secret: SECRET } }, true],
    ['any', { authorization: basic('app', SECRET) }, true],
  ] as const)('[AX-58] credentials in the %s only: %o %s', async (where, presented, allowed) => {
    const run = () => aDesk().try({ ...presented, where });
    if (allowed) expect((await run()).client).toBeDefined();
    else
      expect(await refusedLater(run)).toMatchObject({
        code: 'invalid_client',
        failed: { check: 'client-auth-location' },
      });
  });

  it('only the methods of the registration', async () => {
    const desk = aDesk();
    desk.add({ id: 'app', authMethods: ['client_secret_post'] });
    expect((await refusedLater(() => desk.try({ authorization: basic('app', SECRET) }))).failed).toMatchObject({
      check: 'client-auth-method',
      expected: 'a proof by client_secret_post',
      got: 'client_secret_basic',
    });
    expect((await desk.try({ body: { client_id: 'app', client_secret: SECRET } })).client.id).toBe('app');
  });

  it('only the methods of the server', async () => {
    const clientAuthentication = {
      ...DEFAULT_SETTINGS.clientAuthentication,
      allowedMethods: ['client_secret_basic'] as const,
    };
    const desk = aDesk({ settings: { clientAuthentication } });
    expect((await refusedLater(() => desk.try({ body: { client_id: 'spa' } }))).failed.check).toBe(
      'client-auth-method',
    );
  });

  it('[AX-59] a confidential client always sends its secret, whatever methods its record lists', async () => {
    const desk = aDesk();
    desk.add({ id: 'app', authMethods: ['none', 'client_secret_basic', 'client_secret_post'] });
    expect((await refusedLater(() => desk.try({ body: { client_id: 'app' } }))).failed).toMatchObject({
      check: 'client-secret-present',
    });
  });

  it('where a client only names itself, the operator is told how it has to prove itself', async () => {
    const desk = aDesk();
    desk.add({ id: 'app', authMethods: ['tls_client_auth', 'private_key_jwt'] });
    expect((await refusedLater(() => desk.try({ body: { client_id: 'app' } }))).failed).toMatchObject({
      expected: 'a proof by tls_client_auth or private_key_jwt',
    });
  });

  it('[AX-59] a public client that has a secret sends the right one or none', async () => {
    const desk = aDesk();
    desk.add({ id: 'spa', type: 'public', authMethods: ['none', 'client_secret_basic', 'client_secret_post'] });
    expect((await desk.try({ body: { client_id: 'spa' } })).method).toBe('none');
    expect((await desk.try({ authorization: basic('spa', SECRET) })).method).toBe('client_secret_basic');
    expect((await refusedLater(() => desk.try({ authorization: basic('spa', 'no') }))).code).toBe('invalid_client');
  });

  it('two overlapping secrets, each until its end', async () => {
    const desk = aDesk();
    const secrets = [
      { hash: hashMachineSecret(SECRET) },
      { hash: hashMachineSecret(OLD), expiresAt: desk.time.now + 1000 },
    ];
    desk.add({ id: 'app', secrets });
    expect((await desk.try({ authorization: basic('app', SECRET) })).client.id).toBe('app');
    desk.time.now += 999;
    expect((await desk.try({ authorization: basic('app', OLD) })).client.id).toBe('app');
    desk.time.now += 1;
    expect((await refusedLater(() => desk.try({ authorization: basic('app', OLD) }))).code).toBe('invalid_client');
    expect((await desk.try({ authorization: basic('app', SECRET) })).client.id).toBe('app');
  });

  it('[SEC-53] rawBasic: the raw form or the encoded one, never both for one client', async () => {
    const desk = aDesk();
    desk.add({ id: 'raw', rawBasic: true });
    expect((await desk.try({ authorization: rawBasic('raw', SECRET) })).client.id).toBe('raw');
    expect((await refusedLater(() => desk.try({ authorization: basic('raw', SECRET) }))).code).toBe('invalid_client');
    expect((await refusedLater(() => desk.try({ authorization: rawBasic('app', SECRET) }))).code).toBe(
      'invalid_client',
    );
    expect((await desk.try({ authorization: basic('app', SECRET) })).client.id).toBe('app');
  });

  it('the examples of RFC 6749 2.3.1, unencoded ones refused', async () => {
    const desk = aDesk();
    desk.add({ id: 'a b:c', secrets: [{ hash: hashMachineSecret('p+q/r%s&t=é') }] });
    const right = 'Basic YStiJTNBYzpwJTJCcSUyRnIlMjVzJTI2dCUzRCVDMyVBOQ==';
    expect((await desk.try({ authorization: right })).client.id).toBe('a b:c');
    expect(await refusedLater(() => desk.try({ authorization: 'Basic YSBiOmM6cCtxL3IlcyZ0PcOp' }))).toMatchObject({
      code: 'invalid_client',
      status: 401,
    });
  });
});

describe('limits', () => {
  const { authorization, clientId, clientSecret } = DEFAULT_LIMITS;

  it('[SEC-43] ids and secrets up to their limit are looked at, longer ones are refused unread', async () => {
    const desk = aDesk();
    const id = 'i'.repeat(clientId);
    const secret = 's'.repeat(clientSecret);
    desk.add({ id, secrets: [{ hash: hashMachineSecret(secret) }] });
    let looked = 0;
    const clients = {
      find: (wanted: string) => (looked++ === 0 ? desk.context.clients.find(wanted) : Promise.resolve(undefined)),
    };
    const run = (body: Record<string, string>, header?: string) =>
      authenticateClient(
        { ...desk.context, clients },
        aRequest({ headers: new Headers(header ? { authorization: header } : {}) }),
        parseForm(new URLSearchParams(body).toString(), DEFAULT_LIMITS),
        'any',
      );
    expect((await run({ client_id: id, client_secret: secret })).client.id).toBe(id);
    expect(looked).toBe(1);
    for (const [body, header] of [
      [{ client_id: `${id}i`, client_secret: secret }],
      [{ client_id: id, client_secret: `${secret}s` }],
      [{ client_id: `${id}i` }],
      [{}, basic(`${id}i`, secret)],
      [{}, basic(id, `${secret}s`)],
      [{}, `Basic ${'A'.repeat(authorization)}`],
    ] as const)
      expect(await refusedLater(() => run(body, header))).toMatchObject({ code: 'invalid_request', status: 400 });
    expect(looked).toBe(1);
  });

  const fail = (desk: Desk, from: string, id = 'app') =>
    refusedLater(() => desk.try({ authorization: basic(id, 'no'), from }));

  it('too many failures of a client from a network: 429 and Retry-After, the right secret included', async () => {
    const desk = aDesk();
    const { failures, lockSeconds } = desk.context.settings.clientAuthentication.failures;
    for (let i = 0; i < failures; i++) expect((await fail(desk, '192.0.2.1')).status).toBe(401);
    expect(await fail(desk, '192.0.2.1')).toMatchObject({
      code: 'temporarily_unavailable',
      status: 429,
      headers: { 'Retry-After': String(lockSeconds) },
    });
    const right = { authorization: basic('app', SECRET) };
    expect((await refusedLater(() => desk.try(right))).status).toBe(429);
    // Neither another network nor another client is shut out with it.
    expect((await desk.try({ ...right, from: '198.51.100.7' })).client.id).toBe('app');
    expect((await desk.try({ body: { client_id: 'spa' } })).client.id).toBe('spa');
    desk.time.now += lockSeconds * 1000;
    expect((await desk.try(right)).client.id).toBe('app');
  });

  it('[SEC-44] addresses of one /64 share the count, those of another do not', async () => {
    const desk = aDesk();
    const { failures } = desk.context.settings.clientAuthentication.failures;
    for (let i = 0; i < failures; i++) await fail(desk, `2001:db8:1:2::${i.toString(16)}`);
    expect((await fail(desk, '2001:db8:1:2:ffff::1')).status).toBe(429);
    expect((await fail(desk, '2001:db8:1:3::1')).status).toBe(401);
  });

  it('[SEC-45] unknown, wrong and disabled clients fill their counts alike', async () => {
    const desk = aDesk();
    desk.add({ id: 'off', enabled: false });
    const { failures } = desk.context.settings.clientAuthentication.failures;
    for (const id of ['app', 'off', 'nobody']) {
      for (let i = 0; i < failures; i++) expect((await fail(desk, '192.0.2.1', id)).status).toBe(401);
      expect((await fail(desk, '192.0.2.1', id)).status).toBe(429);
    }
  });

  it('counts under keys that tell neither client nor address', async () => {
    const store = createMemoryStore();
    const counted: unknown[] = [];
    const count: typeof store.count = (...call) => {
      counted.push(call);
      return store.count(...call);
    };
    await fail(aDesk({ store: { ...store, count } }), '192.0.2.1');
    expect(counted).toHaveLength(1);
    expect(JSON.stringify(counted)).not.toMatch(/192\.0\.2|"app"/);
  });
});
