import { describe, expect, it } from 'vitest';
import { DEFAULT_GRANTS, DEFAULT_SETTINGS, DEFAULT_TOKENS } from '../server/defaults.ts';
import { answerOf, aSite, CALLBACK, locationOf, type Site } from './browser.test-support.ts';
import { removeConsent } from './remove-consent.ts';

const TOKEN = { response_type: 'token' };
const active = async (site: Site, token: string | undefined) =>
  (await site.introspect({ token: token ?? '' })).body['active'];

describe('the implicit grant', () => {
  it('[AX-17] [AX-25] [AX-26] [AX-27] [AX-107] [SEC-74] answers in the fragment, always with scope, never with a refresh token', async () => {
    const site = aSite();
    const answer = await site.browser().toAnswer(TOKEN);
    expect(locationOf(answer).startsWith(`${CALLBACK}#access_token=gA1`)).toBe(true);
    expect(answerOf(answer)).toEqual({
      access_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: '3600',
      scope: 'read write',
      state: 'xyz',
      iss: 'https://issuer.example',
    });
    expect(await active(site, answerOf(answer)['access_token'])).toBe(true);
  });

  it('[AX-45] [AX-46] [AX-47] follows the token settings of its own grant', async () => {
    const accessToken = { ttlSeconds: 60, length: 80, type: 'Custom', metadata: { By: '${client.id}' } };
    const grants = new Map(DEFAULT_GRANTS).set('implicit', { ...DEFAULT_TOKENS, accessToken, returnMetadata: ['By'] });
    const site = aSite({ settings: { grants } });
    const answer = answerOf(await site.browser().toAnswer(TOKEN));
    expect(answer).toMatchObject({ token_type: 'Custom', expires_in: '60', By: 'app' });
    expect(answer['access_token']).toHaveLength(80);
    expect(answer).not.toHaveProperty('refresh_token');
  });

  it('[AX-28] says no in the fragment, too', async () => {
    const browser = aSite().browser();
    const answer = await browser.decide(await browser.toConsent(TOKEN), { decision: 'deny' });
    expect(locationOf(answer).startsWith(`${CALLBACK}#error=access_denied`)).toBe(true);
  });

  it('writes grant and token at once, then looks at session and consent once more', async () => {
    const site = aSite();
    const browser = site.browser();
    await browser.toAnswer();
    site.store.calls.length = 0;
    await browser.authorize(TOKEN);
    expect(site.store.calls).toEqual([
      'find session',
      'find consent',
      'write  grant,access_token',
      'find session',
      'find consent',
    ]);
  });

  it('the same page again gives a new token on the same grant', async () => {
    const site = aSite();
    const browser = site.browser();
    const page = await browser.toConsent(TOKEN);
    const first = answerOf(await browser.decide(page));
    site.time.now += 5_000;
    const second = answerOf(await browser.decide(page));
    expect(second['access_token']).not.toBe(first['access_token']);
    expect(await active(site, first['access_token'])).toBe(true);
    expect(await active(site, second['access_token'])).toBe(true);
    expect((await site.store.list('grant', { client: 'app' }, { limit: 10 })).items).toHaveLength(1);
  });

  it('[AX-166] falls with the consent, and its page does not revive it', async () => {
    const site = aSite();
    const browser = site.browser();
    const page = await browser.toConsent(TOKEN);
    const token = answerOf(await browser.decide(page))['access_token'];
    await removeConsent(site.context, 'app', 'ann', 'trace-2');
    expect(await active(site, token)).toBe(false);
    const again = await browser.decide(page);
    expect(locationOf(again)).toContain('/api/oauth/authorize?');
    expect(site.store.tokens.size).toBe(1);
  });

  it('[AX-38] works without a consent page', async () => {
    const site = aSite({ settings: { authorize: { ...DEFAULT_SETTINGS.authorize, skipConsent: true } } });
    const browser = site.browser();
    await browser.follow(await browser.signIn(await loginOf(browser)));
    expect(answerOf(await browser.authorize(TOKEN))).toMatchObject({ scope: 'read write' });
  });

  it('a hook’s veto is access_denied, and nothing is written', async () => {
    const site = aSite({ hooks: { vetoIssue: () => 'not today' } });
    const browser = site.browser();
    const page = await browser.toConsent(TOKEN);
    const answer = await browser.decide(page);
    expect(answerOf(answer)).toMatchObject({ error: 'access_denied' });
    expect(locationOf(answer)).not.toContain('today');
    expect(site.store.tokens.size).toBe(0);
  });
});

async function loginOf(browser: ReturnType<Site['browser']>) {
  const response = await browser.authorize();
  if (response.kind !== 'interact' || response.prompt.type !== 'login') throw new Error('No login page.');
  return response.prompt;
}
