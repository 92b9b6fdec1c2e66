import { type Client, StoreError, systemClock } from '@gatehouse/core';
import { beforeAll, describe, expect, test } from 'vitest';
import { openWorld, type World } from '../world.test-support.ts';

import { corsOfClients } from './cors.ts';

const CLIENT = { grant_type: 'client_credentials' };

describe('scripts of other origins', () => {
  const ORIGIN = 'https://app.example';
  let cors: World;
  beforeAll(async () => {
    cors = await openWorld({
      clients: [
        {
          id: 'with',
          secrets: 's'.repeat(20),
          grantTypes: ['client_credentials'],
          scopes: ['a'],
          defaultScopes: ['a'],
          corsOrigins: [ORIGIN],
        },
        {
          id: 'without',
          secrets: 's'.repeat(20),
          grantTypes: ['client_credentials'],
          scopes: ['a'],
          defaultScopes: ['a'],
        },
      ],
    });
  });
  const token = (id: string, origin: string): Promise<Response> =>
    cors.post('/api/oauth/token', { ...CLIENT, client_id: id, client_secret: 's'.repeat(20) }, { Origin: origin });
  const allowed = (response: Response): string | null => response.headers.get('access-control-allow-origin');

  test('read the answers of a client that registered their origin, refusals included', async () => {
    expect(allowed(await token('with', ORIGIN))).toBe(ORIGIN);
    const refused = await cors.post('/api/oauth/token', { client_id: 'with' }, { Origin: ORIGIN });
    expect(refused.status).toBe(400);
    expect(allowed(refused)).toBe(ORIGIN);
    const basic = `Basic ${btoa(`with:${'s'.repeat(20)}`)}`;
    expect(
      allowed(await cors.post('/api/oauth/revoke', { token: 'x' }, { Origin: ORIGIN, Authorization: basic })),
    ).toBe(ORIGIN);
  });

  test('of another origin, or of a client that registered none, read nothing', async () => {
    expect(allowed(await token('with', 'https://evil.example'))).toBeNull();
    expect(allowed(await token('without', ORIGIN))).toBeNull();
    expect((await token('without', ORIGIN)).headers.get('vary')).toBe('Origin');
  });

  test('[SEC-90] read nothing while clients cannot be looked up, and the answer is what it was', async () => {
    const find = (): Promise<never> => Promise.reject(new StoreError('unavailable', 'down'));
    const policy = corsOfClients({ directory: { find }, listed: () => [], clock: systemClock, listSeconds: 1 });
    expect(await policy.mayRead(ORIGIN, 'with')).toBe(false);
  });

  test('[SEC-59] of the origin null read nothing, at any endpoint', async () => {
    const any = await openWorld({
      clients: [
        {
          id: 'any',
          secrets: 's'.repeat(20),
          grantTypes: ['client_credentials'],
          corsOrigins: ['*'],
          redirectUris: ['com.example.app:/cb'],
        },
      ],
    });
    for (const path of ['token', 'revoke', 'introspect', 'tokeninfo', 'authorize', 'protected'])
      for (const method of ['POST', 'OPTIONS', 'GET']) {
        const body = method === 'POST' ? 'client_id=any' : null;
        const headers = { Origin: 'null', 'Content-Type': 'application/x-www-form-urlencoded' };
        expect(allowed(await any.app.request(`/api/oauth/${path}`, { method, headers, body }))).toBeNull();
      }
  });

  test('ask first, and are told by their origin', async () => {
    const ask = (origin: string, path = '/api/oauth/token'): Promise<Response> =>
      Promise.resolve(
        cors.app.request(path, {
          method: 'OPTIONS',
          headers: { Origin: origin, 'Access-Control-Request-Method': 'POST' },
        }),
      );
    const yes = await ask(ORIGIN);
    expect(yes.status).toBe(204);
    expect(allowed(yes)).toBe(ORIGIN);
    expect(yes.headers.get('access-control-allow-headers')).toContain('Authorization');
    expect(allowed(await ask('https://evil.example'))).toBeNull();
    expect((await ask(ORIGIN, '/api/oauth/authorize')).status).toBe(405);
  });
});

describe('the list of origins', () => {
  test('is read once in its time, however often somebody asks, and again after a failure', async () => {
    let now = 0;
    let reads = 0;
    const client = { enabled: true, corsOrigins: ['https://app.example'] } as unknown as Client;
    const cors = corsOfClients({
      directory: { find: () => Promise.resolve(undefined) },
      listed: () => {
        reads++;
        if (reads === 3) throw new Error('the store is away');
        return [client];
      },
      clock: { now: () => now },
      listSeconds: 5,
    });
    for (let i = 0; i < 100; i++) expect(await cors.mayCall('https://app.example')).toBe(true);
    expect(reads).toBe(1);
    now = 5_000;
    await cors.mayCall('https://evil.example');
    expect(reads).toBe(2);
    now = 10_000;
    await expect(cors.mayCall('https://app.example')).rejects.toThrow('away');
    expect(await cors.mayCall('https://app.example')).toBe(true);
  });
});
