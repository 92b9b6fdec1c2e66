import { keyOf, type NewRegister, type NewToken, STORE_LIMITS } from '@gatehouse/core';
import type { Case } from '../case.ts';
import { asAdded, asIssued, newGrant, newToken } from '../fixtures/records.ts';
import { META, REFUSED, UNICODE } from '../fixtures/texts.ts';
import type { Trial } from '../trial.ts';

/** Puts one text into every field that takes text, and looks for it by every way that finds text. */
async function everywhere(t: Trial, what: string, text: string): Promise<void> {
  // No scope holds a space (RFC 6749 3.3), so a store may keep scopes as one text with spaces between.
  const scope = text.includes(' ') ? ['read', text.replaceAll(' ', '')] : ['read', text, 'write'];
  const grant = newGrant(t, { clientId: text, subject: text, data: text, state: text });
  const token = newToken(t, grant.key, { clientId: text, subject: text, scope, audience: [text, ''], data: text });
  const attempt = t.attempt();
  t.same(await t.store.write({ attempt, add: [grant, token] }), 'written', `adding ${what}`);
  t.same(await t.store.find('grant', grant.key), asAdded(grant, attempt), `a grant with ${what}`);
  t.same(await t.token(token.key), asIssued(token), `a token with ${what}`);
  for (const by of [{ subject: text }, { client: text }]) {
    const { items } = await t.store.list('grant', by, { limit: 10 });
    t.same(
      items.map(({ key }) => key),
      [grant.key],
      `grants listed by ${Object.keys(by).join()} with ${what}`,
    );
  }
  const state = `${text}${text}`;
  await t.store.write({ attempt: t.attempt(), change: { kind: 'grant', key: grant.key, from: 1, state } });
  t.same((await t.store.find('grant', grant.key))?.state, state, `a state with ${what}, changed`);
  const at = t.now();
  await t.store.revoke({ grants: [grant.key] }, at, text);
  t.same((await t.store.find('grant', grant.key))?.revoked, { at, reason: text }, `a reason with ${what}`);

  const until = t.now() + t.ample;
  const nonce = t.key();
  t.same(await t.store.once(text, nonce, t.now(), until, t.attempt()), true, `a nonce in a space with ${what}`);
  t.same(await t.store.once(text, nonce, t.now(), until, t.attempt()), false, `again, in a space with ${what}`);
  const counted = keyOf('counter', 'someone');
  t.same(await t.store.count(text, counted, t.now(), t.ample, 1), 1, `a counter with ${what}`);
  t.same(await t.store.count(text, counted, t.now(), t.ample, 1), 2, `again, a counter with ${what}`);
}

/** Contract 33–36: text is data, all of it, letter by letter, up to the stated limits and not one byte further. */
export const texts: readonly Case[] = [
  {
    id: 'store-33-unicode',
    promise:
      'Any Unicode text comes back letter by letter from every field, and is told from every other: no folding, no normalising, no trimming.',
    async run(t) {
      for (const [what, text] of UNICODE) await everywhere(t, what, text);
    },
  },
  {
    id: 'store-33-at-the-limit',
    promise:
      'A 255-character client id, a subject of 2 KB, scopes of 4 KB and 64 KB each of data and state come back whole.',
    async run(t) {
      for (const letter of ['x', 'é', '語']) {
        const bytes = Buffer.byteLength(letter);
        const filled = (most: number): string => letter.repeat(Math.floor(most / bytes)) + 'x'.repeat(most % bytes);
        const clientId = letter.repeat(STORE_LIMITS.clientId);
        const subject = filled(STORE_LIMITS.subject);
        const data = filled(STORE_LIMITS.json);
        const grant = newGrant(t, { clientId, subject, data, state: data });
        const scope = [filled(2_000), filled(STORE_LIMITS.scope - 2_001)];
        const token = newToken(t, grant.key, { clientId, subject, data, scope });
        const attempt = t.attempt();
        t.same(await t.store.write({ attempt, add: [grant, token] }), 'written', `everything full of ${letter}`);
        t.same(await t.store.find('grant', grant.key), asAdded(grant, attempt), `a grant full of ${letter}`);
        t.same(await t.token(token.key), asIssued(token), `a token full of ${letter}`);
        const listed = await t.store.list('grant', { subject, client: clientId }, { limit: 10 });
        t.same(listed.items.length, 1, `grants listed by texts full of ${letter}`);
      }
      const many = newToken(t, null, { scope: Array.from({ length: 2_048 }, (_, index) => String(index % 10)) });
      await t.store.write({ attempt: t.attempt(), add: [many] });
      // 2 048 scopes of one letter and the spaces between are 4 095 bytes.
      t.same((await t.token(many.key))?.scope, many.scope, 'two thousand scopes');
    },
  },
  {
    id: 'store-33-over-the-limit',
    promise:
      'One more than a limit (client id in UTF-16 units, all else in bytes of UTF-8) is refused as `invalid`, never cut; nothing is written.',
    async run(t) {
      const over = (most: number): string => 'x'.repeat(most + 1);
      const wide = (most: number): string => `${'é'.repeat(most / 2)}x`;
      const grants: readonly Partial<NewRegister>[] = [
        { clientId: over(STORE_LIMITS.clientId) },
        { subject: over(STORE_LIMITS.subject) },
        { subject: wide(STORE_LIMITS.subject) },
        { data: over(STORE_LIMITS.json) },
        { data: wide(STORE_LIMITS.json) },
        { state: over(STORE_LIMITS.json) },
        { state: wide(STORE_LIMITS.json) },
      ];
      for (const members of grants) {
        const grant = newGrant(t, members);
        const what = `a grant with too long a ${Object.keys(members).join()}`;
        await t.refused(() => t.store.write({ attempt: t.attempt(), add: [grant] }), 'invalid', what);
        t.same(await t.store.find('grant', grant.key), undefined, what);
      }
      const tokens: readonly Partial<NewToken>[] = [
        { clientId: over(STORE_LIMITS.clientId) },
        { subject: over(STORE_LIMITS.subject) },
        { scope: [over(STORE_LIMITS.scope)] },
        { scope: ['x'.repeat(2_048), 'x'.repeat(2_048)] },
        { data: over(STORE_LIMITS.json) },
      ];
      for (const members of tokens) {
        const token = newToken(t, null, members);
        const what = `a token with too long a ${Object.keys(members).join()}`;
        await t.refused(() => t.store.write({ attempt: t.attempt(), add: [token] }), 'invalid', what);
        t.same(await t.store.find('access_token', token.key), undefined, what);
      }
      const grant = newGrant(t);
      const attempt = t.attempt();
      await t.store.write({ attempt, add: [grant] });
      const change = { kind: 'grant', key: grant.key, from: 1, state: over(STORE_LIMITS.json) } as const;
      await t.refused(() => t.store.write({ attempt: t.attempt(), change }), 'invalid', 'a change to too long a state');
      t.same(await t.store.find('grant', grant.key), asAdded(grant, attempt), 'the grant after that');
    },
  },
  {
    id: 'store-34-no-nul-no-half-letters',
    promise: 'U+0000 and lone surrogates are refused as `invalid` in every text, and nothing is written.',
    async run(t) {
      const now = t.now();
      const there = newGrant(t);
      const attempt = t.attempt();
      await t.store.write({ attempt, add: [there] });
      for (const [what, text] of REFUSED) {
        const grants: readonly Partial<NewRegister>[] = [
          { clientId: text },
          { subject: text },
          { data: text },
          { state: text },
        ];
        for (const members of grants) {
          const grant = newGrant(t, members);
          const where = `${what} in ${Object.keys(members).join()} of a grant`;
          await t.refused(() => t.store.write({ attempt: t.attempt(), add: [grant] }), 'invalid', where);
          t.same(await t.store.find('grant', grant.key), undefined, `a grant with ${where}`);
        }
        const tokens: readonly Partial<NewToken>[] = [
          { clientId: text },
          { subject: text },
          { scope: ['read', text] },
          { audience: [text] },
          { data: text },
        ];
        for (const members of tokens) {
          const token = newToken(t, null, members);
          const where = `${what} in ${Object.keys(members).join()} of a token`;
          await t.refused(() => t.store.write({ attempt: t.attempt(), add: [token] }), 'invalid', where);
          t.same(await t.store.find('access_token', token.key), undefined, `a token with ${where}`);
        }
        const change = { kind: 'grant', key: there.key, from: 1, state: text } as const;
        await t.refused(() => t.store.write({ attempt: t.attempt(), change }), 'invalid', `${what} in a change`);
        await t.refused(() => t.store.revoke({ grants: [there.key] }, now, text), 'invalid', `${what} in a reason`);
        const page = { limit: 1 };
        await t.refused(
          () => t.store.list('grant', { subject: text }, page),
          'invalid',
          `${what} in a subject listed by`,
        );
        await t.refused(
          () => t.store.list('grant', { client: text }, page),
          'invalid',
          `${what} in a client listed by`,
        );
        const once = () => t.store.once(text, t.key(), now, now + 1_000, t.attempt());
        await t.refused(once, 'invalid', `${what} in a space`);
        await t.refused(() => t.store.count(text, t.key(), now, 1_000, 1), 'invalid', `${what} in a counter`);
        await t.refused(() => t.store.clear(text, t.key()), 'invalid', `${what} in a counter to clear`);
      }
      t.same(await t.store.find('grant', there.key), asAdded(there, attempt), 'the grant that was there');
    },
  },
  {
    id: 'store-35-empty-and-null',
    promise:
      'Empty texts, empty lists and null come back as they went in: an empty `state` is not an emptied register.',
    async run(t) {
      const empty = newGrant(t, { data: '', state: '', clientId: null, subject: null });
      const emptied = newGrant(t, { data: '{}', state: null });
      const bare = newToken(t, null, { scope: [], audience: [], data: '' });
      const blank = newToken(t, null, { audience: [''] });
      const attempt = t.attempt();
      await t.store.write({ attempt, add: [empty, emptied, bare, blank] });
      t.same(await t.store.find('grant', empty.key), asAdded(empty, attempt), 'a grant with empty data and state');
      t.same(await t.store.find('grant', emptied.key), asAdded(emptied, attempt), 'a grant added empty');
      t.same(await t.token(bare.key), asIssued(bare), 'a token without scope and audience');
      t.same(await t.token(blank.key), asIssued(blank), 'a token whose audience is one empty text');
      const change = { kind: 'grant', key: emptied.key } as const;
      await t.store.write({ attempt: t.attempt(), change: { ...change, from: 1, state: '' } });
      t.same((await t.store.find('grant', emptied.key))?.state, '', 'a state that was null, changed to an empty text');
      await t.store.write({ attempt: t.attempt(), change: { ...change, from: 2, state: null } });
      t.same((await t.store.find('grant', emptied.key))?.state, null, 'and emptied again');
      const at = t.now();
      await t.store.revoke({ grants: [empty.key] }, at, '');
      t.same((await t.store.find('grant', empty.key))?.revoked, { at, reason: '' }, 'an empty reason');
    },
  },
  {
    id: 'store-36-meta-characters',
    promise:
      'What SQL, CQL, LIKE, JSON, format strings and JavaScript’s prototypes take for more than data is data in every field.',
    async run(t) {
      for (const text of META) await everywhere(t, text, text);
    },
  },
];
