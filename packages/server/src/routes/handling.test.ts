import { describe, expect, test } from 'vitest';
import { openWorld } from '../world.test-support.ts';

const CLIENT = { grant_type: 'client_credentials' };

describe('[AX-8] hooks around a path', () => {
  test('run from the global one to the path’s and back, and may answer and replace', async () => {
    const order: string[] = [];
    const hooked = await openWorld({
      hooks: {
        request: ({ path }) => {
          order.push(`request ${path}`);
          return path === '/health/live' ? new Response('stopped', { status: 418 }) : undefined;
        },
        response: (_, response) => {
          order.push('response');
          return response;
        },
      },
      paths: {
        '/health': {
          request: () => {
            order.push('own request');
            return undefined;
          },
          response: (_, response) => {
            order.push('own response');
            return new Response('replaced', { status: response.status });
          },
        },
      },
    });
    const replaced = await hooked.app.request('/health');
    expect(await replaced.text()).toBe('replaced');
    expect(order).toEqual(['request /health', 'own request', 'own response', 'response']);
    expect((await hooked.app.request('/health/live')).status).toBe(418);
  });

  test('[AX-7] an endpoint of one path can be replaced', async () => {
    const replaced = await openWorld({
      paths: { '/api/oauth/token': { handler: async () => ({ kind: 'empty', status: 202 }) } },
    });
    expect((await replaced.post('/api/oauth/token', CLIENT)).status).toBe(202);
    expect((await replaced.post('/api/oauth/revoke', CLIENT)).status).toBe(401);
  });

  test('one that throws is a server error, without a word of it to the client', async () => {
    const failing = await openWorld({
      hooks: {
        request: () => {
          throw new Error('database password is hunter2');
        },
      },
    });
    const response = await failing.app.request('/health');
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain('hunter2');
    expect(failing.lines.join('')).toContain('A request failed.');
  });
});

test('[SEC-90] a store that does not answer is 503 with Retry-After where no endpoint of OAuth is asked, too', async () => {
  const world = await openWorld();
  await world.assembly.server.close();
  const cookie = `RESOURCEOWNERCOOKIE=${'a'.repeat(22)}.${'b'.repeat(22)}`;
  for (const [path, says] of [
    ['/oauth/login', '"error":"temporarily_unavailable"'],
    ['/oauth/logout', 'The server cannot answer now; try again later.'],
  ] as const) {
    const response = await world.app.request(path, { headers: { cookie } });
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('1');
    expect(await response.text()).toContain(says);
  }
});
