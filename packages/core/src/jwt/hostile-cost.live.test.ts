import { CompactEncrypt } from 'jose';
import { describe, expect, it } from 'vitest';
import { type AssertionWorld, anAssertionWorld, ROBOT, robotClaims } from '../assertions/assertions.test-support.ts';
import { b64, ec, makeJwt, rsa, signInput } from './jwt.test-support.ts';

/** R41: no single input holds the event loop for longer. Milliseconds. */
const MOST = 25;
/**
 * The first count that is below it: others compile, collect what tests before them left, or share their core with
 * another's work. What really takes longer never is.
 */
const TRIES = 12;

const ENCRYPTION = rsa('encryption');
const MANY = Array.from({ length: 49 }, (_, i) => rsa(`k${i}`, 2048));
const LARGEST = 16_384;

/** A JWT of the largest size, rightly signed, whose payload is a text. */
function signed(payload: string): string {
  const input = `${b64({ alg: 'ES256' })}.${b64(payload)}`;
  return `${input}.${signInput('ES256', ROBOT.privateKey, input)}`;
}
const room = 11_000;
const filled = (piece: string, before = '', after = ''): string =>
  before + piece.repeat(Math.floor((room - before.length - after.length) / piece.length)) + after;
const deflated = { alg: 'RSA-OAEP-256', enc: 'A256GCM', zip: 'DEF' };

const HOSTILE: readonly (readonly [name: string, jwt: () => string | Promise<string>])[] = [
  ['a megabyte of letters', () => 'A'.repeat(1_000_000)],
  ['a megabyte of dots', () => '.'.repeat(1_000_000)],
  ['brackets without end', () => signed(filled('['))],
  ['objects inside each other', () => signed(`${'{"a":'.repeat(1_800)}1${'}'.repeat(1_800)}`)],
  ['members without end', () => signed(`{${Array.from({ length: 1_400 }, (_, i) => `"${i}":0`).join()}}`)],
  ['escapes without end', () => signed(filled('\\u0041', '{"a":"', '"}'))],
  ['backslashes without end', () => signed(filled('\\\\', '{"a":"', '"}'))],
  ['quotes without end', () => signed(filled('"'))],
  ['a number without end', () => signed(filled('9', '{"exp":', '}'))],
  ['audiences without end', () => signed(filled('"x",', `{"iss":"robot","exp":9,"aud":[`, '"y"]}'))],
  ['spaces without end', () => signed(filled(' ', '{', '}'))],
  ['a header of spaces', () => `${b64(filled(' ', '{', '}'))}.${b64('{}')}.AA`],
  ['50 keys, none of which fits', () => makeJwt(rsa('none of them'), robotClaims())],
  ['a key of somebody else', () => makeJwt(ec(), robotClaims())],
  ['a compression', async () => [b64(deflated), ...(await encrypted('x')).split('.').slice(1)].join('.')],
  [
    'two thousand million rounds',
    async () =>
      [
        b64({ alg: 'PBES2-HS256+A128KW', enc: 'A128GCM', p2c: 2_147_483_647, p2s: 'AAAA' }),
        ...(await encrypted('x')).split('.').slice(1),
      ].join('.'),
  ],
  ['encrypted brackets', () => encrypted(filled('['))],
  ['encrypted dots', () => encrypted(filled('.'))],
];

const encrypted = (text: string): Promise<string> =>
  new CompactEncrypt(Buffer.from(text))
    .setProtectedHeader({ alg: 'RSA-OAEP-256', enc: 'A256GCM' })
    .encrypt(ENCRYPTION.publicKey);

/**
 * Milliseconds that this thread computed while a world answered. What else the machine does is not in them, and no turn
 * of the event loop held it for longer than all of its turns computed.
 */
async function computed(world: AssertionWorld, jwt: string): Promise<number> {
  const before = process.threadCpuUsage();
  const answer = await world.grant(jwt);
  const { system, user } = process.threadCpuUsage(before);
  expect(answer.status).toBeOneOf([400, 413]);
  return (user + system) / 1000;
}

describe('[SEC-97] no JWT holds the event loop', () => {
  const options = {
    decryptionKeys: [ENCRYPTION.privateKey],
    robot: { jwks: { keys: [ROBOT, ...MANY].map(({ jwk }) => jwk) } },
  };

  it.each(HOSTILE)('%s', async (_, make) => {
    const world = anAssertionWorld(options);
    const jwt = await make();
    let best = Number.POSITIVE_INFINITY;
    for (let i = 0; i < TRIES && best >= MOST; i++) best = Math.min(best, await computed(world, jwt));
    expect(best).toBeLessThan(MOST);
    expect(world.issued()).toBe(0);
  });

  it('an honest one as large as they may be, neither', async () => {
    const world = anAssertionWorld(options);
    const jwt = makeJwt(ROBOT, robotClaims({ text: 'x'.repeat(11_500) }));
    expect(jwt.length).toBeGreaterThan(LARGEST * 0.9);
    expect((await world.grant(jwt)).status).toBe(200);
  });
});
