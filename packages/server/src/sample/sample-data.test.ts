import { beforeAll, describe, expect, test } from 'vitest';
import { loadConfig } from '../config/load-config.ts';
import { resolveConfig } from '../config/resolve.ts';
import { cookieRecipes } from '../http/cookie-recipes.ts';
import { openWorld, SAMPLE_BASIC, type World } from '../world.test-support.ts';
import { SAMPLE_DATA, sampleLayer } from './sample-data.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});

const grant = (form: Readonly<Record<string, string>>): Promise<Response> =>
  world.post('/api/oauth/token', form, { Authorization: SAMPLE_BASIC });

describe('the sample data', () => {
  test('[AX-13] hold the registry administrator and the resource owner with its profile', async () => {
    const { owners } = await resolveConfig(loadConfig([sampleLayer('/')]));
    expect(owners.map(({ owner }) => owner)).toEqual([
      {
        subject: 'sampleuser',
        username: 'sampleuser',
        enabled: true,
        locked: false,
        claims: {
          role: 'resourceowner',
          given_name: 'Sample',
          family_name: 'User',
          email_verified: true,
          locale: 'en',
          gender: 'female',
          hd: 'apigateway.sample',
          picture: '/xlib/images/sampleuser.png',
        },
      },
      {
        subject: 'regadmin',
        username: 'regadmin',
        enabled: true,
        locked: false,
        claims: { role: 'admin', email: 'regadmin@apigateway.sample' },
      },
    ]);
  });

  test('[AX-13] both sign in with the published password, and with no other', async () => {
    for (const username of ['sampleuser', 'regadmin']) {
      expect((await grant({ grant_type: 'password', username, password: 'changeme' })).status).toBe(200);
      expect((await grant({ grant_type: 'password', username, password: 'changeMe' })).status).toBe(400);
    }
  });

  test('the confidential client may use every grant, without PKCE, with its three redirect URIs', async () => {
    const { clients } = await resolveConfig(loadConfig([sampleLayer('/')]));
    expect(clients.find(({ id }) => id === SAMPLE_DATA.client.id)).toMatchObject({
      type: 'confidential',
      requirePkce: false,
      grantTypes: ['authorization_code', 'implicit', 'password', 'client_credentials', 'refresh_token'],
      responseTypes: expect.arrayContaining(['code', 'token', 'id_token', 'code id_token token']),
      redirectUris: ['https://localhost/oauth_callback', 'http://127.0.0.1/callback', 'urn:ietf:wg:oauth:2.0:oob'],
      scopes: ['resource.READ', 'resource.WRITE'],
      defaultScopes: ['resource.READ', 'resource.WRITE'],
    });
    expect(clients.find(({ id }) => id === 'SamplePublicApp')).toMatchObject({ type: 'public', requirePkce: true });
    expect(clients.find(({ id }) => id === 'ClientConfidentialApp')?.corsOrigins).toEqual(['*']);
  });

  test('[AX-50] the owner’s cookie has the name of the reference system’s sample, and a configuration can change it', () => {
    const name = (...layers: Parameters<typeof loadConfig>[0]): string | undefined =>
      loadConfig(layers).config.login?.cookie?.name;
    const own = { values: { login: { cookie: { name: 'MINE' } } }, folder: '/', origin: () => 'file' };
    expect(name(sampleLayer('/'))).toBe('RESOURCEOWNERCOOKIE');
    expect(name(sampleLayer('/'), own)).toBe('MINE');
    expect(name()).toBe('VIDUSR');
  });

  test('[AX-234] server and demo client can share a host name: each cookie’s name is a setting', () => {
    const names = (owner: string, browser: string): readonly string[] => {
      const recipes = cookieRecipes({
        issuer: 'https://localhost:8089',
        owner: { name: owner },
        browser: { name: browser },
        chosen: { owner: true, browser: true },
      });
      return [recipes.owner.name, recipes.browser.name];
    };
    expect(new Set([...names('SERVEROWNER', 'SERVERTXN'), ...names('CLIENTOWNER', 'CLIENTTXN')]).size).toBe(4);
  });
});

describe('a code', () => {
  test('[AX-241] lives as long as the setting says, 20 seconds like the property of the reference system', async () => {
    const short = await openWorld({ authorize: { code: { ttlSeconds: 20 } } });
    expect(short.assembly.settings.authorize.code.ttlSeconds).toBe(20);
    expect(world.assembly.settings.authorize.code.ttlSeconds).toBe(600);
  });
});
