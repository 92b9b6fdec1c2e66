// An app of one's own with the authorization server under /auth, and one route that asks for its access tokens.
//
//   node examples/mount-in-hono/server.ts
//   curl -u my-app:a-secret-of-my-app -d grant_type=client_credentials http://localhost:3000/auth/api/oauth/token
//   curl -H 'Authorization: Bearer <access_token>' http://localhost:3000/orders
import { randomBytes, randomUUID } from 'node:crypto';
import {
  createAuthorizationServer,
  createConfigClients,
  DEFAULT_LIMITS,
  DEFAULT_RESOURCE,
  hashSlowly,
  systemEntropy,
} from '@gatehouse/core';
import { createApp, createMetadataApp, createOwnerDirectory } from '@gatehouse/server';
import { createCacheStore } from '@gatehouse/store-cache';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';

const port = Number(process.env['PORT'] ?? 3000);

const server = createAuthorizationServer({
  // The issuer's path is where the app is mounted.
  settings: { issuer: `http://localhost:${port}/auth` },
  store: createCacheStore(),
  // In production: one that outlives the process, from `gatehouse secret`.
  secrets: [randomBytes(32).toString('base64url')],
  clients: createConfigClients([
    {
      id: 'my-app',
      secret: 'a-secret-of-my-app',
      grantTypes: ['authorization_code', 'refresh_token', 'client_credentials'],
      redirectUris: ['http://127.0.0.1/callback'],
      scopes: ['orders.read', 'orders.write'],
      defaultScopes: ['orders.read'],
    },
  ]),
  owners: createOwnerDirectory(
    [
      {
        owner: { subject: '1', username: 'ann', enabled: true, locked: false, claims: {} },
        passwordHash: await hashSlowly('a-password-of-ann', systemEntropy(), DEFAULT_LIMITS),
      },
    ],
    DEFAULT_LIMITS,
  ),
});
await server.open();

const app = new Hono();
app.get('/', (c) => c.text('My own app. Its authorization server is at /auth/'));
app.route('/auth', createApp(server));
app.route('/', createMetadataApp(server));

app.get('/orders', async (c) => {
  const decision = await server.validateAccessToken(
    { method: c.req.method, url: new URL(c.req.url), headers: c.req.raw.headers, body: '', traceId: randomUUID() },
    { ...DEFAULT_RESOURCE, realm: 'orders', scopes: { match: 'any', list: ['orders.read'] } },
  );
  if (decision.kind === 'refused') return new Response(null, { status: decision.status, headers: decision.headers });
  return c.json({ client: decision.client.id, owner: decision.subject, orders: ['one', 'two'] });
});

const running = serve({ fetch: app.fetch, port, hostname: '127.0.0.1' }, () =>
  console.log(`http://localhost:${port}, with its authorization server at http://localhost:${port}/auth/`),
);

process.once('SIGTERM', () => {
  running.close(() => void server.close());
});
