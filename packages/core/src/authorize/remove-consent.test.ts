import { describe, expect, it } from 'vitest';
import { answerOf, aSite, CALLBACK } from './browser.test-support.ts';
import { consentKey } from './consent.ts';
import { removeConsent } from './remove-consent.ts';

describe('taking back a consent', () => {
  it('[AX-166] [SEC-14] ends every grant of owner and client, and no other', async () => {
    const site = aSite();
    const browser = site.browser();
    const codes = [answerOf(await browser.toAnswer()), answerOf(await browser.authorize())].map(
      ({ code }) => code ?? '',
    );
    const redeem = (code: string) => site.token({ grant_type: 'authorization_code', code, redirect_uri: CALLBACK });
    const { body } = await redeem(codes[0] ?? '');
    const other = await site.token({ grant_type: 'client_credentials' });

    expect(await removeConsent(site.context, 'app', 'ann', 'trace-2')).toBe(2);
    const active = async (token: unknown) => (await site.introspect({ token: String(token) })).body['active'];
    expect(await active(body['access_token'])).toBe(false);
    expect(await redeem(codes[1] ?? '')).toMatchObject({ status: 400 });
    const refreshed = await site.token({ grant_type: 'refresh_token', refresh_token: String(body['refresh_token']) });
    expect(refreshed.body).toMatchObject({ error: 'invalid_grant' });
    expect(await active(other.body['access_token'])).toBe(true);
    // The owner is asked again.
    expect((await browser.toConsent()).scopes).toEqual(['read', 'write']);
    expect(await removeConsent(site.context, 'app', 'ann', 'trace-3')).toBe(0);
  });

  it('is always a write, also where there is none or it is empty', async () => {
    const site = aSite();
    const versions = [];
    for (let round = 0; round < 3; round++) {
      await removeConsent(site.context, 'app', 'ann', 'trace-1');
      versions.push((await site.store.find('consent', consentKey('app', 'ann')))?.version);
    }
    expect(versions).toEqual([1, 2, 3]);
    // What was emptied is filled again by the next decision, and stays one record.
    await site.browser().toAnswer();
    expect((await site.store.list('consent', { subject: 'ann' }, { limit: 10 })).items).toMatchObject([{ version: 4 }]);
  });

  it('[SEC-86] lists in pages', async () => {
    const site = aSite();
    const browser = site.browser();
    await browser.toAnswer();
    for (let count = 1; count < 450; count++) await browser.authorize();
    site.store.calls.length = 0;
    expect(await removeConsent(site.context, 'app', 'ann', 'trace-1')).toBe(450);
    expect(site.store.calls.filter((call) => call.startsWith('revoke'))).toEqual([
      'revoke grants:200',
      'revoke grants:200',
      'revoke grants:50',
    ]);
  });
});
