import { generateKeyPairSync } from 'node:crypto';
import { SAML_BEARER, type SamlReader, verifySamlGrant } from '@gatehouse/core';
import { encryptSaml, samlAssertion, samlEncoded, signSamlAssertion } from '@gatehouse/testkit';
import { describe, expect, it } from 'vitest';
import { samlReader } from './index.ts';
import { attributeStatement, RSA, signed } from './reading.test-support.ts';
import { byClient, byIssuer, clientJwt, NOON, samlWorld } from './saml-world.test-support.ts';

describe('an assertion of a trusted issuer', () => {
  it('[AX-100] gives an access token, and no refresh token', async () => {
    const world = samlWorld();
    const { body, status } = await world.ask(byIssuer());
    expect(status).toBe(200);
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 3_600, scope: 'read' });
    expect(body).not.toHaveProperty('refresh_token');
    expect(await world.introspect(body['access_token'])).toMatchObject({
      active: true,
      sub: 'sampleuser',
      client_id: 'app',
    });
  });

  it('[AX-104] is about its NameID, which the deployment maps by issuer, format and qualifiers', async () => {
    const seen: unknown[] = [];
    const world = samlWorld({
      hooks: {
        mapAssertedSubject: ({ attributes, issuer, kind, subject: named }) => {
          seen.push({ attributes, issuer, kind, named });
          return named?.value === 'kim' ? 'sampleuser' : null;
        },
      },
    });
    const statements = attributeStatement('<AttributeValue>kim@idp.example</AttributeValue>').repeat(2);
    const format = 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent';
    const { body } = await world.ask(byIssuer({ subject: 'kim', format, statements }));
    expect(await world.introspect(body['access_token'])).toMatchObject({ sub: 'sampleuser' });
    expect(seen).toEqual([
      {
        attributes: { mail: ['kim@idp.example', 'kim@idp.example'] },
        issuer: 'https://idp.example',
        kind: 'saml',
        named: { value: 'kim', format, nameQualifier: null, spNameQualifier: null },
      },
    ]);
    expect(await world.refusedBy(byIssuer({ subject: 'sampleuser' }))).toBe('assertion-subject-mapped');
  });

  it('shows its attributes to the hooks that choose scopes, add metadata and veto', async () => {
    const seen: unknown[] = [];
    const world = samlWorld({
      hooks: {
        addMetadata: ({ assertion }) => ({ mail: String(assertion?.attributes['mail']) }),
        vetoIssue: ({ assertion }) => {
          seen.push(assertion?.issuer);
          return null;
        },
      },
    });
    const { body } = await world.ask(
      byIssuer({ statements: attributeStatement('<AttributeValue>kim@idp.example</AttributeValue>') }),
    );
    expect(body).toHaveProperty('access_token');
    expect(seen).toEqual(['https://idp.example']);
  });

  it('is taken from every confidential client, or from those its entry lists, which may be public', async () => {
    expect(await samlWorld().refusedBy(byIssuer(), { client_id: 'spa' })).toBe('assertion-client-of-issuer');
    const listing = samlWorld({ issuer: { clients: ['spa'] } });
    expect((await listing.ask(byIssuer(), { client_id: 'spa' })).status).toBe(200);
    expect(await listing.refusedBy(byIssuer())).toBe('assertion-client-of-issuer');
  });

  it('gives no more than its entry says', async () => {
    const world = samlWorld({ issuer: { scopes: ['read'] } });
    expect((await world.ask(byIssuer(), { scope: 'read write' })).body).toMatchObject({ scope: 'read' });
    expect(await world.ask(byIssuer(), { scope: 'write' })).toMatchObject({
      status: 400,
      body: { error: 'invalid_scope' },
    });
  });

  it('is no way around the registration: other clients, other credentials, no assertion', async () => {
    const world = samlWorld();
    const plain = { client_id: 'plain' };
    expect(await world.ask(byIssuer(), plain)).toMatchObject({ status: 400, body: { error: 'unauthorized_client' } });
    expect(await world.ask(byIssuer(), { client_secret: 'wrong' })).toMatchObject({
      status: 401,
      body: { error: 'invalid_client' },
    });
    expect(await world.ask('')).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
    expect(world.written.count).toBe(0);
  });

  it('[SEC-125] is refused for an owner who is locked, disabled or not there', async () => {
    for (const name of ['locked', 'disabled'])
      expect(await samlWorld().refusedBy(byIssuer({ subject: name }))).toBe('assertion-owner');
    const hook = { mapAssertedSubject: () => null };
    expect(await samlWorld({ hooks: hook }).refusedBy(byIssuer())).toBe('assertion-subject-mapped');
  });
});

describe('an assertion of the client itself', () => {
  it('[AX-103] is verified with the registered certificate, and gives a token of the client', async () => {
    const world = samlWorld();
    const { body, status } = await world.ask(byClient());
    expect(status).toBe(200);
    const worth = await world.introspect(body['access_token']);
    expect(worth).toMatchObject({ active: true, client_id: 'app' });
    expect(worth['username']).toBeUndefined();
    const forged = samlEncoded(signed({ now: NOON, issuer: 'app', subject: 'app' }));
    expect(await world.refusedBy(forged)).toBe('saml-algorithm-of-key');
  });

  it('[SEC-125] names an owner only where its registration says that it may', async () => {
    const named = (): string => byClient({ subject: 'sampleuser' });
    expect(await samlWorld().refusedBy(named())).toBe('assertion-may-assert-owners');
    const world = samlWorld({ app: { mayAssertOwners: true } });
    const { body } = await world.ask(named());
    expect(await world.introspect(body['access_token'])).toMatchObject({ sub: 'sampleuser' });
    expect(await world.refusedBy(byClient({ subject: 'locked' }))).toBe('assertion-owner');
    expect(await world.refusedBy(byClient({ subject: 'nobody' }))).toBe('assertion-owner');
  });

  it('is worth nothing in the hands of another client', async () => {
    expect(await samlWorld().refusedBy(byClient(), { client_id: 'other' })).toBe('assertion-issuer-known');
  });

  it('may come with a JWT that proves the client, each used once, and both of one client', async () => {
    const world = samlWorld({ app: { authMethods: ['client_secret_post', 'private_key_jwt'] } });
    const by = (jti: string, more = {}): Record<string, string> => ({
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: clientJwt(jti),
      client_id: 'app',
      client_secret: '',
      ...more,
    });
    expect((await world.ask(byClient({ id: '_1' }), by('1'))).status).toBe(200);
    expect(await world.refusedBy(byClient({ id: '_1' }), by('2'))).toBe('assertion-unused');
    expect(await world.refusedBy(byClient({ id: '_2' }), by('1'))).toBe('401 invalid_client');
    expect(await world.refusedBy(byClient({ id: '_2' }), by('3', { client_id: 'other' }))).toMatch(
      /^40[01] invalid_(client|request)$/,
    );
    expect((await world.ask(byClient({ id: '_2' }), by('4'))).status).toBe(200);
    // A JWT and a SAML assertion of one issuer with one id count as one.
    expect(await world.refusedBy(byClient({ id: '_5' }), by('_5'))).toBe('assertion-unused');
  });

  it('may be signed only with what the registration allows', async () => {
    expect(await samlWorld({ app: { assertionAlgorithms: ['ES384'] } }).refusedBy(byClient())).toBe(
      'saml-algorithm-registered',
    );
    expect((await samlWorld({ app: { assertionAlgorithms: ['ES256'] } }).ask(byClient())).status).toBe(200);
  });
});

describe('[SEC-5] [SEC-108] an assertion is used once', () => {
  it('of a hundred at the same time one gives a token', async () => {
    const world = samlWorld();
    const assertion = byIssuer();
    const answers = await Promise.all(Array.from({ length: 100 }, () => world.ask(assertion)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ body, status }) => status === 400 && body['error'] === 'invalid_grant')).toHaveLength(99);
    expect(world.refusals.every(({ check }) => check === 'assertion-unused')).toBe(true);
  });

  it('also at its last instant, also under another spelling, also with another signature, also by another client', async () => {
    const world = samlWorld();
    const xml = samlAssertion({ now: NOON });
    const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const twoKeys = samlWorld({
      issuer: { jwks: { keys: [RSA.publicKey, ec.publicKey].map((key) => key.export({ format: 'jwk' })) } },
    });
    const assertion = signSamlAssertion(xml, { key: RSA.privateKey });
    for (const one of [world, twoKeys]) expect((await one.ask(samlEncoded(assertion))).status).toBe(200);
    expect(await world.refusedBy(samlEncoded(`<?xml version="1.0"?>${assertion}`))).toBe('assertion-unused');
    expect(await world.refusedBy(samlEncoded(assertion), { client_id: 'other' })).toBe('assertion-unused');
    expect(await twoKeys.refusedBy(samlEncoded(signSamlAssertion(xml, { key: ec.privateKey })))).toBe(
      'assertion-unused',
    );
    world.time.now = NOON + 120_000 + 4_999;
    expect(await world.refusedBy(samlEncoded(assertion))).toBe('assertion-unused');
  });

  it('the same id of another issuer is another assertion', async () => {
    const world = samlWorld();
    expect((await world.ask(byIssuer({ id: '_same' }))).status).toBe(200);
    expect((await world.ask(byClient({ id: '_same' }))).status).toBe(200);
    expect(await world.refusedBy(byIssuer({ id: '_same' }))).toBe('assertion-unused');
  });

  it('one that was refused for something else is not used up', async () => {
    const world = samlWorld();
    const assertion = byIssuer();
    expect(await world.ask(assertion, { scope: 'unknown' })).toMatchObject({ body: { error: 'invalid_scope' } });
    expect((await world.ask(assertion)).status).toBe(200);
  });
});

describe('the reader', () => {
  it('is not believed where what chose the keys and what was signed name two issuers', async () => {
    const { server } = samlWorld();
    const reader: SamlReader = {
      open: samlReader.open,
      verify: (...call) => ({ ...samlReader.verify(...call), issuer: 'https://other.example' }),
    };
    const verifying = verifySamlGrant(server.context, reader, byIssuer(), NOON, () => undefined);
    await expect(verifying).rejects.toMatchObject({ check: 'saml-issuer' });
  });
});

describe('what a client is told', () => {
  it('[SEC-108] nothing that helps: one answer, and the reason in the log', async () => {
    const world = samlWorld();
    const answers = [];
    for (const assertion of [
      'x',
      samlEncoded('<a/>'),
      samlEncoded(samlAssertion({ now: NOON })),
      byIssuer({ audience: 'x' }),
      byIssuer({ issuer: 'https://nobody.example' }),
      byIssuer({ now: NOON - 3_600_000 }),
    ])
      answers.push((await world.ask(assertion)).body);
    expect(new Set(answers.map((body) => JSON.stringify(body))).size).toBe(1);
    expect(world.refusals.map(({ check }) => check)).toEqual([
      'saml-base64url',
      'saml-root',
      'saml-one-signature',
      'saml-audience',
      'assertion-issuer-known',
      'assertion-not-over',
    ]);
  });

  it('whatever is sent in its place is answered 400, never 5xx, and never twice with a token', async () => {
    const world = samlWorld();
    const sent = byIssuer();
    const changed = Array.from({ length: sent.length }, (_, place) => place)
      .filter((place) => place % 17 === 0)
      .flatMap((place) => [
        sent.slice(0, place),
        `${sent.slice(0, place)}A${sent.slice(place)}`,
        `${sent.slice(0, place)}${sent[place] === 'Q' ? 'R' : 'Q'}${sent.slice(place + 1)}`,
      ]);
    const tokens = [];
    for (const assertion of [sent, ...changed]) {
      const { body, status } = await world.ask(assertion);
      if (status === 200) tokens.push(body['access_token']);
      else expect([status, body['error']]).toEqual([400, assertion === '' ? 'invalid_request' : 'invalid_grant']);
    }
    expect(tokens).toHaveLength(1);
  });

  it('[SEC-108] a SAML assertion proves no client: 401 invalid_client', async () => {
    const world = samlWorld();
    const form = {
      grant_type: 'client_credentials',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:saml2-bearer',
      client_assertion: byClient(),
      client_secret: '',
    };
    expect(await world.ask('', form)).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
    expect(world.written.count).toBe(0);
  });

  it('the metadata names the grant', () => {
    expect(samlWorld().server.metadata()['grant_types_supported']).toContain(SAML_BEARER);
  });
});

describe('encrypted assertions', () => {
  const ours = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const encrypted = (): string => samlEncoded(encryptSaml(signed({ now: NOON }), { publicKey: ours.publicKey }));

  it('[SEC-108] [SEC-133] are refused while there is no key, and opened with the server’s', async () => {
    expect(await samlWorld().refusedBy(encrypted())).toBe('saml-encryption-configured');
    expect((await samlWorld({ decryptionKeys: [ours.privateKey] }).ask(encrypted())).status).toBe(200);
  });

  it('[SEC-133] prove nothing by being encrypted', async () => {
    const world = samlWorld({ decryptionKeys: [ours.privateKey] });
    const unsigned = samlEncoded(encryptSaml(samlAssertion({ now: NOON }), { publicKey: ours.publicKey }));
    expect(await world.refusedBy(unsigned)).toBe('saml-one-signature');
  });
});
