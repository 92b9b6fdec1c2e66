import { describe, expect, it } from 'vitest';
import {
  anAssertionWorld,
  IDP,
  ISSUER,
  idpJwt,
  NOW_SECONDS,
  ROBOT,
  robotClaims,
  robotJwt,
  TOKEN_ENDPOINT,
  withApp,
} from '../assertions/assertions.test-support.ts';
import { APP_SECRET } from '../endpoints/front-door.test-support.ts';
import { makeJwt } from '../jwt/jwt.test-support.ts';
import { anOwner } from './world.test-support.ts';

const INVALID_GRANT = { status: 400, body: { error: 'invalid_grant' } };
const without = (claims: Record<string, unknown>, name: string): Record<string, unknown> =>
  Object.fromEntries(Object.entries(claims).filter(([claim]) => claim !== name));

describe('a JWT that a client made (RFC 7523 2.1)', () => {
  it('[AX-97] [AX-98] proves the client and gives a token for it, without a secret and without a refresh token', async () => {
    const world = anAssertionWorld();
    const answer = await world.grant(robotJwt());
    expect(answer).toMatchObject({ status: 200, body: { token_type: 'Bearer', scope: 'read' } });
    expect(answer.body).not.toHaveProperty('refresh_token');
    const described = await world.introspect({ token: String(answer.body['access_token']) });
    expect(described.body).toMatchObject({ active: true, client_id: 'robot', sub: 'robot', sub_type: 'client' });
    expect(described.body).not.toHaveProperty('username');
  });

  it.each([
    ['the issuer', ISSUER],
    ['the token endpoint', TOKEN_ENDPOINT],
    ['a list with one of them', ['https://other.example', TOKEN_ENDPOINT]],
  ])('[AX-98] may be for %s', async (_, aud) => {
    expect(await anAssertionWorld().grant(robotJwt({ aud }))).toMatchObject({ status: 200 });
  });

  it.each([
    ['another server', 'https://other.example'],
    ['the issuer with a slash', `${ISSUER}/`],
    ['a part of the issuer', 'https://issuer'],
    ['the constant of the reference system', 'http://apigateway/api/oauth/token'],
    ['an empty list', []],
    ['[SEC-66] a list with a number', [ISSUER, 1]],
    ['[SEC-66] a list in a list', [[ISSUER]]],
    ['nobody', undefined],
  ])('[AX-98] is refused where it is for %s', async (_, aud) => {
    const world = anAssertionWorld();
    expect(await world.grant(robotJwt({ aud }))).toMatchObject(INVALID_GRANT);
    expect(world.issued()).toBe(0);
  });

  it('[AX-98] the constant of the reference system counts under compat: axway, others by a setting', async () => {
    const aud = 'http://apigateway/api/oauth/token';
    expect(await anAssertionWorld({ settings: { compat: 'axway' } }).grant(robotJwt({ aud }))).toMatchObject({
      status: 200,
    });
    const { assertion } = anAssertionWorld().context.settings;
    const more = anAssertionWorld({ settings: { assertion: { ...assertion, audience: ['urn:us'] } } });
    expect(await more.grant(robotJwt({ aud: 'urn:us' }))).toMatchObject({ status: 200 });
  });

  it.each([
    ['now', { exp: NOW_SECONDS + 1 }, true],
    ['4.9 s ago, within the skew', { exp: NOW_SECONDS - 4.9 }, true],
    ['5 s ago', { exp: NOW_SECONDS - 5 }, false],
    ['at the cap and the skew', { exp: NOW_SECONDS + 305 }, true],
    ['[SEC-27] past them', { exp: NOW_SECONDS + 305.001 }, false],
    ['[SEC-27] in the year 9999', { exp: 253_402_300_799 }, false],
    ['as a text of digits', { exp: String(NOW_SECONDS + 60) }, true],
    ['as a text with a sign', { exp: `+${NOW_SECONDS + 60}` }, false],
    ['as a fraction', { exp: NOW_SECONDS + 0.5 }, true],
    ['as a text of a fraction', { exp: `${NOW_SECONDS}.5` }, false],
    ['never', { exp: undefined }, false],
    ['with iat one second ahead', { iat: NOW_SECONDS + 1 }, true],
    ['with iat 5.001 s ahead', { iat: NOW_SECONDS + 5.001 }, false],
    ['without iat', { iat: undefined }, true],
    ['with nbf 5 s ahead', { nbf: NOW_SECONDS + 5 }, true],
    ['with nbf 6 s ahead', { nbf: NOW_SECONDS + 6 }, false],
  ])('[AX-99] ends %s', async (_, times, taken) => {
    const world = anAssertionWorld();
    expect(await world.grant(robotJwt(times))).toMatchObject(taken ? { status: 200 } : INVALID_GRANT);
  });

  it('[AX-99] under compat: axway no clock may be off, and a setting says otherwise', async () => {
    const early = { iat: NOW_SECONDS + 1 };
    expect(await anAssertionWorld({ settings: { compat: 'axway' } }).grant(robotJwt(early))).toMatchObject(
      INVALID_GRANT,
    );
    const { assertion } = anAssertionWorld().context.settings;
    const set = anAssertionWorld({ settings: { compat: 'axway', assertion: { ...assertion, clockSkewSeconds: 1 } } });
    expect(await set.grant(robotJwt(early))).toMatchObject({ status: 200 });
  });

  it('the log says by how much it was early', async () => {
    const world = anAssertionWorld();
    await world.grant(robotJwt({ iat: NOW_SECONDS + 9 }));
    expect(world.events.at(-1)?.event).toMatchObject({ check: 'assertion-issued', got: '9000 ms early' });
  });

  it('the cap is the registration’s, shorter or longer, where it has one', async () => {
    const world = anAssertionWorld({ robot: { assertionMaxSeconds: 30 } });
    expect(await world.grant(robotJwt({ exp: NOW_SECONDS + 36 }))).toMatchObject(INVALID_GRANT);
    expect(await world.grant(robotJwt({ exp: NOW_SECONDS + 35 }))).toMatchObject({ status: 200 });

    const patient = anAssertionWorld({ robot: { assertionMaxSeconds: 3_600 } });
    expect(await patient.grant(robotJwt({ exp: NOW_SECONDS + 3_606 }))).toMatchObject(INVALID_GRANT);
    const jwt = robotJwt({ exp: NOW_SECONDS + 3_605 });
    expect(await patient.grant(jwt)).toMatchObject({ status: 200 });
    expect(await patient.grant(jwt), 'its use is remembered as long').toMatchObject(INVALID_GRANT);
  });

  it('[SEC-125] names an owner only with mayAssertOwners, and only one who is there, enabled and not locked', async () => {
    const naming = { sub: 'ann' };
    const refused = anAssertionWorld();
    expect(await refused.grant(robotJwt(naming))).toMatchObject(INVALID_GRANT);
    expect(refused.checks()).toEqual(['assertion-may-assert-owners']);

    const world = anAssertionWorld({ robot: { mayAssertOwners: true } });
    const answer = await world.grant(robotJwt(naming));
    expect(answer.status).toBe(200);
    const { body } = await world.introspect({ token: String(answer.body['access_token']) });
    expect(body).toMatchObject({ active: true, sub: 'ann', username: 'ann', sub_type: 'owner' });
    world.owners.set('off', anOwner({ subject: 'off', enabled: false }));
    world.owners.set('shut', anOwner({ subject: 'shut', locked: true }));
    for (const sub of ['nobody', 'off', 'shut', 'app'])
      expect(await world.grant(robotJwt({ sub }))).toMatchObject(INVALID_GRANT);
    expect(world.checks()).toEqual(Array(4).fill('assertion-owner'));
    expect(world.issued()).toBe(1);
  });

  it('is no client’s where that is unknown, disabled, public or without a key', async () => {
    expect(await anAssertionWorld().grant(robotJwt({ iss: 'ghost' }))).toMatchObject(INVALID_GRANT);
    expect(await anAssertionWorld({ robot: { enabled: false } }).grant(robotJwt())).toMatchObject(INVALID_GRANT);
    expect(await anAssertionWorld({ robot: { jwks: null } }).grant(robotJwt())).toMatchObject(INVALID_GRANT);
    expect(await anAssertionWorld({ robot: { type: 'public' } }).grant(robotJwt())).toMatchObject(INVALID_GRANT);
  });

  it('is for clients whose registration names the grant', async () => {
    const world = anAssertionWorld({ robot: { grantTypes: ['client_credentials'] } });
    expect(await world.grant(robotJwt())).toMatchObject({ status: 400, body: { error: 'unauthorized_client' } });
  });

  it('beside other credentials, or a client_id, is of the same client', async () => {
    const world = anAssertionWorld();
    expect(await world.grant(robotJwt(), { client_id: 'robot' })).toMatchObject({ status: 200 });
    expect(await world.grant(robotJwt(), { client_id: 'app' })).toMatchObject({ body: { error: 'invalid_request' } });
    expect(await world.grant(robotJwt(), {}, withApp)).toMatchObject(INVALID_GRANT);
    expect(await world.grant(robotJwt(), {}, { basic: ['app', `${APP_SECRET}x`] })).toMatchObject({ status: 401 });
    expect(world.issued()).toBe(1);
  });

  it('gives the scopes that the client may have, and has to be there', async () => {
    const world = anAssertionWorld();
    expect(await world.grant(robotJwt(), { scope: 'read write' })).toMatchObject({ body: { scope: 'read' } });
    expect(await world.grant(robotJwt(), { scope: 'write' })).toMatchObject({ body: { error: 'invalid_scope' } });
    expect(await world.grant('')).toMatchObject({ body: { error: 'invalid_request' } });
  });
});

describe('[SEC-32] each claim of a grant', () => {
  it.each(['iss', 'aud', 'exp'])('%s has to be there', async (name) => {
    const world = anAssertionWorld();
    expect(await world.grant(makeJwt(ROBOT, without(robotClaims(), name)))).toMatchObject(INVALID_GRANT);
    expect(world.issued()).toBe(0);
  });

  it.each(
    ['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti'].flatMap((name) =>
      [null, true, {}, [], '', [[]], { a: 1 }].map((value) => [name, value] as const),
    ),
  )('%s is not %o', async (name, value) => {
    const world = anAssertionWorld();
    expect(await world.grant(robotJwt({ [name]: value }))).toMatchObject(INVALID_GRANT);
    expect(world.issued()).toBe(0);
  });

  it.each([1, -1])('a number is no name (%i)', async (value) => {
    for (const name of ['iss', 'sub', 'aud', 'jti'])
      expect(await anAssertionWorld().grant(robotJwt({ [name]: value }))).toMatchObject(INVALID_GRANT);
  });

  it('a jti has 255 bytes at most', async () => {
    expect(await anAssertionWorld().grant(robotJwt({ jti: 'é'.repeat(127) }))).toMatchObject({ status: 200 });
    expect(await anAssertionWorld().grant(robotJwt({ jti: 'é'.repeat(128) }))).toMatchObject(INVALID_GRANT);
  });
});

describe('a JWT of a trusted issuer', () => {
  it('is brought by a client that proves itself, and is about whomever the mapping says', async () => {
    const world = anAssertionWorld();
    const answer = await world.grant(idpJwt(), { scope: 'read write' }, withApp);
    expect(answer).toMatchObject({ status: 200, body: { scope: 'read write' } });
    const { body } = await world.introspect({ token: String(answer.body['access_token']) });
    expect(body).toMatchObject({ client_id: 'app', sub: 'ann', sub_type: 'owner' });
  });

  it('[SEC-125] is refused without the client’s proof, of an unmapped subject, of none, of an owner who is gone', async () => {
    const world = anAssertionWorld();
    expect(await world.grant(idpJwt())).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
    expect(await world.grant(idpJwt(), { client_id: 'app' })).toMatchObject({ status: 401 });
    expect(await world.grant(idpJwt({ sub: 'ann' }), {}, withApp)).toMatchObject(INVALID_GRANT);
    expect(await world.grant(idpJwt({ sub: undefined }), {}, withApp)).toMatchObject(INVALID_GRANT);
    world.owners.delete('ann');
    expect(await world.grant(idpJwt(), {}, withApp)).toMatchObject(INVALID_GRANT);
    expect(world.issued()).toBe(0);
  });

  it('is no reason to map: without the hook none is taken', async () => {
    const world = anAssertionWorld({ hooks: {} });
    expect(await world.grant(idpJwt({ sub: 'ann' }), {}, withApp)).toMatchObject(INVALID_GRANT);
    expect(world.checks()).toEqual(['assertion-subject-mapped']);
  });

  it('[SEC-125] a public client may bring it where the entry lists it, and names itself', async () => {
    const spa = {
      id: 'spa',
      type: 'public',
      authMethods: ['none'],
      grantTypes: ['urn:ietf:params:oauth:grant-type:jwt-bearer'],
    } as const;
    for (const [clients, status] of [
      [['spa'], 200],
      [['app'], 400],
      [undefined, 400],
    ] as const) {
      const world = anAssertionWorld({ idp: clients ? { clients } : {} });
      const app = world.clients.get('app');
      if (app) world.clients.set('spa', { ...app, secrets: [], ...spa });
      expect(await world.grant(idpJwt(), { client_id: 'spa' })).toMatchObject({ status });
    }
  });

  it('gives no more than its entry says, and counts for its own audiences', async () => {
    const world = anAssertionWorld({ idp: { scopes: ['read'], audience: ['urn:for-idp'] } });
    expect(await world.grant(idpJwt({ aud: 'urn:for-idp' }), { scope: 'read write' }, withApp)).toMatchObject({
      body: { scope: 'read' },
    });
    expect(await world.grant(idpJwt(), { scope: 'write' }, withApp)).toMatchObject({
      body: { error: 'invalid_scope' },
    });
    expect(await world.grant(robotJwt({ aud: 'urn:for-idp' }))).toMatchObject(INVALID_GRANT);
  });

  it('[SEC-126] one sub from two issuers is two subjects, and a client of an issuer’s name is not there', async () => {
    const seen: string[] = [];
    const world = anAssertionWorld({
      hooks: {
        mapAssertedSubject: ({ issuer, subject }) => {
          seen.push(`${issuer} ${subject?.value}`);
          return issuer === 'https://idp.example' ? 'ann' : null;
        },
      },
    });
    expect(await world.grant(idpJwt({ sub: 'x' }), {}, withApp)).toMatchObject({ status: 200 });
    expect(seen).toEqual(['https://idp.example x']);
    // A key of the client's makes no assertion of the issuer's, and the other way round.
    expect(
      await world.grant(makeJwt(ROBOT, { ...robotClaims(), iss: 'https://idp.example' }), {}, withApp),
    ).toMatchObject(INVALID_GRANT);
    expect(await world.grant(makeJwt(IDP, robotClaims()))).toMatchObject(INVALID_GRANT);
  });

  it('hooks see what was asserted, verified', async () => {
    const seen: unknown[] = [];
    const world = anAssertionWorld({
      hooks: {
        mapAssertedSubject: () => 'ann',
        addMetadata: ({ assertion }) => {
          seen.push(assertion);
          return {};
        },
      },
    });
    await world.grant(idpJwt({ department: 'x' }), {}, withApp);
    expect(seen).toMatchObject([{ kind: 'jwt', issuer: 'https://idp.example', attributes: { department: 'x' } }]);
  });
});

describe('[SEC-127] one use', () => {
  it('of 100 at once one gives a token', async () => {
    const world = anAssertionWorld();
    const jwt = robotJwt();
    const answers = await Promise.all(Array.from({ length: 100 }, () => world.grant(jwt)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(99).fill(400)]);
    expect(world.issued()).toBe(1);
  });

  it('is none once it is over, however long ago its times were judged', async () => {
    const world: ReturnType<typeof anAssertionWorld> = anAssertionWorld({
      hooks: {
        mapAssertedSubject: async () => {
          world.time.now = (NOW_SECONDS + 120) * 1000;
          return 'ann';
        },
      },
    });
    expect(await world.grant(idpJwt({ exp: NOW_SECONDS + 60 }), {}, withApp)).toMatchObject(INVALID_GRANT);
    expect(world.issued()).toBe(0);
  });

  it('goes by iss and jti where there is one, whatever else differs', async () => {
    const world = anAssertionWorld();
    expect(await world.grant(robotJwt({ jti: 'a' }))).toMatchObject({ status: 200 });
    expect(await world.grant(robotJwt({ jti: 'a', exp: NOW_SECONDS + 61 }))).toMatchObject(INVALID_GRANT);
    expect(await world.grant(idpJwt({ jti: 'a' }), {}, withApp)).toMatchObject({ status: 200 });
  });

  it('goes by what was signed where there is none: a second signature of the same is the same', async () => {
    const world = anAssertionWorld();
    const claims = without(robotClaims(), 'jti');
    const first = makeJwt(ROBOT, claims);
    // ECDSA signs anew each time, and (r, n − s) is as right as (r, s).
    const second = makeJwt(ROBOT, claims);
    expect(second).not.toBe(first);
    expect(await world.grant(first)).toMatchObject({ status: 200 });
    expect(await world.grant(second)).toMatchObject(INVALID_GRANT);
    expect(await world.grant(negated(first))).toMatchObject(INVALID_GRANT);
    expect(await world.grant(makeJwt(ROBOT, { ...claims, exp: NOW_SECONDS + 61 }))).toMatchObject({ status: 200 });
  });

  it('is remembered up to the last moment at which it could be taken', async () => {
    const world = anAssertionWorld();
    const jwt = robotJwt();
    expect(await world.grant(jwt)).toMatchObject({ status: 200 });
    world.time.now += 64_999;
    expect(await world.grant(jwt)).toMatchObject(INVALID_GRANT);
    expect(world.checks()).toEqual(['assertion-unused']);
  });

  it('pairs that concatenate alike are two', async () => {
    const world = anAssertionWorld({ settings: {} });
    const robot = world.clients.get('robot');
    if (robot) world.clients.set('robotx', { ...robot, id: 'robotx' });
    expect(await world.grant(robotJwt({ jti: 'xy' }))).toMatchObject({ status: 200 });
    expect(await world.grant(robotJwt({ iss: 'robotx', sub: 'robotx', jti: 'y' }))).toMatchObject({ status: 200 });
  });

  it('what is refused for another reason may be sent again', async () => {
    const world = anAssertionWorld();
    const jwt = robotJwt();
    expect(await world.grant(jwt, { scope: 'write' })).toMatchObject({ body: { error: 'invalid_scope' } });
    expect(await world.grant(jwt)).toMatchObject({ status: 200 });
  });
});

/** The other signature that is right for the same content: s becomes n − s. */
function negated(jwt: string): string {
  const [header, payload, signature = ''] = jwt.split('.');
  const bytes = Buffer.from(signature, 'base64url');
  const n = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
  const s = n - BigInt(`0x${bytes.subarray(32).toString('hex')}`);
  const other = Buffer.concat([bytes.subarray(0, 32), Buffer.from(s.toString(16).padStart(64, '0'), 'hex')]);
  return `${header}.${payload}.${other.toString('base64url')}`;
}
