import type { Case } from '../case.ts';
import { Browser } from './browser.ts';
import { Site } from './site.ts';

/** OpenID Connect, where what goes out together is one grant and one session. */
export const openidFlows: readonly Case[] = [
  {
    id: 'flow-hybrid',
    promise:
      'A code and an access token of one authorization response are one grant: the code gives tokens once, and used again it ends all of them.',
    proves: ['AX-18'],
    async run(t) {
      const site = new Site(t);
      const asked = { response_type: 'code id_token token', scope: 'openid read', nonce: 'n' };
      const { access_token: beside = '', code = '', id_token: idToken } = await new Browser(site).answer(asked);
      t.same([typeof idToken, await site.isActive(t, beside, true)], ['string', true], 'what went out with the code');
      const { body, status } = await site.redeem(code);
      t.same([status, typeof body['id_token']], [200, 'string'], 'the redemption');
      t.same((await site.redeem(code)).status, 400, 'a second one');
      for (const token of [beside, String(body['access_token'])])
        t.same(await site.isActive(t, token, false), false, 'a token of that grant');
    },
  },
  {
    id: 'flow-sign-out',
    promise:
      'A sign-out ends what OpenID Connect gave in its session, on every node, and nothing of another session, of `offline_access` or of OAuth alone.',
    async run(t) {
      const nodes = [new Site(t), new Site(t, await t.sibling())] as const;
      const [site, other] = nodes;
      const [browser, elsewhere] = [new Browser(site), new Browser(other)];
      const given = async (from: Browser, scope: string) => (await site.redeem(await from.code({ scope }))).body;
      const ends = await given(browser, 'openid read');
      const stays = [
        await given(browser, 'openid read offline_access'),
        await given(browser, 'read'),
        await given(elsewhere, 'openid read'),
      ];
      await browser.signOut();
      t.same((await other.refresh(String(ends['refresh_token']))).status, 400, 'a refresh of what the session gave');
      t.same(await other.isActive(t, String(ends['access_token']), false), false, 'its access token');
      for (const { access_token: access, refresh_token: refresh } of stays) {
        t.same(await other.isActive(t, String(access), true), true, 'an access token of something else');
        t.same((await other.refresh(String(refresh))).status, 200, 'its refresh');
      }
    },
  },
];
