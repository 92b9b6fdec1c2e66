import type { Case } from '../case.ts';
import { port } from '../needs.ts';
import { Browser, CHALLENGE, VERIFIER } from './browser.ts';
import { family } from './refresh.ts';
import { CLIENT_SECRET, OWNER_PASSWORD, SERVER_SECRET, Site } from './site.ts';

/** What does not work, and what nobody finds in the back end. */
export const attackFlows: readonly Case[] = [
  {
    id: 'flow-kinds-are-apart',
    promise: 'A handle of one kind, offered as any other, is unknown everywhere and stays as good as it was.',
    proves: ['SEC-8'],
    async run(t) {
      const site = new Site(t);
      const { refresh, access } = await family(site);
      const code = await new Browser(site).code();
      for (const handle of [access, refresh]) t.same((await site.redeem(handle)).status, 400, 'a token as a code');
      for (const handle of [access, code])
        t.same((await site.refresh(handle)).status, 400, 'another handle as a refresh token');
      for (const handle of [refresh, code])
        t.same((await site.tokeninfo(handle)).status, 400, 'another handle as an access token');
      t.same(await site.isActive(t, code, false), false, 'a code at introspection');
      t.same((await site.revoke(code)).status, 200, 'a code at revocation');
      t.same(await site.isActive(t, access, true), true, 'the access token after all that');
      t.same((await site.refresh(refresh)).status, 200, 'the refresh token after all that');
      t.same((await site.redeem(code)).status, 200, 'the code after all that');
    },
  },
  {
    id: 'flow-altered-handles',
    promise:
      'A handle that was shortened, lengthened, changed in one character or in its case is unknown and harms nobody.',
    proves: ['SEC-11'],
    async run(t) {
      const site = new Site(t);
      const { refresh, access } = await family(site);
      for (const altered of alterations(access)) {
        t.same(await site.isActive(t, altered, false), false, 'an altered access token at introspection');
        t.same((await site.revoke(altered)).status, 200, 'an altered access token at revocation');
      }
      for (const altered of alterations(refresh)) {
        const { status } = await site.refresh(altered);
        t.same(status, 400, 'an altered refresh token');
        t.same((await site.revoke(altered)).status, 200, 'an altered refresh token at revocation');
      }
      t.same(await site.isActive(t, access, true), true, 'the access token after all that');
      t.same((await site.refresh(refresh)).status, 200, 'the refresh token after all that');
    },
  },
  {
    id: 'flow-bad-text',
    promise:
      'U+0000, lone surrogates and what SQL and CQL take for more than data get an answer below 500, and nothing is written.',
    async run(t) {
      const site = new Site(t);
      for (const text of ['\u0000', 'a\u0000b', `' OR 1=1 --`, '"; DROP KEYSPACE x', '%', '\\', '{}', '\ud800']) {
        const answers = [
          await site.redeem(text),
          await site.refresh(text),
          await site.revoke(text),
          await site.tokeninfo(text),
          await site.token({ grant_type: 'client_credentials', scope: text }),
          await site.token({ grant_type: 'password', username: text, password: text }),
          await site.token({ grant_type: text }),
        ];
        for (const { status } of answers) t.holds(status < 500, 'an answer below 500', status);
      }
      const grants = await t.store.list('grant', { client: 'app' }, { limit: 10 });
      t.same(grants.items, [], 'grants after all that');
    },
  },
  {
    id: 'store-04-no-secrets-kept',
    promise:
      'No handle, password, client or server secret, verifier or cookie is anywhere in the back end, or in a log line.',
    needs: [port('dump')],
    async run(t) {
      const site = new Site(t);
      const browser = new Browser(site);
      const code = await browser.code({ code_challenge: CHALLENGE, code_challenge_method: 'S256' });
      const first = await site.redeem(code, { code_verifier: VERIFIER });
      const second = await site.refresh(String(first.body['refresh_token']));
      const alone = await site.token({ grant_type: 'client_credentials' });
      const login = { grant_type: 'password', username: 'ann', password: OWNER_PASSWORD };
      const byPassword = await site.token(login);
      await site.token({ ...login, password: 'a wrong password of the suite' });
      await site.redeem(code, { code_verifier: VERIFIER });
      const secrets = [
        code,
        VERIFIER,
        CLIENT_SECRET,
        OWNER_PASSWORD,
        SERVER_SECRET,
        'a wrong password of the suite',
        t.present(browser.owner, 'the owner’s cookie'),
        ...[first, second, alone, byPassword].flatMap(({ body }) =>
          [body['access_token'], body['refresh_token']].filter((handle) => typeof handle === 'string'),
        ),
      ];
      t.holds(secrets.length >= 13, 'all secrets were made', secrets.length);
      const kept = await t.present(t.target.dump, 'the port')(t.store);
      t.holds(kept.length > 0, 'the back end was dumped', kept.length);
      for (const [where, texts] of [
        ['the back end', kept],
        ['the log', t.logged],
      ] as const)
        for (const secret of secrets)
          for (const form of spellings(secret))
            t.holds(!texts.some((text) => text.includes(form)), `${where} holds no secret`, where);
    },
  },
];

function alterations(handle: string): readonly string[] {
  const middle = Math.floor(handle.length / 2);
  const other = (letter: string | undefined): string => (letter === 'a' ? 'b' : 'a');
  return [
    handle.slice(0, -1),
    handle.slice(1),
    handle.slice(0, middle),
    `${handle}a`,
    `${handle} `,
    handle.toLowerCase(),
    handle.toUpperCase(),
    handle.slice(0, middle) + other(handle[middle]) + handle.slice(middle + 1),
    handle.slice(0, -1) + other(handle.at(-1)),
  ].filter((altered) => altered !== handle);
}

/** As it is, and as base64, base64url or hex would hide it, at any alignment of the first. */
function spellings(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  return [secret, bytes.toString('base64'), bytes.toString('base64url'), bytes.toString('hex')];
}
