import { generateKeyPairSync } from 'node:crypto';
import { SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { NOON } from '../grants/world.test-support.ts';
import { type JwtSigner, signJwt } from '../keys/sign-jwt.ts';
import { signingKeyOf } from '../keys/signing-key.ts';
import { EC, ED, RSA } from './openid.test-support.ts';
import { type IdTokenCheck, verifyIdToken } from './verify-id-token.ts';

const CLAIMS = { iss: 'https://op.example', sub: 'ann', aud: 'app', iat: NOON / 1000, exp: NOON / 1000 + 60 };
const SECRET = 'a secret of the client, forty-eight bytes in all';
const CHECK: IdTokenCheck = {
  key: { jwks: { keys: [RSA.publicJwk, EC.publicJwk, ED.publicJwk] } },
  issuer: CLAIMS.iss,
  clientId: 'app',
  at: NOON,
};
/** Null: taken; else the check that failed. */
async function fault(
  claims: object,
  over: Partial<IdTokenCheck> = {},
  signer: JwtSigner = RSA,
): Promise<string | null> {
  const text = await signJwt(signer, { ...CLAIMS, ...claims });
  return verifyIdToken(text, { ...CHECK, ...over }).then(
    () => null,
    (error) => error.check as string,
  );
}

describe('[AX-153] an ID token, as a client judges it (OpenID Connect Core 3.1.3.7)', () => {
  it.each([RSA, EC, ED])('by the key set, with $algorithm', async (signer) => {
    const text = await signJwt(signer, { ...CLAIMS, nonce: 'n', email: 'ann@op.example' });
    expect(await verifyIdToken(text, { ...CHECK, nonce: 'n' })).toMatchObject({ sub: 'ann', email: 'ann@op.example' });
  });

  it('by a secret, and never by a public key taken for one', async () => {
    const key = { secret: SECRET };
    const hmac = { algorithm: 'HS256', kid: null, key: Buffer.from(SECRET) };
    expect(await fault({}, { key }, hmac)).toBeNull();
    expect(await fault({}, { key }, RSA)).toBe('jwt-algorithm-of-key');
    expect(await fault({}, {}, hmac)).toBe('jwt-algorithm-of-key');
  });

  it('[SEC-32] made by the issuer, for this client alone', async () => {
    expect(await fault({ iss: 'https://other.example' })).toBe('id-token-issuer');
    expect(await fault({ aud: 'other' })).toBe('id-token-audience');
    expect(await fault({ aud: ['app', 'other'] })).toBe('id-token-audience');
    expect(await fault({ aud: ['app'] })).toBeNull();
    expect(await fault({ azp: 'other' })).toBe('id-token-authorized-party');
    const stranger = signingKeyOf(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey);
    expect(await fault({}, {}, { ...stranger, kid: RSA.kid })).toBe('jwt-signature');
    expect(await fault({}, {}, stranger)).toBe('jwt-key-known');
  });

  it('neither over nor to come, within a minute of clocks', async () => {
    const seconds = NOON / 1000;
    expect(await fault({ exp: seconds - 59 })).toBeNull();
    expect(await fault({ exp: seconds - 60 })).toBe('id-token-not-over');
    expect(await fault({ exp: seconds - 1 }, { clockSkewSeconds: 0 })).toBe('id-token-not-over');
    expect(await fault({ iat: seconds + 61 })).toBe('id-token-issued');
    expect(await fault({ nbf: seconds + 61 })).toBe('id-token-begun');
    expect(await fault({ exp: undefined })).toBe('jwt-claim-present');
  });

  it('of the request: its nonce, not none, not another', async () => {
    expect(await fault({ nonce: 'n' }, { nonce: 'n' })).toBeNull();
    expect(await fault({ nonce: 'm' }, { nonce: 'n' })).toBe('id-token-nonce');
    expect(await fault({}, { nonce: 'n' })).toBe('id-token-nonce');
  });

  it('[SEC-128] no logout token, whether it says so or not', async () => {
    const events = { 'http://schemas.openid.net/event/backchannel-logout': {} };
    expect(await fault({ events })).toBe('id-token-no-events');
  });

  it('only with a clock: a number that is none does not make it live for ever', async () => {
    const old = await signJwt(RSA, { ...CLAIMS, exp: 1 });
    for (const over of [{ clockSkewSeconds: Number.NaN }, { at: Number.NaN }, { clockSkewSeconds: Infinity }])
      await expect(verifyIdToken(old, { ...CHECK, ...over })).rejects.toThrow(TypeError);
  });

  it('signed: none is no algorithm, and a byte changed is another text', async () => {
    const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from(JSON.stringify(CLAIMS)).toString('base64url')}.`;
    await expect(verifyIdToken(none, CHECK)).rejects.toMatchObject({ check: 'jwt-signature-present' });
    const text = await signJwt(RSA, CLAIMS);
    const [header = '', payload = '', signature = ''] = text.split('.');
    const other = payload.replace(/^./, payload.startsWith('e') ? 'f' : 'e');
    await expect(verifyIdToken(`${header}.${other}.${signature}`, CHECK)).rejects.toThrow(/jwt-/);
    const brought = await new SignJWT(CLAIMS)
      .setProtectedHeader({ alg: 'RS256', jwk: RSA.publicJwk as object })
      .sign(RSA.key);
    await expect(verifyIdToken(brought, CHECK)).rejects.toMatchObject({ check: 'jwt-header-member' });
  });
});
