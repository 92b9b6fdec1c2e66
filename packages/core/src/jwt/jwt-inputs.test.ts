import { CompactEncrypt } from 'jose';
import { describe, expect, it } from 'vitest';
import {
  type AssertionWorld,
  type AssertionWorldOptions,
  anAssertionWorld,
  ROBOT,
  robotClaims,
} from '../assertions/assertions.test-support.ts';
import type { Answer } from '../endpoints/front-door.test-support.ts';
import { DEFAULT_SETTINGS } from '../server/defaults.ts';
import { b64, ec, ed, makeJwt, rsa, signInput } from './jwt.test-support.ts';

const RSA = rsa();
const ED = ed();
const ENCRYPTION = rsa('encryption');

interface Input {
  readonly name: string;
  readonly refused: { readonly status: number; readonly body: { readonly error: string } };
  send(world: AssertionWorld, jwt: string): Promise<Answer>;
}

/** Every place that takes a JWT (security.md 1.2), as a client reaches it. */
const INPUTS: readonly Input[] = [
  {
    name: 'grant',
    refused: { status: 400, body: { error: 'invalid_grant' } },
    send: (world, jwt) => world.grant(jwt),
  },
  {
    name: 'client assertion',
    refused: { status: 401, body: { error: 'invalid_client' } },
    send: (world, jwt) => world.prove(jwt),
  },
];

function aWorld(options: AssertionWorldOptions = {}): AssertionWorld {
  return anAssertionWorld({
    decryptionKeys: [ENCRYPTION.privateKey],
    ...options,
    robot: { jwks: { keys: [ROBOT.jwk, RSA.jwk, ED.jwk] }, ...options.robot },
  });
}

const withoutKid = { header: {} };
const named = (kid: string): { header: { kid: string } } => ({ header: { kid } });
const raw = (header: string, payload: string): string => {
  const input = `${b64(header)}.${b64(payload)}`;
  return `${input}.${signInput('ES256', ROBOT.privateKey, input)}`;
};
const claimsText = (): string => JSON.stringify(robotClaims());

/** A refusal is the closed answer of its place, and gives nothing. */
async function refused(input: Input, jwt: string, world = aWorld()): Promise<void> {
  const answer = await input.send(world, jwt);
  expect(answer).toMatchObject(input.refused);
  expect(JSON.stringify(answer.body)).not.toContain(jwt.slice(0, 20));
  expect(world.issued()).toBe(0);
}

describe.each(INPUTS)('$name', (input) => {
  it.each([
    ['ES256', ROBOT, withoutKid],
    ['ES256 with its kid', ROBOT, named(ROBOT.jwk.kid)],
    ['ES256 with typ', ROBOT, { header: { typ: 'JWT' } }],
    ['ES256 with typ in small letters', ROBOT, { header: { typ: 'jwt' } }],
    ['RS256', RSA, withoutKid],
    ['RS512', RSA, { alg: 'RS512' }],
    ['Ed25519', ED, withoutKid],
    ['EdDSA', ED, { alg: 'EdDSA' }],
  ])('%s is taken', async (_, signer, options) => {
    const world = aWorld();
    expect(await input.send(world, makeJwt(signer, robotClaims(), options))).toMatchObject({ status: 200 });
    expect(world.issued()).toBe(1);
  });

  it.each([
    ['PEM', (): string => RSA.publicKey.export({ type: 'spki', format: 'pem' }).toString()],
    ['DER', (): string => RSA.publicKey.export({ type: 'spki', format: 'der' }).toString('latin1')],
    ['JWK', (): string => JSON.stringify(RSA.jwk)],
    ['PKCS1', (): string => RSA.publicKey.export({ type: 'pkcs1', format: 'pem' }).toString()],
  ])('[SEC-24] HS256 keyed with the public key as %s', async (_, text) => {
    for (const header of [{}, { kid: RSA.jwk.kid }])
      await refused(input, makeJwt({ alg: 'HS256', secret: text() }, robotClaims(), { header }));
  });

  it.each(['none', 'None', 'NONE', 'nOnE', '', ' none', 'null', 'HS256', 'RS1', 'ES256K', 'es256', 'RSA-OAEP'])(
    '[SEC-24] alg %o',
    async (alg) => {
      const input256 = `${b64({ alg })}.${b64(robotClaims())}`;
      for (const signature of ['', signInput('ES256', ROBOT.privateKey, input256)])
        await refused(input, `${input256}.${signature}`);
    },
  );

  it.each([[null], [['ES256']], [{ alg: 'ES256' }], [256], [undefined]])(
    '[SEC-24] alg that is no text: %o',
    async (alg) => {
      await refused(input, raw(JSON.stringify({ alg }), claimsText()));
    },
  );

  it('[SEC-24] a kid of another key, a key of another type, a key of nobody, an algorithm that is not registered', async () => {
    await refused(input, makeJwt(ROBOT, robotClaims(), named(RSA.jwk.kid)));
    await refused(input, makeJwt(ROBOT, robotClaims(), named('other')));
    await refused(input, makeJwt(RSA, robotClaims(), named(ROBOT.jwk.kid)));
    await refused(input, makeJwt(ec(), robotClaims()));
    await refused(input, makeJwt(RSA, robotClaims()), aWorld({ robot: { assertionAlgorithms: ['ES256'] } }));
    const only = { jwks: { keys: [{ ...RSA.jwk, alg: 'RS512' }] } };
    await refused(input, makeJwt(RSA, robotClaims()), aWorld({ robot: only }));
  });

  it.each([
    ['general', { payload: b64('{}'), signatures: [{ header: { alg: 'none' }, signature: '' }] }],
    ['flattened', { payload: b64('{}'), header: { alg: 'ES256' }, protected: b64('{"alg":"ES256"}'), signature: 'AA' }],
  ])('[SEC-25] the JSON serialisation, %s', async (_, jws) => {
    await refused(input, JSON.stringify(jws));
  });

  it.each(['jku', 'jwk', 'x5u', 'x5c', 'crit', 'b64', 'zip', 'p2c', 'epk', 'cty'])(
    '[SEC-99] [SEC-100] the header member %s',
    async (name) => {
      for (const value of [true, false, [], [name], 'https://evil.example/keys', ROBOT.jwk, null, 'JWT'])
        await refused(input, makeJwt(ROBOT, robotClaims(), { header: { [name]: value } }));
    },
  );

  it('[SEC-99] nothing is fetched for a header', async () => {
    const urls: string[] = [];
    const fetchDocument = async (url: string): Promise<never> => {
      urls.push(url);
      throw new Error('not here');
    };
    for (const header of [
      { jku: 'https://evil.example' },
      { kid: 'https://evil.example' },
      { x5u: 'https://evil.example' },
    ])
      await refused(input, makeJwt(ROBOT, robotClaims(), { header }), aWorld({ fetchDocument }));
    expect(urls).toEqual([]);
  });

  it.each([
    'x'.repeat(256),
    '../../etc/passwd',
    "' OR 1=1 --",
    '$(id)',
    'https://evil.example',
    '__proto__',
    'constructor',
    ...[1, null, [], {}].map((kid) => kid as unknown as string),
  ])('[SEC-98] the kid %o', async (kid) => {
    await refused(input, makeJwt(ROBOT, robotClaims(), named(kid)));
  });

  it.each([
    ['alg twice', '{"alg":"ES256","alg":"ES256"}', claimsText()],
    ['alg twice, once escaped', '{"alg":"ES256","\\u0061lg":"none"}', claimsText()],
    ['a claim twice', '{"alg":"ES256"}', `{"sub":"eve",${claimsText().slice(1)}`],
    ['a claim twice within', '{"alg":"ES256"}', `{"x":{"a":1,"a":2},${claimsText().slice(1)}`],
  ])('[SEC-101] %s', async (_, header, payload) => {
    await refused(input, raw(header, payload));
  });

  it.each([
    ['zeros', Buffer.alloc(64)],
    ['r = 0', Buffer.concat([Buffer.alloc(32), Buffer.alloc(32, 1)])],
    ['s = 0', Buffer.concat([Buffer.alloc(32, 1), Buffer.alloc(32)])],
    ['all bits', Buffer.alloc(64, 0xff)],
    ['DER', Buffer.from('3006020101020101', 'hex')],
    ['63 bytes', Buffer.alloc(63, 1)],
    ['65 bytes', Buffer.alloc(65, 1)],
    ['1 byte', Buffer.alloc(1, 1)],
    ['4 KiB', Buffer.alloc(4096, 1)],
  ])('[SEC-102] an ECDSA signature of %s', async (_, signature) => {
    const good = makeJwt(ROBOT, robotClaims());
    await refused(input, `${good.slice(0, good.lastIndexOf('.'))}.${signature.toString('base64url')}`);
  });

  it.each([
    ['1 part', (jwt: string) => jwt.replaceAll('.', '')],
    ['2 parts', (jwt: string) => jwt.slice(0, jwt.lastIndexOf('.'))],
    ['4 parts', (jwt: string) => `${jwt}.AA`],
    ['5 parts', (jwt: string) => `${jwt}.AA.AA`],
    ['6 parts', (jwt: string) => `${jwt}...`],
    ['100 000 dots', () => '.'.repeat(10_000)],
    ['a space behind', (jwt: string) => `${jwt} `],
    ['a line end behind', (jwt: string) => `${jwt}\n`],
    ['a space within', (jwt: string) => jwt.replace('.', '. ')],
    ['padding', (jwt: string) => `${jwt}==`],
    ['base64 instead of base64url', (jwt: string) => jwt.replace(/[A-Za-z](?=[^.]*$)/, '+')],
    ['an empty header', (jwt: string) => jwt.slice(jwt.indexOf('.'))],
    ['an empty payload', (jwt: string) => jwt.replace(/\.[^.]*\./, '..')],
    ['no signature', (jwt: string) => jwt.slice(0, jwt.lastIndexOf('.') + 1)],
    ['17 KiB', (jwt: string) => `${jwt}${'A'.repeat(17_000)}`],
  ])('[SEC-65] %s', async (_, change) => {
    await refused(input, change(makeJwt(ROBOT, robotClaims())));
  });

  it.each([
    ['null'],
    ['[]'],
    ['"text"'],
    ['1'],
    ['{'],
    [''],
    ['\ufeff{}'],
    ['{}x'],
    [`${'{"a":'.repeat(20)}1${'}'.repeat(20)}`],
  ])('[SEC-65] the payload %o, and as a header', async (text) => {
    await refused(input, raw('{"alg":"ES256"}', text));
    await refused(input, raw(text, claimsText()));
  });

  it('[SEC-65] text that is no UTF-8, an overlong trailing letter, a header over 2 KiB', async () => {
    const bad = `${b64({ alg: 'ES256' })}.${Buffer.from([0x7b, 0xff, 0x7d]).toString('base64url')}`;
    await refused(input, `${bad}.${signInput('ES256', ROBOT.privateKey, bad)}`);
    const good = makeJwt(ROBOT, robotClaims());
    // The last of 86 letters has four bits to spare; a lenient reader takes sixteen letters for the same byte.
    const last = good.at(-1) ?? '';
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    await refused(input, good.slice(0, -1) + alphabet[alphabet.indexOf(last) + 1]);
    await refused(input, makeJwt(ROBOT, robotClaims(), { header: { pad: 'x'.repeat(2100) } }));
  });

  it('[SEC-128] whatever says that it is another kind of JWT', async () => {
    const kinds = [
      'at+jwt',
      'application/at+jwt',
      'logout+jwt',
      'secevent+jwt',
      'oauth-authz-req+jwt',
      'dpop+jwt',
      'token-introspection+jwt',
      'entity-statement+jwt',
      'saml',
      '',
      ...(input.name === 'grant' ? ['client-authentication+jwt'] : ['assertion+jwt']),
    ];
    for (const typ of [...kinds, null, 1, ['JWT']])
      await refused(input, makeJwt(ROBOT, robotClaims(), { header: { typ } }));
  });

  it.each(['exp', 'nbf', 'iat'])('[SEC-32] %s as a number that is none, or that no clock will show', async (name) => {
    const numbers = ['1e308', '1e400', '99999999999999999999999999', '"1e9"', '"-1"', '" 1"', '"Infinity"', '"٣"'];
    const { [name]: _, ...others } = robotClaims();
    for (const number of [...numbers, 'true', 'null', '[]', '{}'])
      await refused(input, raw('{"alg":"ES256"}', `${JSON.stringify(others).slice(0, -1)},"${name}":${number}}`));
  });

  it.each(['iss', 'sub'])('[SEC-126] %s is compared letter by letter', async (name) => {
    const alike = [
      'ｒobot',
      'robot\u200b',
      'ROBOT',
      'robot ',
      ' robot',
      'robot\u0301',
      'robot\ud800',
      '\u202erobot',
      'robot\0',
    ];
    for (const text of [...alike, '__proto__', 'constructor'])
      await refused(input, makeJwt(ROBOT, robotClaims({ [name]: text })));
  });

  it('every change of one byte is refused', async () => {
    const good = makeJwt(ROBOT, robotClaims({ jti: 'fixed', iat: undefined }));
    // Locked out, nothing would be looked at.
    const { clientAuthentication } = DEFAULT_SETTINGS;
    const failures = { failures: 1_000_000, windowSeconds: 1, lockSeconds: 1 };
    const world = aWorld({ settings: { clientAuthentication: { ...clientAuthentication, failures } } });
    const letters = 'A_-9z.=\u00e9 ';
    for (let at = 0; at < good.length; at++) {
      const letter = letters[at % letters.length] === good[at] ? 'Q' : letters[at % letters.length];
      const answer = await input.send(world, good.slice(0, at) + letter + good.slice(at + 1));
      expect([at, answer.status]).toEqual([at, input.refused.status]);
      const shorter = await input.send(world, good.slice(0, at) + good.slice(at + 1));
      expect([at, shorter.status]).toEqual([at, input.refused.status]);
    }
    expect(world.issued()).toBe(0);
  });
});

const encrypt = (
  plaintext: string,
  header: { alg: string; enc: string; [name: string]: unknown } = JWE,
): Promise<string> =>
  new CompactEncrypt(Buffer.from(plaintext)).setProtectedHeader(header).encrypt(ENCRYPTION.publicKey);
const JWE = { alg: 'RSA-OAEP-256', enc: 'A256GCM' };
const [GRANT, CLIENT] = INPUTS as [Input, Input];

describe('an encrypted JWT', () => {
  it.each(['RSA-OAEP', 'RSA-OAEP-256'])('with a signed one inside is a grant (%s)', async (alg) => {
    const jwt = await encrypt(makeJwt(ROBOT, robotClaims()), { ...JWE, alg, cty: 'JWT' });
    expect(await GRANT.send(aWorld(), jwt)).toMatchObject({ status: 200 });
  });

  it('is used once, in whatever envelope', async () => {
    const world = aWorld();
    const { jti: _, ...claims } = robotClaims();
    const inner = makeJwt(ROBOT, claims);
    expect(await GRANT.send(world, await encrypt(inner))).toMatchObject({ status: 200 });
    expect(await GRANT.send(world, await encrypt(inner))).toMatchObject(GRANT.refused);
    expect(await GRANT.send(world, inner)).toMatchObject(GRANT.refused);
  });

  it('[SEC-26] is refused with JSON, an unsigned JWT, or another encrypted one inside', async () => {
    const unsigned = `${b64({ alg: 'none' })}.${b64(robotClaims())}.`;
    for (const inner of [claimsText(), unsigned, await encrypt(makeJwt(ROBOT, robotClaims())), '', '{}'])
      await refused(GRANT, await encrypt(inner));
  });

  it('is refused where this server has no key, or another one', async () => {
    const jwt = await encrypt(makeJwt(ROBOT, robotClaims()));
    await refused(GRANT, jwt, aWorld({ decryptionKeys: [] }));
    await refused(GRANT, jwt, aWorld({ decryptionKeys: [RSA.privateKey] }));
  });

  it('is no client assertion', async () => {
    await refused(CLIENT, await encrypt(makeJwt(ROBOT, robotClaims())));
  });

  it.each([
    ['a compression', { ...JWE, zip: 'DEF' }],
    ['two thousand million rounds', { alg: 'PBES2-HS256+A128KW', enc: 'A128GCM', p2c: 2_147_483_647, p2s: 'AAAA' }],
    ['RSA 1.5', { alg: 'RSA1_5', enc: 'A128GCM' }],
    ['a key agreed beforehand', { alg: 'dir', enc: 'A128GCM' }],
    ['an extension', { ...JWE, crit: ['x'], x: 1 }],
    ['a key brought along', { ...JWE, jwk: RSA.jwk }],
    ['another content type', { ...JWE, cty: 'text' }],
    ['no content algorithm', { alg: 'RSA-OAEP-256' }],
    ['a long kid', { ...JWE, kid: 'x'.repeat(256) }],
  ])('[SEC-97] is refused before anything is decrypted or derived: %s', async (_, header) => {
    const [, ...rest] = (await encrypt(makeJwt(ROBOT, robotClaims()))).split('.');
    const world = aWorld();
    await refused(GRANT, [b64(header), ...rest].join('.'), world);
    expect(world.checks()).not.toContain('jwt-decryption');
  });
});
