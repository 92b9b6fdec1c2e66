import { jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import {
  answerOf,
  CALLBACK,
  consentPage,
  type Fields,
  locationOf,
  loginPage,
  type Site,
} from '../authorize/browser.test-support.ts';
import { sealClientSecret } from '../client/sealed-secret.ts';
import { aClient, anOwner, NOON, type WorldOptions } from '../grants/world.test-support.ts';
import { endSession } from '../owner/session.ts';
import { DEFAULT_GRANTS, DEFAULT_SETTINGS, DEFAULT_TOKENS } from '../server/defaults.ts';
import { halfHash } from './half-hash.ts';
import { anOpenidSite, EC, ED, RSA, readIdToken } from './openid.test-support.ts';

const SCOPE = 'openid profile email read';
const redeem = (site: Site, code: string | undefined) =>
  site.token({ grant_type: 'authorization_code', code: code ?? '', redirect_uri: CALLBACK });

async function answered(site: Site, over: Fields = {}) {
  const answer = answerOf(await site.browser().toAnswer({ scope: SCOPE, nonce: 'n-1', prompt: 'consent', ...over }));
  const body = answer['code'] === undefined ? {} : (await redeem(site, answer['code'])).body;
  return { answer, body };
}

describe('[AX-145] [AX-151] [AX-23] the ID token of the code flow (OpenID Connect Core 3.1)', () => {
  it('[AX-148] says who signed in, when, for whom, and goes with its access token', async () => {
    const { answer, body } = await answered(anOpenidSite());
    expect(answer).not.toHaveProperty('id_token');
    const { claims, header } = await readIdToken(body['id_token']);
    expect(header).toEqual({ alg: 'RS256', typ: 'JWT', kid: RSA.kid });
    expect(claims).toEqual({
      iss: 'https://issuer.example',
      sub: 'ann',
      aud: 'app',
      iat: NOON / 1000,
      exp: NOON / 1000 + 60,
      auth_time: NOON / 1000,
      nonce: 'n-1',
      sid: expect.stringMatching(/^[\w-]{43}$/),
      at_hash: halfHash('RS256', String(body['access_token'])),
    });
  });

  it('[AX-152] is not there without openid, nor where the server has no key', async () => {
    const without = await answered(anOpenidSite(), { scope: 'read' });
    expect(without.body).toHaveProperty('access_token');
    expect(without.body).not.toHaveProperty('id_token');
    expect((await answered(anOpenidSite({ signingKeys: [] }))).body).not.toHaveProperty('id_token');
  });

  it('has an owner’s subject in ASCII, whatever it is (2)', async () => {
    const site = anOpenidSite();
    const subjectFor = async (subject: string): Promise<unknown> => {
      site.owners.clear();
      site.owners.set(subject, anOwner({ subject, username: 'ann' }));
      const { body } = await answered(site);
      return (await readIdToken(body['id_token'])).claims['sub'];
    };
    const hashed = await subjectFor('jörg');
    expect(hashed).toMatch(/^sha256:[\w-]{43}$/);
    expect(await subjectFor(String(hashed))).not.toBe(hashed);
    expect(await subjectFor('x'.repeat(256))).toHaveLength(50);
    expect(await subjectFor('j org')).toBe('j org');
  });

  it('has no nonce where the request had none, and none of another request', async () => {
    const { body } = await answered(anOpenidSite(), { nonce: undefined });
    expect((await readIdToken(body['id_token'])).claims).not.toHaveProperty('nonce');
  });

  it('is given once: a refresh brings tokens alone', async () => {
    const site = anOpenidSite();
    const { body } = await answered(site);
    const again = await site.token({ grant_type: 'refresh_token', refresh_token: String(body['refresh_token']) });
    expect(again.status).toBe(200);
    expect(again.body).not.toHaveProperty('id_token');
  });

  it('keeps the time of the sign-in, however late the code is redeemed', async () => {
    const site = anOpenidSite();
    const answer = answerOf(await site.browser().toAnswer({ scope: SCOPE }));
    site.time.now = NOON + 120_000;
    const { claims } = await readIdToken((await redeem(site, answer['code'])).body['id_token']);
    expect([claims['auth_time'], claims['iat']]).toEqual([NOON / 1000, NOON / 1000 + 120]);
  });

  it('[AX-146] [AX-147] [AX-151] [AX-148] follows its settings, which change nothing of the protocol', async () => {
    const claims = { Department: 'Sales', app_name: '${client.name}', sub: 'somebody', exp: '0', nonce: 'mine' };
    const idToken = {
      ttlSeconds: 300,
      subject: 'u:${authentication.subject.id}',
      issuer: 'https://other.example',
      claims,
    };
    const { body } = await answered(anOpenidSite({ settings: { idToken } }));
    expect((await readIdToken(body['id_token'])).claims).toMatchObject({
      iss: 'https://other.example',
      sub: 'u:ann',
      exp: NOON / 1000 + 300,
      nonce: 'n-1',
      Department: 'Sales',
      app_name: 'App',
    });
  });

  it('[SEC-96] has what the hook adds, but for what is the protocol’s', async () => {
    const seen: unknown[] = [];
    const site = anOpenidSite({
      hooks: {
        addClaims: ({ owner, scope, to }) => {
          seen.push([owner?.subject, scope, to]);
          return { roles: ['clerk'], aud: 'all', at_hash: 'x', auth_time: 1, sid: 's', toJSON: () => ({ sub: 'x' }) };
        },
      },
    });
    const { claims } = await readIdToken((await answered(site)).body['id_token']);
    expect(claims).toMatchObject({ roles: ['clerk'], aud: 'app', auth_time: NOON / 1000 });
    expect(seen).toEqual([['ann', SCOPE.split(' '), 'id_token']]);
  });
});

describe('[AX-149] the algorithm', () => {
  it('is that of the first key, or the one that the client has registered', async () => {
    const keys = [EC, RSA, ED];
    const site = anOpenidSite({ signingKeys: keys });
    const algorithmFor = async (idTokenSignedResponseAlg: string | null): Promise<unknown> => {
      site.clients.set('app', aClient({ ...site.clients.get('app'), idTokenSignedResponseAlg }));
      const { body } = await answered(site);
      const { claims, header } = await readIdToken(body['id_token'], keys);
      expect(claims['at_hash']).toBe(halfHash(String(header['alg']), String(body['access_token'])));
      return header['alg'];
    };
    expect(await algorithmFor(null)).toBe('ES256');
    expect(await algorithmFor('RS256')).toBe('RS256');
    expect(await algorithmFor('EdDSA')).toBe('EdDSA');
  });

  it('[AX-150] [SEC-143] may be an HMAC with the client’s own secret, of the length that the hash has', async () => {
    const site = anOpenidSite();
    const { secrets, runtime } = site.context;
    const secret = 'a secret of the client, forty-eight bytes in all';
    const sealed = sealClientSecret({ secrets, entropy: runtime.entropy }, 'app', secret);
    const hmac = (alg: string) =>
      aClient({ ...site.clients.get('app'), sealedSecrets: [{ sealed }], idTokenSignedResponseAlg: alg });
    site.clients.set('app', hmac('HS384'));
    const { body } = await answered(site);
    const { payload, protectedHeader } = await jwtVerify(String(body['id_token']), Buffer.from(secret), {
      currentDate: new Date(NOON),
    });
    expect([protectedHeader.alg, protectedHeader.kid, payload.aud]).toEqual(['HS384', undefined, 'app']);
    // 64 bytes are needed for that one.
    site.clients.set('app', hmac('HS512'));
    expect(answerOf(await site.browser().authorize({ scope: SCOPE }))).toMatchObject({ error: 'server_error' });
  });
});

describe('[AX-18] ID tokens of the authorization endpoint (OpenID Connect Core 3.2, 3.3)', () => {
  it.each([
    ['id_token', [], ['id_token']],
    ['id_token token', ['at_hash'], ['access_token', 'id_token']],
    ['token id_token', ['at_hash'], ['access_token', 'id_token']],
    ['code id_token', ['c_hash'], ['code', 'id_token']],
    ['code id_token token', ['at_hash', 'c_hash'], ['access_token', 'code', 'id_token']],
    ['code token', [], ['access_token', 'code']],
  ])('%s: in the fragment, with the hashes of what is beside it', async (responseType, hashes, members) => {
    const site = anOpenidSite();
    const { answer, body } = await answered(site, { response_type: responseType });
    const given = Object.keys(answer).filter((name) => ['code', 'access_token', 'id_token'].includes(name));
    expect(given.sort()).toEqual(members);
    expect(answer).toMatchObject({ state: 'xyz', iss: 'https://issuer.example' });
    expect(answer).not.toHaveProperty('refresh_token');
    if (answer['id_token'] !== undefined) {
      const { claims } = await readIdToken(answer['id_token']);
      expect(claims).toMatchObject({ sub: 'ann', aud: 'app', nonce: 'n-1', auth_time: NOON / 1000 });
      expect(Object.keys(claims).filter((name) => name.endsWith('_hash'))).toEqual(hashes);
      if (answer['access_token']) expect(claims['at_hash']).toBe(halfHash('RS256', answer['access_token']));
      if (answer['code']) expect(claims['c_hash']).toBe(halfHash('RS256', answer['code']));
    }
    // 3.3.3.6: the second ID token of a hybrid flow speaks of the same sign-in.
    if (answer['code'] !== undefined) {
      const { claims } = await readIdToken(body['id_token']);
      expect(claims).toMatchObject({ iss: 'https://issuer.example', sub: 'ann', aud: 'app', nonce: 'n-1' });
    }
  });

  it('an ID token alone holds what the scopes ask for, since nothing else would tell it (5.4)', async () => {
    const { answer } = await answered(anOpenidSite(), { response_type: 'id_token' });
    expect((await readIdToken(answer['id_token'])).claims).toMatchObject({
      name: 'Ann Lee',
      email: 'ann@example.com',
      preferred_username: 'ann',
    });
    const beside = await answered(anOpenidSite(), { response_type: 'id_token token' });
    expect((await readIdToken(beside.answer['id_token'])).claims).not.toHaveProperty('email');
  });

  it('[SEC-139] never in a query, whatever mode is asked for', async () => {
    for (const response_type of ['id_token', 'code id_token', 'code token', 'id_token token'])
      for (const [response_mode, check] of [['query', 'response-mode-supported']] as const) {
        const site = anOpenidSite();
        const answer = answerOf(
          await site.browser().authorize({ response_type, response_mode, scope: SCOPE, nonce: 'n' }),
        );
        expect(answer).toMatchObject({ error: 'invalid_request', iss: 'https://issuer.example', state: 'xyz' });
        expect(site.events.at(-1)?.event['check']).toBe(check);
      }
  });

  it('is refused without nonce, without openid, and to a client that has not registered it', async () => {
    const site = anOpenidSite();
    const asked = async (over: Fields) =>
      answerOf(await site.browser().authorize({ scope: SCOPE, nonce: 'n', ...over }));
    const response_type = 'code id_token';
    expect(await asked({ response_type, nonce: undefined })).toMatchObject({ error: 'invalid_request' });
    expect(await asked({ response_type, nonce: '' })).toMatchObject({ error: 'invalid_request' });
    expect(await asked({ response_type, scope: 'read' })).toMatchObject({ error: 'invalid_scope' });
    for (const strange of ['id_token id_token', 'code  id_token', 'id_token none', 'none', 'constructor'])
      expect(await asked({ response_type: strange })).toMatchObject({ error: 'unsupported_response_type' });
    site.clients.set('app', aClient({ ...site.clients.get('app'), responseTypes: ['code', 'token'] }));
    expect(await asked({ response_type })).toMatchObject({ error: 'unauthorized_client' });
    const mute = anOpenidSite({ signingKeys: [] });
    const answer = answerOf(await mute.browser().authorize({ response_type, scope: SCOPE, nonce: 'n' }));
    expect(answer).toMatchObject({ error: 'unsupported_response_type' });
  });

  it('is denied by an owner who does not allow openid', async () => {
    const browser = anOpenidSite().browser();
    for (const response_type of ['code', 'code id_token', 'code token']) {
      const page = await browser.toConsent({ response_type, scope: SCOPE, nonce: 'n' });
      const answer = answerOf(await browser.decide(page, { scope: ['read'] }));
      expect(answer).toMatchObject({ error: 'access_denied' });
    }
    const site = anOpenidSite({ signingKeys: [] });
    const visitor = site.browser();
    const page = await visitor.toConsent({ scope: SCOPE });
    expect(answerOf(await visitor.decide(page, { scope: ['read'] }))).toHaveProperty('code');
  });
});

describe('what a request may hold that this server does not read', () => {
  it.each(['{}', 'x', '[1]', '7', '{"id_token":{"constructor":null}}', '{"userinfo":"all"}'])(
    '[SEC-52] claims=%s is left alone, as the metadata says',
    async (claims) => {
      const { body } = await answered(anOpenidSite(), { claims });
      expect(Object.keys((await readIdToken(body['id_token'])).claims).sort()).toEqual([
        'at_hash',
        'aud',
        'auth_time',
        'exp',
        'iat',
        'iss',
        'nonce',
        'sid',
        'sub',
      ]);
    },
  );

  it('a request with openid must name its redirect_uri (3.1.2.1), but under compat axway', async () => {
    const asked = (options: WorldOptions, over: Fields) =>
      anOpenidSite(options)
        .browser()
        .authorize({ scope: SCOPE, redirect_uri: undefined, ...over });
    for (const response_type of ['code', 'id_token', 'code id_token'])
      expect(await asked({}, { response_type, nonce: 'n', response_mode: 'form_post' })).toMatchObject({
        kind: 'error_page',
        error: { failed: { check: 'redirect-uri-present' } },
      });
    loginPage(await asked({}, { scope: 'read' }));
    loginPage(await asked({ settings: { compat: 'axway' } }, {}));
    loginPage(await asked({ signingKeys: [] }, {}));
  });

  it('[SEC-69] [AX-156] an empty request object counts as none, and one that is there is refused', async () => {
    const ask = async (over: Fields) =>
      answerOf(
        await anOpenidSite()
          .browser()
          .toAnswer({ scope: SCOPE, ...over }),
      );
    expect(await ask({ request: '', request_uri: '' })).toHaveProperty('code');
    const asked = (over: Fields) =>
      anOpenidSite()
        .browser()
        .authorize({ scope: SCOPE, ...over });
    expect(answerOf(await asked({ request: 'x.y.z' }))).toMatchObject({ error: 'request_not_supported' });
    expect(answerOf(await asked({ request_uri: 'https://x.example' }))).toMatchObject({
      error: 'request_uri_not_supported',
    });
  });
});

describe('what keeps an ID token of the authorization endpoint back', () => {
  const asked = { scope: SCOPE, nonce: 'n' };
  const grantsAt = async (site: Site) =>
    (await site.store.list('grant', { client: 'app' }, { limit: 10 })).items.length;

  it.each(['id_token', 'code id_token', 'id_token token'])(
    'a veto, before anything is written: %s',
    async (response_type) => {
      const site = anOpenidSite({ hooks: { vetoIssue: () => 'not today' } });
      const answer = answerOf(await site.browser().toAnswer({ ...asked, response_type }));
      expect(answer).toMatchObject({ error: 'access_denied' });
      expect([answer['id_token'], await grantsAt(site)]).toEqual([undefined, 0]);
    },
  );

  it.each(['code', 'code token', 'id_token', 'code id_token'])(
    'a key that is not there any more, before anybody signs in: %s',
    async (response_type) => {
      const site = anOpenidSite();
      site.clients.set('app', aClient({ ...site.clients.get('app'), idTokenSignedResponseAlg: 'ES256' }));
      const authorize = (over: Fields) => site.browser().authorize({ ...asked, response_type, ...over });
      expect(answerOf(await authorize({}))).toMatchObject({ error: 'server_error', state: 'xyz' });
      // Where none is due, none is missed.
      expect(loginPage(await authorize({ response_type: 'token' }))).toBeDefined();
      expect(loginPage(await authorize({ response_type: 'code', scope: 'read' }))).toBeDefined();
    },
  );

  it('a key that is not there any more, where a hook chooses openid', async () => {
    const authorization = DEFAULT_GRANTS.get('authorization_code') ?? DEFAULT_TOKENS;
    const scopes = { ...authorization.scopes, source: 'hook' } as const;
    const grants = new Map(DEFAULT_GRANTS).set('authorization_code', { ...authorization, scopes });
    const site = anOpenidSite({ settings: { grants }, hooks: { chooseScopes: () => ['openid', 'read'] } });
    site.clients.set('app', aClient({ ...site.clients.get('app'), idTokenSignedResponseAlg: 'ES256' }));
    const browser = site.browser();
    const answer = await browser.follow(await browser.signIn(loginPage(await browser.authorize({ scope: 'read' }))));
    expect([answerOf(answer)['error'], await grantsAt(site)]).toEqual(['server_error', 0]);
  });

  it.each(['id_token', 'code id_token', 'id_token token'])(
    'a sign-out while it was made: %s',
    async (response_type) => {
      const site = anOpenidSite();
      const browser = site.browser();
      await browser.toAnswer(asked);
      const { write } = site.store;
      site.store.write = async (written) => {
        if (!written.add?.some(({ kind }) => kind === 'grant')) return write.call(site.store, written);
        const [session] = (await site.store.list('session', { subject: 'ann' }, { limit: 1 })).items;
        if (session?.state) await endSession(site.context, session.key, NOON);
        return write.call(site.store, written);
      };
      const answer = await browser.authorize({ ...asked, response_type });
      expect(locationOf(answer)).toMatch(/^\/api\/oauth\/authorize\?/);
      expect(loginPage(await browser.follow(answer))).toBeDefined();
    },
  );
});

it('metadata that is shown never takes the place of the code that goes out with it', async () => {
  const metadata = { code: 'EVIL', id_token: 'x' };
  const accessToken = { ...DEFAULT_TOKENS.accessToken, metadata };
  const grants = new Map(DEFAULT_GRANTS).set('implicit', {
    ...DEFAULT_TOKENS,
    accessToken,
    returnMetadata: ['code', 'id_token'],
  });
  const site = anOpenidSite({ settings: { grants } });
  const { answer } = await answered(site, { response_type: 'code id_token token' });
  expect(answer['code']).toMatch(/^gC1/);
  expect(answer['id_token']).toMatch(/^eyJ/);
});

describe('the hybrid flow is one grant (OpenID Connect Core 3.3)', () => {
  const HYBRID = { response_type: 'code id_token token', scope: SCOPE, nonce: 'n' };

  it('written at once, with code and access token', async () => {
    const site = anOpenidSite();
    const browser = site.browser();
    await browser.toAnswer(HYBRID);
    site.store.calls.length = 0;
    await browser.authorize(HYBRID);
    expect(site.store.calls.filter((call) => call.startsWith('write'))).toEqual(['write  grant,access_token']);
  });

  it('[AX-43] [AX-44] what is kept with a code is kept with that of a hybrid flow, too', async () => {
    const { authorize } = DEFAULT_SETTINGS;
    const code = { ...authorize.code, metadata: { By: '${client.id}' } };
    const grants = new Map(DEFAULT_GRANTS).set('authorization_code', { ...DEFAULT_TOKENS, returnMetadata: ['By'] });
    const site = anOpenidSite({ settings: { authorize: { ...authorize, code }, grants } });
    expect((await answered(site, HYBRID)).body['By']).toBe('app');
  });

  it('a code that comes twice ends the token that went out with it, too', async () => {
    const site = anOpenidSite();
    const answer = answerOf(await site.browser().toAnswer(HYBRID));
    const active = async (token: unknown) => (await site.introspect({ token: String(token) })).body['active'];
    const { body } = await redeem(site, answer['code']);
    expect([await active(answer['access_token']), await active(body['access_token'])]).toEqual([true, true]);
    expect((await redeem(site, answer['code'])).body['error']).toBe('invalid_grant');
    expect([await active(answer['access_token']), await active(body['access_token'])]).toEqual([false, false]);
  });

  it('the same page again gives the same code, and no code that was spent', async () => {
    const site = anOpenidSite();
    const browser = site.browser();
    const page = await browser.toConsent(HYBRID);
    const first = answerOf(await browser.decide(page));
    const second = answerOf(await browser.decide(page));
    expect(second['code']).toBe(first['code']);
    expect(second['access_token']).not.toBe(first['access_token']);
    expect((await redeem(site, first['code'])).status).toBe(200);
    expect((await browser.decide(page)).kind).toBe('redirect');
    expect(answerOf(await browser.decide(page))).not.toHaveProperty('code');
  });

  it('proves with PKCE, and refreshes, as a code alone does', async () => {
    const site = anOpenidSite();
    const challenge = { code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256' };
    const answer = answerOf(await site.browser().toAnswer({ ...HYBRID, ...challenge }));
    const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
    const form = { grant_type: 'authorization_code', code: answer['code'] ?? '', redirect_uri: CALLBACK };
    expect((await site.token(form)).body['error']).toBe('invalid_grant');
    const { body } = await site.token({ ...form, code_verifier: verifier });
    const refreshed = await site.token({ grant_type: 'refresh_token', refresh_token: String(body['refresh_token']) });
    expect(refreshed.status).toBe(200);
  });

  it('an ID token alone leaves a grant that gives nothing, and is the same decision when its page comes again', async () => {
    const site = anOpenidSite();
    const browser = site.browser();
    const page = await browser.toConsent({ ...HYBRID, response_type: 'id_token' });
    const first = answerOf(await browser.decide(page));
    expect(Object.keys(first).sort()).toEqual(['id_token', 'iss', 'state']);
    expect(answerOf(await browser.decide(page, { scope: ['openid'] }))['id_token']).toBe(first['id_token']);
    const { items } = await site.store.list('grant', { client: 'app' }, { limit: 10 });
    expect(items).toHaveLength(1);
    expect(consentPage(await browser.authorize({ ...HYBRID, prompt: 'consent' }))).toBeDefined();
  });
});
