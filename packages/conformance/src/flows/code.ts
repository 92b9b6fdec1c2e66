import type { Case } from '../case.ts';
import { settableClock } from '../needs.ts';
import { Browser, CHALLENGE, VERIFIER } from './browser.ts';
import { Site } from './site.ts';

/** Codes, from the owner's decision to their only redemption. */
export const codeFlows: readonly Case[] = [
  {
    id: 'flow-code-with-pkce',
    promise:
      'A signed-in owner’s decision becomes a code, the code with its verifier tokens, the tokens are active and described, and refresh.',
    async run(t) {
      const site = new Site(t);
      const browser = new Browser(site);
      const code = await browser.code({ code_challenge: CHALLENGE, code_challenge_method: 'S256' });
      const { status, body } = await site.redeem(code, { code_verifier: VERIFIER });
      t.same([status, body['scope']], [200, 'read write'], 'the redemption');
      const access = String(body['access_token']);
      t.same(await site.isActive(t, access, true), true, 'the access token is active');
      const info = await t.eventually(
        () => site.tokeninfo(access),
        (seen) => seen.status === 200,
      );
      t.same([info.status, info.body['user_id']], [200, 'owner-ann'], 'its description');
      t.same((await site.refresh(String(body['refresh_token']))).status, 200, 'a refresh');
      const remembered = await browser.code();
      t.same((await site.redeem(remembered)).status, 200, 'a second sign-in, with its consent remembered');
    },
  },
  {
    id: 'flow-one-code-50-times',
    promise:
      'Of 50 parallel redemptions of one code, over two nodes, one succeeds; the others are `invalid_grant` and end the family.',
    proves: ['SEC-2', 'SEC-3'],
    async run(t) {
      const nodes = [new Site(t), new Site(t, await t.sibling())];
      for (let round = 0; round < t.scaled(5, 1); round++) {
        const code = await new Browser(nodes[0] as Site).code();
        const answers = await t.raceAll(
          Array.from({ length: 50 }, (_, index) => async (gate) => {
            await gate.pass();
            return (nodes[index % 2] as Site).redeem(code);
          }),
        );
        const given = answers.filter(({ status }) => status === 200);
        t.same(given.length, 1, 'how many of 50 redemptions gave tokens');
        const refused = answers.filter(({ status, body }) => status === 400 && body['error'] === 'invalid_grant');
        t.same(refused.length, 49, 'how many were invalid_grant');
        for (const { body } of given) {
          for (const node of nodes)
            t.same(await node.isActive(t, String(body['access_token']), false), false, 'the token of a replayed code');
          t.same((await (nodes[1] as Site).refresh(String(body['refresh_token']))).status, 400, 'its refresh token');
        }
      }
    },
  },
  {
    id: 'flow-code-of-another-client',
    promise: 'Presented for another client a code is refused and stays as it is: its own client still redeems it.',
    proves: ['SEC-10', 'SEC-72', 'SEC-77'],
    async run(t) {
      const site = new Site(t);
      const code = await new Browser(site).code();
      const stolen = await site.redeem(code, {}, 'eve');
      t.same([stolen.status, stolen.body['error']], [400, 'invalid_grant'], 'another client’s redemption');
      const { status, body } = await site.redeem(code);
      t.same(status, 200, 'its own client’s redemption');
      const foreign = await site.refresh(String(body['refresh_token']), {}, 'eve');
      t.same([foreign.status, foreign.body['error']], [400, 'invalid_grant'], 'another client’s refresh');
      const revoked = await site.revoke(String(body['refresh_token']), 'eve');
      t.same(revoked.body['error'], 'unauthorized_client', 'another client’s revocation');
      t.same(await site.isActive(t, String(body['access_token']), true), true, 'the access token after all that');
      t.same((await site.refresh(String(body['refresh_token']))).status, 200, 'its own client’s refresh');
    },
  },
  {
    id: 'flow-wrong-verifier',
    promise: 'A wrong verifier burns the code; none, or one that nobody asked for, changes nothing.',
    proves: ['SEC-21', 'SEC-22'],
    async run(t) {
      const site = new Site(t);
      const browser = new Browser(site);
      const challenged = { code_challenge: CHALLENGE, code_challenge_method: 'S256' };
      const patient = await browser.code(challenged);
      t.same((await site.redeem(patient)).status, 400, 'without a verifier');
      t.same((await site.redeem(patient, { code_verifier: VERIFIER })).status, 200, 'then with the right one');
      const burnt = await browser.code(challenged);
      t.same((await site.redeem(burnt, { code_verifier: 'x'.repeat(43) })).status, 400, 'with a wrong verifier');
      t.same((await site.redeem(burnt, { code_verifier: VERIFIER })).status, 400, 'then with the right one');
      const plain = await browser.code();
      t.same((await site.redeem(plain, { code_verifier: VERIFIER })).status, 400, 'with one that nobody asked for');
      t.same((await site.redeem(plain)).status, 200, 'then without');
    },
  },
  {
    id: 'flow-ends',
    promise:
      'A code, an access token and a refresh token are good one millisecond before their end, and no more at it.',
    proves: ['SEC-50'],
    needs: [settableClock],
    async run(t) {
      const site = new Site(t);
      const browser = new Browser(site);
      const { settings } = site.server.context;
      const { authorize } = settings;
      const tokens = t.present(settings.grants.get('authorization_code'), 'the settings of the grant');
      const codeMs = authorize.code.ttlSeconds * 1_000;
      const [early, late] = [await browser.code(), await browser.code()];
      await t.pass(codeMs - 1);
      const given = await site.redeem(early);
      t.same(given.status, 200, 'a code just before its end');
      await t.pass(1);
      t.same((await site.redeem(late)).status, 400, 'a code at its end');

      const access = String(given.body['access_token']);
      await t.pass(tokens.accessToken.ttlSeconds * 1_000 - 2);
      t.same(await site.isActive(t, access, true), true, 'an access token just before its end');
      await t.pass(1);
      t.same(await site.isActive(t, access, false), false, 'an access token at its end');

      const left = tokens.refreshToken.ttlSeconds - tokens.accessToken.ttlSeconds;
      await t.pass(left * 1_000 - 1);
      const refreshed = await site.refresh(String(given.body['refresh_token']));
      t.same(refreshed.status, 200, 'a refresh token just before its end');
      await t.pass(tokens.refreshToken.ttlSeconds * 1_000);
      t.same((await site.refresh(String(refreshed.body['refresh_token']))).status, 400, 'a refresh token at its end');
    },
  },
];
