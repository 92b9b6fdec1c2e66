import { describe, expect, it } from 'vitest';
import {
  type AssertionWorld,
  anAssertionWorld,
  IDP,
  ISSUER,
  idpClaims,
  NOW_SECONDS,
  ROBOT,
  robotClaims,
  TOKEN_ENDPOINT,
  withApp,
} from '../assertions/assertions.test-support.ts';
import type { Answer } from '../endpoints/front-door.test-support.ts';
import { makeJwt } from './jwt.test-support.ts';

/**
 * RFC 8725 2.8: each kind of JWT that is issued or taken somewhere × each place here that takes one. Each is made as well
 * as it can be: rightly signed with a key that counts here, meant for this server wherever its own document allows that,
 * and without a `typ` wherever that may be left out.
 */

type Claims = Readonly<Record<string, unknown>>;
type Maker = (claims: Claims, header?: Claims) => string;

interface Kind {
  readonly name: string;
  readonly make: (by: Maker) => string;
  /** Places that take it; everywhere else it is refused. */
  readonly taken?: readonly Place['name'][];
}

interface Place {
  readonly name: 'grant of a client' | 'grant of a trusted issuer' | 'proof of a client';
  readonly refused: { readonly status: number; readonly body: { readonly error: string } };
  readonly by: Maker;
  send(world: AssertionWorld, jwt: string): Promise<Answer>;
}

const invalidGrant = { status: 400, body: { error: 'invalid_grant' } };
const PLACES: readonly Place[] = [
  {
    name: 'grant of a client',
    refused: invalidGrant,
    by: (claims, header) => makeJwt(ROBOT, robotClaims(claims), { header: { ...header } }),
    send: (world, jwt) => world.grant(jwt),
  },
  {
    name: 'grant of a trusted issuer',
    refused: invalidGrant,
    by: (claims, header) => makeJwt(IDP, idpClaims(claims), { header: { ...header } }),
    send: (world, jwt) => world.grant(jwt, {}, withApp),
  },
  {
    name: 'proof of a client',
    refused: { status: 401, body: { error: 'invalid_client' } },
    by: (claims, header) => makeJwt(ROBOT, robotClaims(claims), { header: { ...header } }),
    send: (world, jwt) => world.prove(jwt),
  },
];

const without = { sub: undefined };
const KINDS: readonly Kind[] = [
  // OpenID Connect Core 2: its audience is a client, alone or first of several.
  { name: 'ID token', make: (by) => by({ aud: 'app', nonce: 'n', at_hash: 'x', auth_time: NOW_SECONDS }) },
  { name: 'ID token with typ', make: (by) => by({ aud: ['app'], azp: 'app', nonce: 'n' }, { typ: 'JWT' }) },
  // RFC 9068 2.1: typ is REQUIRED.
  ...['at+jwt', 'application/at+jwt', 'AT+JWT'].map((typ) => ({
    name: `access token (${typ})`,
    make: (by: Maker) => by({ client_id: 'robot', scope: 'read' }, { typ }),
  })),
  // OpenID Connect Back-Channel Logout 2.4: typ is RECOMMENDED.
  {
    name: 'logout token',
    make: (by) => by({ sid: 's', events: { 'http://schemas.openid.net/event/backchannel-logout': {} } }),
  },
  { name: 'logout token with typ', make: (by) => by({}, { typ: 'logout+jwt' }) },
  { name: 'security event', make: (by) => by({}, { typ: 'secevent+jwt' }) },
  // JARM 2.1: its audience is the client.
  { name: 'authorization response', make: (by) => by({ ...without, aud: 'robot', code: 'c', state: 's' }) },
  // RFC 9101 4, 10.8: typ may be left out, the client signs it for this server, and browsers carry it.
  { name: 'request object', make: (by) => by({ ...without, client_id: 'robot', response_type: 'code' }) },
  {
    name: 'request object with a sub',
    make: (by) => by({ client_id: 'robot', response_type: 'code' }, { typ: 'JWT' }),
  },
  {
    name: 'request object of OpenID Connect',
    make: (by) => by({ ...without, redirect_uri: 'https://client.example/cb' }),
  },
  { name: 'request object for PKCE alone', make: (by) => by({ ...without, code_challenge: 'x' }) },
  { name: 'request object with typ', make: (by) => by({}, { typ: 'oauth-authz-req+jwt' }) },
  // OpenID Connect CIBA 7.1.1: signed by the client for this server, with a jti, and no typ.
  { name: 'backchannel authentication request', make: (by) => by({ ...without, scope: 'openid', login_hint: 'ann' }) },
  { name: 'the same with a token as its hint', make: (by) => by({ ...without, id_token_hint: 'x' }) },
  // RFC 7591 2.3.
  { name: 'software statement', make: (by) => by({ software_id: 'x' }) },
  { name: 'software statement of metadata', make: (by) => by({ redirect_uris: ['https://client.example/cb'] }) },
  // RFC 9449 4.2: typ is REQUIRED; without it the claims still say what it is.
  { name: 'DPoP proof', make: (by) => by({ htm: 'POST', htu: TOKEN_ENDPOINT }, { typ: 'dpop+jwt' }) },
  { name: 'DPoP proof without typ', make: (by) => by({ htm: 'POST', htu: TOKEN_ENDPOINT }) },
  // RFC 9701 5.
  { name: 'introspection response', make: (by) => by({ token_introspection: { active: true } }) },
  { name: 'introspection response with typ', make: (by) => by({}, { typ: 'token-introspection+jwt' }) },
  { name: 'statement of a federation', make: (by) => by({}, { typ: 'entity-statement+jwt' }) },
  { name: 'verifiable credential', make: (by) => by({}, { typ: 'vc+sd-jwt' }) },
  { name: 'client attestation', make: (by) => by({}, { typ: 'oauth-client-attestation+jwt' }) },
  // Taken: RFC 7523 3 gives grant and proof one shape, so one without a typ is good for either, once (SEC-127).
  {
    name: 'client assertion with its typ',
    make: (by) => by({}, { typ: 'client-authentication+jwt' }),
    taken: ['proof of a client'],
  },
  {
    name: 'client assertion',
    make: (by) => by({}),
    taken: ['grant of a client', 'grant of a trusted issuer', 'proof of a client'],
  },
  {
    name: 'grant without a jti',
    make: (by) => by({ jti: undefined }),
    taken: ['grant of a client', 'grant of a trusted issuer'],
  },
  {
    name: 'grant for the token endpoint',
    make: (by) => by({ aud: TOKEN_ENDPOINT }),
    taken: ['grant of a client', 'grant of a trusted issuer'],
  },
  {
    name: 'grant in a list of audiences',
    make: (by) => by({ aud: [ISSUER] }),
    taken: ['grant of a client', 'grant of a trusted issuer'],
  },
  {
    name: 'grant with times as text',
    make: (by) => by({ exp: String(NOW_SECONDS + 60) }),
    taken: ['grant of a client', 'grant of a trusted issuer'],
  },
];

describe.each(PLACES)('[SEC-128] as the $name', (place) => {
  it.each(KINDS)('$name', async ({ make, taken = [] }) => {
    const world = anAssertionWorld();
    const answer = await place.send(world, make(place.by));
    if (taken.includes(place.name)) {
      expect(answer.status).toBe(200);
      return;
    }
    expect(answer).toMatchObject(place.refused);
    expect(world.issued()).toBe(0);
  });
});

it('[SEC-128] a name of a claim that only looks like another kind’s changes nothing', async () => {
  for (const claims of [
    { constructor: 1 },
    { toString: 1 },
    { Response_type: 'code' },
    { x: { response_type: 'code' } },
  ]) {
    const world = anAssertionWorld();
    expect(await world.grant(makeJwt(ROBOT, robotClaims(claims)))).toMatchObject({ status: 200 });
  }
});

it('[SEC-128] an introspected, revoked or described token is a handle, and no JWT', async () => {
  const world = anAssertionWorld();
  const token = makeJwt(ROBOT, robotClaims(), { header: { typ: 'at+jwt' } });
  expect(await world.introspect({ token })).toMatchObject({ status: 200, body: { active: false } });
  expect(await world.revoke({ token })).toMatchObject({ status: 200 });
  expect(world.events.filter(({ name }) => name.endsWith('revoked'))).toEqual([]);
});
