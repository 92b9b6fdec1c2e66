import { beforeAll, describe, expect, test } from 'vitest';
import { createApp } from './app.ts';
import { openWorld, SAMPLE_BASIC, type World } from './world.test-support.ts';

const CLIENT = { grant_type: 'client_credentials' };

let world: World;
beforeAll(async () => {
  world = await openWorld();
});

const json = async (response: Response): Promise<Record<string, unknown>> =>
  (await response.json()) as Record<string, unknown>;

describe('the endpoints', () => {
  test('[AX-53] [AX-56] [AX-61] [AX-62] the token endpoint gives a token, not to be stored', async () => {
    const response = await world.post('/api/oauth/token', CLIENT, { Authorization: SAMPLE_BASIC });
    expect(response.status).toBe(200);
    expect(await json(response)).toMatchObject({ token_type: 'Bearer', scope: 'resource.READ resource.WRITE' });
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('pragma')).toBe('no-cache');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  });

  test('[AX-63] the format is the one that was asked for', async () => {
    const xml = await world.post('/api/oauth/token', { ...CLIENT, format: 'xml' }, { Authorization: SAMPLE_BASIC });
    expect(xml.headers.get('content-type')).toContain('application/xml');
    expect(await xml.text()).toContain('<access_token>gA1');
    const form = await world.post(
      '/api/oauth/token',
      { ...CLIENT, format: 'urlencoded' },
      { Authorization: SAMPLE_BASIC },
    );
    expect(new URLSearchParams(await form.text()).get('access_token')).toMatch(/^gA1/);
  });

  test('[AX-123] [AX-131] the protected resource says its success and its five errors', async () => {
    const issued = await json(await world.post('/api/oauth/token', CLIENT, { Authorization: SAMPLE_BASIC }));
    const good = await world.app.request('/api/oauth/protected', {
      headers: { Authorization: `Bearer ${String(issued['access_token'])}` },
    });
    expect(await good.text()).toBe("<html>Congrats! You've hit an OAuth protected resource</html>");
    expect(good.headers.get('content-type')).toMatch(/^text\/html/);
    const missing = await world.app.request('/api/oauth/protected');
    expect(missing.status).toBe(400);
    expect(missing.headers.get('www-authenticate')).toContain('Unable to find token in the message.');
    expect(await missing.text()).toBe('');
  });

  test('[AX-116] [SEC-76] GET of tokeninfo is refused with 405, and nothing of its URL is logged', async () => {
    const response = await world.app.request('/api/oauth/tokeninfo?access_token=gA1secretsecretsecretsecret');
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('POST');
    expect(world.lines.join('')).not.toContain('secretsecret');
  });

  const methods: [string, string, string][] = [
    ['GET', '/api/oauth/token', 'POST, OPTIONS'],
    ['PUT', '/api/oauth/revoke', 'POST, OPTIONS'],
    ['DELETE', '/api/oauth/introspect', 'POST'],
    ['HEAD', '/api/oauth/authorize', 'GET, POST'],
    ['POST', '/health', 'GET'],
    ['POST', '/.well-known/oauth-authorization-server', 'GET'],
    ['PATCH', '/oauth/login', 'GET, POST'],
  ];
  test.each(methods)('%s of %s is answered 405 with what it takes', async (method, path, allow) => {
    const response = await world.app.request(path, { method });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe(allow);
  });

  test('HEAD is GET without its body', async () => {
    for (const path of ['/health', '/', '/.well-known/oauth-authorization-server']) {
      const response = await world.app.request(path, { method: 'HEAD' });
      expect(response.status).toBe(200);
      expect(await response.text()).toBe('');
    }
  });

  test('the metadata are for everybody', async () => {
    const response = await world.app.request('/.well-known/oauth-authorization-server');
    expect(await json(response)).toMatchObject({
      issuer: 'http://localhost:8089',
      token_endpoint: 'http://localhost:8089/api/oauth/token',
      authorization_response_iss_parameter_supported: true,
    });
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
  });

  test('health says the store and its capabilities; live and ready say less', async () => {
    expect(await json(await world.app.request('/health'))).toMatchObject({
      status: 'ok',
      store: { name: 'cache', answers: true, capabilities: { durable: false } },
    });
    expect(await json(await world.app.request('/health/live'))).toEqual({ status: 'live' });
    expect(await json(await world.app.request('/health/ready'))).toEqual({ status: 'ready' });
  });

  test('what is not there is a page for a person and JSON for a program', async () => {
    const page = await world.app.request('/nothing', { headers: { Accept: 'text/html,*/*' } });
    expect(page.status).toBe(404);
    expect(page.headers.get('content-type')).toMatch(/^text\/html/);
    const data = await world.app.request('/nothing', { headers: { Accept: 'application/json' } });
    expect(data.status).toBe(404);
    expect(await json(data)).toMatchObject({ error: 'invalid_request' });
  });

  test('what no path can be is not there either', async () => {
    const paths = [
      '/%zz',
      '/xlib/%zz',
      '/api/oauth/application/image/%zz',
      '/api/oauth/token/',
      '/..%2fetc/passwd',
      '/%00',
      '/a'.repeat(3_000),
    ];
    for (const path of paths) expect((await world.app.request(path)).status, path.slice(0, 40)).toBe(404);
  });

  test('[SEC-61] a name that every object inherits is no route and no file', async () => {
    for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty'])
      expect((await world.app.request(`/${name}`)).status).toBe(404);
  });
});

describe('every answer', () => {
  test('has a trace id of its own, which is in the log', async () => {
    const before = world.lines.length;
    const ids = new Set<string | null>();
    for (const path of ['/health', '/nothing', '/', '/api/oauth/authorize']) {
      const response = await world.app.request(path);
      const id = response.headers.get('x-trace-id');
      expect(id).toMatch(/^[0-9a-f]{32}$/);
      ids.add(id);
    }
    expect(ids.size).toBe(4);
    const logged = world
      .records()
      .slice(before)
      .map((record) => record['traceId']);
    expect(new Set(logged)).toEqual(ids);
  });

  test('an operator sees why: check, expected and got under the trace id, in one line', async () => {
    const response = await world.post(
      '/api/oauth/token',
      { ...CLIENT, scope: 'unknown.scope' },
      { Authorization: SAMPLE_BASIC },
    );
    expect(response.status).toBe(400);
    const id = response.headers.get('x-trace-id');
    const lines = world.records().filter((record) => record['traceId'] === id);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({
      level: 'info',
      method: 'POST',
      path: '/api/oauth/token',
      status: 400,
      'request.refused': { error: 'invalid_scope', clientId: 'SampleConfidentialApp', check: expect.any(String) },
    });
  });

  test('[SEC-140] outside text makes no second line', async () => {
    const before = world.lines.length;
    const name = 'evil\r\n{"level":"info"}\u2028\u202e\u001b[2J';
    await world.post('/api/oauth/token', { ...CLIENT, client_id: name, client_secret: name });
    await world.app.request(`/${encodeURIComponent(name)}`);
    const added = world.lines.slice(before);
    expect(added).toHaveLength(2);
    for (const line of added) expect(line).toMatch(/^[\x20-\x7e]*\n$/);
  });
});

describe('bodies', () => {
  const form = 'application/x-www-form-urlencoded';
  const post = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}): Promise<Response> =>
    Promise.resolve(
      world.app.request('/api/oauth/token', { method: 'POST', body, headers: { 'Content-Type': form, ...headers } }),
    );

  test('[SEC-43] at the limit go on, one byte past it are answered 413', async () => {
    const start = 'grant_type=client_credentials&x=';
    const at = await post(start + 'a'.repeat(65_536 - start.length), { Authorization: SAMPLE_BASIC });
    expect(at.status).not.toBe(413);
    const past = await post(start + 'a'.repeat(65_537 - start.length), { Authorization: SAMPLE_BASIC });
    expect(past.status).toBe(413);
    expect(await json(past)).toMatchObject({ error: 'invalid_request' });
  });

  test('that are not UTF-8 are refused, and an error page is shown where a person looks', async () => {
    const bytes = new Uint8Array([0x61, 0x3d, 0xff, 0xfe]);
    const data = await post(bytes);
    expect(data.status).toBe(400);
    expect(await json(data)).toMatchObject({ error: 'invalid_request', error_description: 'The body is not UTF-8.' });
    const page = await world.app.request('/oauth/login', {
      method: 'POST',
      body: bytes,
      headers: { 'Content-Type': form },
    });
    expect(page.status).toBe(400);
    expect(page.headers.get('content-type')).toMatch(/^text\/html/);
    expect(page.headers.get('x-frame-options')).toBe('DENY');
  });
});

test.each([
  ['de', undefined, 'de'],
  ['fr de', 'en', 'de'],
  ['', 'de', 'de'],
  ['xx <b> %', 'de', 'de'],
  ['xx '.repeat(30), 'de', 'de'],
])('a page is in the language that the client asks for before the browser’s: %j, %j', async (asked, sent, language) => {
  const query = new URLSearchParams({ client_id: 'x', ui_locales: asked });
  const page = await world.app.request(`/api/oauth/authorize?${query}`, {
    headers: sent === undefined ? {} : { 'Accept-Language': sent },
  });
  expect(page.headers.get('content-language')).toBe(language);
});

describe('behind a proxy', () => {
  test('what came over plain HTTP is refused where the issuer is https', async () => {
    const behind = await openWorld({
      issuer: 'https://as.example',
      secrets: 'x'.repeat(32),
      listener: { trustedHops: 1 },
    });
    const plain = await behind.app.request('/health', { headers: { 'X-Forwarded-Proto': 'http' } });
    expect(plain.status).toBe(403);
    expect((await behind.app.request('/health', { headers: { 'X-Forwarded-Proto': 'https' } })).status).toBe(200);
    expect((await behind.app.request('/health')).status).toBe(200);
  });

  test('[SEC-130] no header moves the issuer, whatever the hops', async () => {
    for (const trustedHops of [0, 1]) {
      const behind = await openWorld({
        issuer: 'https://as.example',
        secrets: 'x'.repeat(32),
        listener: { trustedHops },
      });
      const headers = {
        'X-Forwarded-Host': 'evil.example',
        'X-Forwarded-Prefix': '/evil',
        'X-Forwarded-Proto': 'https',
        Forwarded: 'host=evil.example',
      };
      const metadata = await behind.app.request('http://evil.example/.well-known/oauth-authorization-server', {
        headers,
      });
      expect(await metadata.text()).not.toContain('evil');
      const page = await behind.app.request('http://evil.example/api/oauth/authorize?client_id=x', { headers });
      expect(await page.text()).not.toContain('evil');
      expect(page.headers.get('set-cookie') ?? '').not.toContain('evil');
    }
  });
});

describe('[AX-233] the logo of an application', () => {
  const PNG = `data:image/png;base64,${btoa('\x89PNG')}`;

  test('is served as the picture that was registered, and of unknown clients there is none', async () => {
    const client = { secrets: 's'.repeat(20), scopes: [] };
    const pictures = await openWorld({
      clients: [
        { ...client, id: 'with', logo: PNG },
        { ...client, id: 'path', logo: '/xlib/logo.png' },
        { ...client, id: 'off', logo: PNG, enabled: false },
        { ...client, id: 'without' },
      ],
    });
    const at = (id: string): Promise<Response> =>
      Promise.resolve(pictures.app.request(`/api/oauth/application/image/${id}`));
    const picture = await at('with');
    expect(picture.headers.get('content-type')).toBe('image/png');
    expect(picture.headers.get('content-security-policy')).toContain('sandbox');
    expect(Buffer.from(await picture.arrayBuffer()).toString('latin1')).toBe('\x89PNG');
    expect((await at('path')).headers.get('location')).toBe('/xlib/logo.png');
    for (const id of ['off', 'without', 'unknown']) expect((await at(id)).status).toBe(404);
  });

  test('[SEC-134] is at no other host, whoever keeps the clients', async () => {
    const { app, server } = world.assembly;
    const sample = await server.context.clients.find('SampleConfidentialApp');
    const clients = {
      find: (logo: string) => Promise.resolve(sample && { ...sample, logo: Buffer.from(logo, 'hex').toString() }),
    };
    const own = createApp({ ...server, context: { ...server.context, clients } }, app);
    const at = (logo: string): Promise<Response> =>
      Promise.resolve(own.request(`/api/oauth/application/image/${Buffer.from(logo).toString('hex')}`));
    expect((await at('/logo.png')).headers.get('location')).toBe('/logo.png');
    for (const logo of [
      '//evil.example/x',
      '/\\evil.example/x',
      '/\t/evil.example/x',
      '\\\\evil.example',
      'https://evil',
    ])
      expect((await at(logo)).status, logo).toBe(404);
  });
});
