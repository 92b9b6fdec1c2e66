import { describe, expect, it } from 'vitest';
import {
  type AssertionWorld,
  type AssertionWorldOptions,
  anAssertionWorld,
  ISSUER,
  idpJwt,
  NOW_SECONDS,
  ROBOT,
  robotClaims,
  robotJwt,
  TOKEN_ENDPOINT,
} from '../assertions/assertions.test-support.ts';
import { type Answer, APP_SECRET, type Call } from '../endpoints/front-door.test-support.ts';
import { JWT_BEARER } from '../grants/jwt-bearer.ts';
import { makeJwt } from '../jwt/jwt.test-support.ts';
import { systemEntropy } from '../runtime/entropy.ts';
import { DEFAULT_SETTINGS } from '../server/defaults.ts';
import { createServerSecrets } from '../server/secrets.ts';
import { openClientSecret, sealClientSecret } from './sealed-secret.ts';
import { validateClient } from './validate-client.ts';

const TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const INVALID_CLIENT = {
  status: 401,
  body: { error: 'invalid_client', error_description: 'Client authentication failed' },
};

function prove(
  world: AssertionWorld,
  client_assertion: string,
  form: Record<string, string> = {},
  call: Call = {},
): Promise<Answer> {
  const proof = { client_assertion_type: TYPE, client_assertion };
  return world.token({ grant_type: 'client_credentials', ...proof, ...form }, { basic: null, ...call });
}

describe('private_key_jwt', () => {
  it('proves a client at every endpoint that asks for it', async () => {
    const world = anAssertionWorld();
    const { body } = await prove(world, robotJwt());
    const token = String(body['access_token']);
    const proof = (): Record<string, string> => ({ client_assertion_type: TYPE, client_assertion: robotJwt(), token });
    expect(await world.introspect(proof(), { basic: null })).toMatchObject({ status: 200, body: { active: true } });
    expect(await world.revoke(proof(), { basic: null })).toMatchObject({ status: 200 });
    expect(await world.introspect(proof(), { basic: null })).toMatchObject({ body: { active: false } });
  });

  it.each([
    ['the token endpoint', TOKEN_ENDPOINT],
    ['the issuer with a slash', `${ISSUER}/`],
    ['the issuer in other letters', ISSUER.toUpperCase()],
    ['a list with the issuer alone', [ISSUER]],
    ['a list with the issuer', [ISSUER, 'https://other.example']],
    ['nobody', undefined],
  ])('[SEC-28] is for the issuer as one text, not for %s', async (_, aud) => {
    const world = anAssertionWorld();
    expect(await prove(world, robotJwt({ aud }))).toMatchObject(INVALID_CLIENT);
    expect(world.issued()).toBe(0);
  });

  it('[SEC-28] the switch for old clients takes exactly the token endpoint, as one text, and nothing else', async () => {
    const old = { robot: { assertionAudience: 'token_endpoint' } } as const;
    expect(await prove(anAssertionWorld(old), robotJwt({ aud: TOKEN_ENDPOINT }))).toMatchObject({ status: 200 });
    for (const aud of [ISSUER, [TOKEN_ENDPOINT], `${TOKEN_ENDPOINT}/`, `${TOKEN_ENDPOINT}?x`])
      expect(await prove(anAssertionWorld(old), robotJwt({ aud }))).toMatchObject(INVALID_CLIENT);
  });

  it.each([
    ['iss of another', { iss: 'app' }],
    ['iss of nobody', { iss: 'ghost' }],
    ['sub of another', { sub: 'app' }],
    ['sub of nobody', { sub: 'ghost' }],
    ['no iss', { iss: undefined }],
    ['no sub', { sub: undefined }],
    ['no exp', { exp: undefined }],
    ['no jti', { jti: undefined }],
    ['an empty jti', { jti: '' }],
    ['exp as text', { exp: String(NOW_SECONDS + 60) }],
    ['exp past the cap', { exp: NOW_SECONDS + 306 }],
    ['exp behind', { exp: NOW_SECONDS - 5 }],
    ['iat ahead', { iat: NOW_SECONDS + 6 }],
    ['nbf ahead', { nbf: NOW_SECONDS + 6 }],
  ])('[SEC-32] [SEC-62] is refused with %s', async (_, claims) => {
    const world = anAssertionWorld();
    expect(await prove(world, robotJwt(claims))).toMatchObject(INVALID_CLIENT);
    expect(world.issued()).toBe(0);
  });

  it('a client_id beside it names the same client', async () => {
    const world = anAssertionWorld();
    expect(await prove(world, robotJwt(), { client_id: 'robot' })).toMatchObject({ status: 200 });
    expect(await prove(world, robotJwt(), { client_id: 'app' })).toMatchObject({
      status: 400,
      body: { error: 'invalid_request' },
    });
  });

  it('is the one method of its request (RFC 6749 2.3)', async () => {
    const world = anAssertionWorld();
    for (const answer of [
      await prove(world, robotJwt(), {}, { basic: ['app', APP_SECRET] }),
      await prove(world, robotJwt(), { client_id: 'app', client_secret: APP_SECRET }),
    ])
      expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
    expect(world.issued()).toBe(0);
  });

  it.each([
    ['another type', { client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:saml2-bearer' }],
    ['no type', { client_assertion_type: '' }],
    ['no assertion', { client_assertion: '' }],
    ['no JWT', { client_assertion: 'x' }],
  ])('is refused with %s', async (_, form) => {
    const world = anAssertionWorld();
    expect(await prove(world, robotJwt(), form)).toMatchObject(INVALID_CLIENT);
  });

  it('is for clients that may use it, on a server that has it', async () => {
    expect(await prove(anAssertionWorld({ robot: { authMethods: ['client_secret_jwt'] } }), robotJwt())).toMatchObject(
      INVALID_CLIENT,
    );
    expect(await prove(anAssertionWorld({ robot: { enabled: false } }), robotJwt())).toMatchObject(INVALID_CLIENT);
    const { clientAuthentication } = DEFAULT_SETTINGS;
    const settings = {
      clientAuthentication: { ...clientAuthentication, allowedMethods: ['client_secret_basic'] },
    } as const;
    expect(await prove(anAssertionWorld({ settings }), robotJwt())).toMatchObject(INVALID_CLIENT);
  });

  it('the operator reads what failed, and no word of the assertion', async () => {
    const world = anAssertionWorld();
    const jwt = robotJwt({ aud: 'https://other.example' });
    await prove(world, jwt);
    const { event } = world.events.at(-1) ?? { event: {} };
    expect(event).toMatchObject({
      check: 'assertion-audience',
      expected: `${ISSUER}, as one text (assertionAudience: issuer)`,
      got: 'https://other.example',
    });
    for (const part of jwt.split('.')) expect(JSON.stringify(event)).not.toContain(part);
    await prove(world, robotJwt({ aud: [ISSUER] }));
    expect(world.events.at(-1)?.event).toMatchObject({ got: `a list: ${ISSUER}` });
  });
});

describe('[SEC-127] a proof is used once', () => {
  it('of 100 at once one is let in', async () => {
    const world = anAssertionWorld();
    const jwt = robotJwt();
    const answers = await Promise.all(Array.from({ length: 100 }, () => prove(world, jwt)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(world.issued()).toBe(1);
  });

  it('as a grant after it was a proof, and the reverse', async () => {
    const world = anAssertionWorld();
    const [first, second] = [robotJwt(), robotJwt()];
    expect(await prove(world, first)).toMatchObject({ status: 200 });
    expect(await world.grant(first)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    expect(await world.grant(second)).toMatchObject({ status: 200 });
    expect(await prove(world, second)).toMatchObject(INVALID_CLIENT);
    expect(world.issued()).toBe(2);
  });

  it('also in one request', async () => {
    const world = anAssertionWorld();
    const both = robotJwt();
    expect(await prove(world, both, { grant_type: JWT_BEARER, assertion: both })).toMatchObject({
      body: { error: 'invalid_grant' },
    });
    expect(world.issued()).toBe(0);
    expect(await prove(world, robotJwt(), { grant_type: JWT_BEARER, assertion: robotJwt() })).toMatchObject({
      status: 200,
    });
  });

  it('and one request with both is of one client', async () => {
    const world = anAssertionWorld();
    const robot = world.clients.get('robot');
    if (robot) world.clients.set('other', { ...robot, id: 'other' });
    const other = robotJwt({ iss: 'other', sub: 'other' });
    expect(await prove(world, other, { grant_type: JWT_BEARER, assertion: robotJwt() })).toMatchObject({
      body: { error: 'invalid_grant' },
    });
    expect(await prove(world, robotJwt(), { grant_type: JWT_BEARER, assertion: idpJwt() })).toMatchObject({
      status: 200,
    });
  });
});

const entropy = systemEntropy();
const SERVER_SECRET = 'a server secret of at least thirty-two bytes';
const secrets = createServerSecrets([SERVER_SECRET]);
const SHARED = 'a-shared-secret-of-32-bytes-----';
const seal = (secret: string, id = 'robot'): string => sealClientSecret({ entropy, secrets }, id, secret);

function anHmacWorld(over: NonNullable<AssertionWorldOptions['robot']> = {}): AssertionWorld {
  const { clientAuthentication } = DEFAULT_SETTINGS;
  const allowedMethods = [...clientAuthentication.allowedMethods, 'client_secret_jwt'] as const;
  const sealedSecrets = [{ sealed: seal(SHARED) }];
  return anAssertionWorld({
    secrets: [SERVER_SECRET],
    settings: { clientAuthentication: { ...clientAuthentication, allowedMethods } },
    robot: { jwks: null, authMethods: ['client_secret_jwt'], sealedSecrets, ...over },
  });
}

describe('client_secret_jwt', () => {
  const signed = (secret: string, alg = 'HS256'): string => makeJwt({ alg, secret }, robotClaims());

  it('proves a client that shares a secret of 32 bytes, where a server offers it', async () => {
    expect(await prove(anHmacWorld(), signed(SHARED))).toMatchObject({ status: 200 });
    expect(await prove(anHmacWorld(), signed(`${SHARED}x`))).toMatchObject(INVALID_CLIENT);
    const off = anHmacWorld();
    const { allowedMethods } = DEFAULT_SETTINGS.clientAuthentication;
    expect(allowedMethods).not.toContain('client_secret_jwt');
    Object.assign(off.context.settings.clientAuthentication, { allowedMethods });
    expect(await prove(off, signed(SHARED))).toMatchObject(INVALID_CLIENT);
  });

  it('takes two secrets that overlap, and none past its end', async () => {
    const world = anHmacWorld({
      sealedSecrets: [
        { sealed: seal(SHARED) },
        { sealed: seal(SHARED.toUpperCase()), expiresAt: NOW_SECONDS * 1000 + 1 },
      ],
    });
    expect(await prove(world, signed(SHARED.toUpperCase()))).toMatchObject({ status: 200 });
    world.time.now += 1;
    expect(await prove(world, signed(SHARED.toUpperCase()))).toMatchObject(INVALID_CLIENT);
    expect(await prove(world, signed(SHARED))).toMatchObject({ status: 200 });
  });

  it('[SEC-143] a key for HS512 has 64 bytes', async () => {
    expect(await prove(anHmacWorld(), signed(SHARED, 'HS512'))).toMatchObject(INVALID_CLIENT);
    const long = SHARED.repeat(2);
    expect(await prove(anHmacWorld({ sealedSecrets: [{ sealed: seal(long) }] }), signed(long, 'HS512'))).toMatchObject({
      status: 200,
    });
  });

  it('is no private_key_jwt, and the reverse', async () => {
    const both = { jwks: { keys: [ROBOT.jwk] } };
    expect(await prove(anHmacWorld(both), robotJwt())).toMatchObject(INVALID_CLIENT);
    expect(await prove(anHmacWorld({ ...both, authMethods: ['private_key_jwt'] }), signed(SHARED))).toMatchObject(
      INVALID_CLIENT,
    );
  });

  it('is no grant: an HMAC proves nothing about who made it', async () => {
    expect(await anHmacWorld().grant(signed(SHARED))).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
  });
});

describe('a secret that has to be read back', () => {
  it('[SEC-143] has 32 bytes at least', () => {
    expect(() => seal('x'.repeat(31))).toThrow('fewer than 32 bytes');
  });

  it('is sealed with the server’s secret, for one client', () => {
    const sealed = seal(SHARED);
    expect(sealed).not.toContain(SHARED);
    expect(openClientSecret(secrets, 'robot', sealed)?.toString()).toBe(SHARED);
    expect(openClientSecret(secrets, 'other', sealed)).toBeNull();
    const [rotated, replaced] = [[`${SERVER_SECRET} anew`, SERVER_SECRET], [`${SERVER_SECRET} anew`]].map(
      createServerSecrets,
    );
    expect(rotated && openClientSecret(rotated, 'robot', sealed)?.toString()).toBe(SHARED);
    expect(replaced && openClientSecret(replaced, 'robot', sealed)).toBeNull();
  });

  it('is registered sealed or not at all', () => {
    const registration = { id: 'robot', authMethods: ['client_secret_jwt'] };
    expect(validateClient({ ...registration, sealedSecrets: [{ sealed: seal(SHARED) }] }).sealedSecrets).toHaveLength(
      1,
    );
    for (const sealed of [SHARED, `v1:${SHARED}`, ''])
      expect(() => validateClient({ ...registration, sealedSecrets: [{ sealed }] })).toThrow('sealedSecrets[0].sealed');
  });
});
