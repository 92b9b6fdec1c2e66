import { createPublicKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  answerOf,
  type Browser,
  CALLBACK,
  type Fields,
  loginPage,
  type Site,
} from '../authorize/browser.test-support.ts';
import { sealClientSecret } from '../client/sealed-secret.ts';
import { aClient, anOwner, NOON } from '../grants/world.test-support.ts';
import { signJwt } from '../keys/sign-jwt.ts';
import { readRetiredKey, type SigningKey } from '../keys/signing-key.ts';
import { anOpenidSite, EC, RSA } from './openid.test-support.ts';

const CLAIMS = { iss: 'https://issuer.example', sub: 'ann', aud: 'app', iat: NOON / 1000, exp: NOON / 1000 + 60 };
const publicPem = ({ key }: SigningKey): string =>
  createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString();
const ASKED: Fields = { scope: 'openid', prompt: 'none' };

async function signedIn(): Promise<{ site: Site; browser: Browser }> {
  const site = anOpenidSite();
  site.owners.set('bob', anOwner({ subject: 'bob', username: 'bob' }));
  const browser = site.browser();
  await browser.toAnswer({ scope: 'openid' });
  return { site, browser };
}

describe('[SEC-30] id_token_hint (OpenID Connect Core 3.1.2.1)', () => {
  it('of the owner who is signed in goes on, expired or not', async () => {
    const { browser, site } = await signedIn();
    const hint = await signJwt(RSA, CLAIMS);
    expect(answerOf(await browser.authorize({ ...ASKED, id_token_hint: hint }))).toHaveProperty('code');
    site.time.now = NOON + 300_000;
    expect(answerOf(await browser.authorize({ ...ASKED, id_token_hint: hint }))).toHaveProperty('code');
  });

  it('an ID token that this server gave is one', async () => {
    const { browser, site } = await signedIn();
    const { code = '' } = answerOf(await browser.authorize({ ...ASKED, nonce: 'n' }));
    const { body } = await site.token({ grant_type: 'authorization_code', code, redirect_uri: CALLBACK });
    const answer = answerOf(await browser.authorize({ ...ASKED, id_token_hint: String(body['id_token']) }));
    expect(answer).toHaveProperty('code');
  });

  it('of somebody else asks for a sign-in, and never passes one owner off as another', async () => {
    const { browser } = await signedIn();
    const hint = await signJwt(RSA, { ...CLAIMS, sub: 'bob' });
    expect(answerOf(await browser.authorize({ ...ASKED, id_token_hint: hint }))).toMatchObject({
      error: 'login_required',
      state: 'xyz',
    });
    const page = loginPage(await browser.authorize({ scope: 'openid', id_token_hint: hint }));
    const wrong = await browser.follow(await browser.signIn(page));
    expect(answerOf(wrong)).toMatchObject({ error: 'login_required' });
    const again = loginPage(await browser.authorize({ scope: 'openid', id_token_hint: hint }));
    const right = await browser.follow(await browser.signIn(again, { UserName: 'bob' }));
    expect(right).toMatchObject({ kind: 'interact', prompt: { type: 'consent', subject: 'bob' } });
  });

  it.each<[string, object, Parameters<typeof signJwt>[0]]>([
    ['for another client', { aud: 'eve' }, RSA],
    ['of another issuer', { iss: 'https://other.example' }, RSA],
    ['by a key that is not ours', {}, EC],
    ['without a subject', { sub: undefined }, RSA],
    ['that is an HMAC of a client without such a secret', {}, { algorithm: 'HS256', kid: null, key: Buffer.alloc(32) }],
  ])('%s is refused', async (_, claims, signer) => {
    const { browser } = await signedIn();
    const hint = await signJwt(signer, { ...CLAIMS, ...claims });
    expect(answerOf(await browser.authorize({ ...ASKED, id_token_hint: hint }))).toMatchObject({
      error: 'invalid_request',
      iss: 'https://issuer.example',
    });
  });

  it('by HMAC counts of a client alone whose ID tokens are made so, and ours do not of that one', async () => {
    const { browser, site } = await signedIn();
    const { runtime, secrets } = site.context;
    const secret = 'a secret of the client, of thirty-two bytes';
    const sealedSecrets = [{ sealed: sealClientSecret({ secrets, entropy: runtime.entropy }, 'app', secret) }];
    const hints = [
      await signJwt({ algorithm: 'HS256', kid: null, key: Buffer.from(secret) }, CLAIMS),
      await signJwt(RSA, CLAIMS),
    ];
    const taken = async (idTokenSignedResponseAlg: string | null) => {
      site.clients.set('app', aClient({ ...site.clients.get('app'), sealedSecrets, idTokenSignedResponseAlg }));
      const answers = [];
      for (const hint of hints) answers.push(answerOf(await browser.authorize({ ...ASKED, id_token_hint: hint })));
      return answers.map((answer) => 'code' in answer);
    };
    expect(await taken(null)).toEqual([false, true]);
    expect(await taken('HS256')).toEqual([true, false]);
  });

  it('by a key that signs no more is one as long as it is listed, and that key is shown to nobody', async () => {
    const hint = await signJwt(EC, CLAIMS);
    const answerAt = async (retired: boolean) => {
      const site = anOpenidSite({ retiredKeys: retired ? [readRetiredKey(publicPem(EC))] : [] });
      const browser = site.browser();
      await browser.toAnswer({ scope: 'openid' });
      return answerOf(await browser.authorize({ ...ASKED, id_token_hint: hint }));
    };
    expect(await answerAt(true)).toHaveProperty('code');
    expect(await answerAt(false)).toMatchObject({ error: 'invalid_request' });
  });

  it('may say of its owner whatever a setting has put into it', async () => {
    const { browser } = await signedIn();
    const hint = await signJwt(RSA, { ...CLAIMS, login_hint: 'ann', software_id: 's', redirect_uri: 'x' });
    expect(answerOf(await browser.authorize({ ...ASKED, id_token_hint: hint }))).toHaveProperty('code');
  });

  it('that nobody signed, or that is no JWT, is refused without a word of it', async () => {
    const { browser, site } = await signedIn();
    const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const none = `${encode({ alg: 'none' })}.${encode(CLAIMS)}.`;
    for (const hint of [none, `${none}x`, 'x'])
      expect(answerOf(await browser.authorize({ ...ASKED, id_token_hint: hint }))).toMatchObject({
        error: 'invalid_request',
      });
    expect(JSON.stringify(site.events)).not.toContain(encode(CLAIMS));
  });

  it('says nothing where the server does not speak OpenID Connect', async () => {
    const site = anOpenidSite({ signingKeys: [] });
    site.clients.set('app', aClient({ ...site.clients.get('app') }));
    const browser = site.browser();
    await browser.toAnswer({ scope: 'read' });
    expect(answerOf(await browser.authorize({ scope: 'read', id_token_hint: 'x' }))).toHaveProperty('code');
  });
});
