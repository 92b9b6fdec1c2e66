import { endOwner, removeConsent } from '@gatehouse/core';
import type { Case } from '../case.ts';
import { Browser } from './browser.ts';
import { family } from './refresh.ts';
import { Site } from './site.ts';

/** Client credentials, and everything that ends what was given. */
export const endingFlows: readonly Case[] = [
  {
    id: 'flow-client-credentials',
    promise: 'A client’s own token is active without a refresh token, and ends by revocation.',
    async run(t) {
      const site = new Site(t);
      const { status, body } = await site.token({ grant_type: 'client_credentials', scope: 'read' });
      t.same([status, body['scope'], 'refresh_token' in body], [200, 'read', false], 'the token response');
      const access = String(body['access_token']);
      t.same(await site.isActive(t, access, true), true, 'its token');
      t.same((await site.revoke(access)).status, 200, 'revoking it');
      t.same(await site.isActive(t, access, false), false, 'its token after that');
    },
  },
  {
    id: 'flow-revocation',
    promise:
      'A revoked access token ends alone; a revoked refresh token ends its family, on every node, and tokeninfo agrees.',
    proves: ['SEC-12'],
    async run(t) {
      const site = new Site(t);
      const elsewhere = new Site(t, await t.sibling());
      const { refresh, access } = await family(site);
      const other = await family(site);
      t.same(await site.isActive(t, access, true), true, 'the access token, before it is revoked');
      t.same((await site.revoke(access)).status, 200, 'revoking the access token');
      t.same((await site.revoke(access)).status, 200, 'revoking it again');
      t.same(await elsewhere.isActive(t, access, false), false, 'the access token');
      t.same((await elsewhere.tokeninfo(access)).status, 400, 'its description');
      const next = await elsewhere.refresh(refresh);
      t.same(next.status, 200, 'the refresh token after that');
      // Any generation of it ends the family.
      t.same((await elsewhere.revoke(refresh)).status, 200, 'revoking the first refresh token');
      const newest = String(next.body['access_token']);
      t.same(await site.isActive(t, newest, false), false, 'the newest access token');
      t.same((await site.tokeninfo(newest)).status, 400, 'its description');
      t.same((await site.refresh(String(next.body['refresh_token']))).status, 400, 'the newest refresh token');
      t.same(await site.isActive(t, other.access, true), true, 'another family of the owner');
    },
  },
  {
    id: 'flow-consent-removed',
    promise:
      'With its consent everything of an owner and a client ends, codes on their way included; the next request asks again.',
    proves: ['SEC-14'],
    async run(t) {
      const site = new Site(t);
      const browser = new Browser(site);
      const given = await site.redeem(await browser.code());
      const underway = await browser.code();
      const ended = await removeConsent(site.server.context, 'app', 'owner-ann', 'trace');
      t.same(ended, 2, 'grants it ended');
      t.same(await site.isActive(t, String(given.body['access_token']), false), false, 'an access token');
      t.same((await site.refresh(String(given.body['refresh_token']))).status, 400, 'a refresh token');
      t.same((await site.redeem(underway)).status, 400, 'a code that was on its way');
      t.same((await site.redeem(await browser.code())).status, 200, 'a code that was asked for again');
    },
  },
  {
    id: 'flow-owner-ended',
    promise: 'When an owner is ended every session and family of theirs is, whatever the client.',
    proves: ['SEC-12'],
    async run(t) {
      const site = new Site(t);
      const browser = new Browser(site);
      const one = await site.redeem(await browser.code());
      const two = await site.redeem(await browser.code({ client_id: 'eve' }), {}, 'eve');
      const ended = await endOwner(site.server.context, 'owner-ann', 'removed', 'trace');
      t.same(ended, { sessions: 1, grants: 2 }, 'what it ended');
      for (const { body } of [one, two])
        t.same(await site.isActive(t, String(body['access_token']), false), false, 'an access token');
      t.same((await site.refresh(String(one.body['refresh_token']))).status, 400, 'a refresh token');
      t.same((await site.refresh(String(two.body['refresh_token']), {}, 'eve')).status, 400, 'the other’s');
    },
  },
];
