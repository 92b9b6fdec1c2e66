import type { Case } from '../case.ts';
import { asAdded, asIssued, newEpoch, newGrant, newRegister, newToken, REGISTER_KINDS } from '../fixtures/records.ts';
import { port } from '../needs.ts';

/** Contract 1 and 5–7; 4 is proved by the flows, which have handles. */
export const basics: readonly Case[] = [
  {
    id: 'store-00-capabilities',
    promise: 'The store declares exactly the capabilities that its test file spells out, and has a name.',
    async run(t) {
      t.same({ ...t.store.capabilities }, { ...t.capabilities }, 'the declared capabilities');
      t.holds(t.store.name.length > 0, 'the store has a name', t.store.name);
      await t.store.open();
      await t.store.ping();
    },
  },
  {
    id: 'store-01-found-as-added',
    promise: 'What is added is found again, deep-equal, with version 1 and the attempt of its write.',
    async run(t) {
      for (const kind of REGISTER_KINDS) {
        const register = newRegister(t, kind);
        const attempt = t.attempt();
        t.same(await t.store.write({ attempt, add: [register] }), 'written', `adding a ${kind}`);
        t.same(await t.store.find(kind, register.key), asAdded(register, attempt), `the ${kind}, found`);
      }
      const grant = newGrant(t, { sessionId: t.key() });
      const issued = newToken(t, grant.key);
      const alone = newToken(t, null, { scope: [], audience: [] });
      const attempt = t.attempt();
      t.same(await t.store.write({ attempt, add: [grant, issued, alone] }), 'written', 'adding a grant and two tokens');
      t.same(await t.store.find('grant', grant.key), asAdded(grant, attempt), 'the grant, found');
      t.same(await t.token(issued.key), asIssued(issued), 'its token, found');
      t.same(await t.token(alone.key), asIssued(alone), 'the token without a grant, found');
    },
  },
  {
    id: 'store-01-nobody-shares-memory',
    promise: 'Changing what was handed in or what was handed out does not change the store.',
    async run(t) {
      const grant = newGrant(t);
      const scope = ['read'];
      const token = newToken(t, grant.key, { scope, audience: ['https://api.example'] });
      const kept = asIssued({ ...token, scope: [...scope] });
      const handedIn = { ...grant };
      const attempt = t.attempt();
      await t.store.write({ attempt, add: [handedIn, token] });
      scope.push('admin');
      Reflect.set(handedIn, 'state', '{"v":1,"step":99}');
      t.same(await t.token(token.key), kept, 'the token, after the scope that was handed in grew');
      t.same(await t.store.find('grant', grant.key), asAdded(grant, attempt), 'the grant, after its object changed');

      const found = t.present(await t.token(token.key), 'the token');
      vandalise(found);
      const register = t.present(await t.store.find('grant', grant.key), 'the grant');
      vandalise(register);
      const listed = await t.store.list('grant', { subject: grant.subject ?? '' }, { limit: 10 });
      for (const item of listed.items) vandalise(item);
      t.same(await t.token(token.key), kept, 'the token, after the one that was found was changed');
      t.same(await t.store.find('grant', grant.key), asAdded(grant, attempt), 'the grant, after the found one changed');
    },
  },
  {
    id: 'store-05-duplicate-is-a-conflict',
    promise:
      'A key to add that is there already is a typed conflict and the first record is unchanged; ordered: nobody is answered with the rest.',
    async run(t) {
      for (const kind of REGISTER_KINDS) {
        const first = newRegister(t, kind);
        const attempt = t.attempt();
        await t.store.write({ attempt, add: [first] });
        const second = { ...first, data: '{"v":1,"second":true}', state: '{"v":1,"second":true}' };
        await t.refused(() => t.store.write({ attempt: t.attempt(), add: [second] }), 'conflict', `a second ${kind}`);
        t.same(await t.store.find(kind, first.key), asAdded(first, attempt), `the first ${kind}`);
      }
      const first = newToken(t, null);
      await t.store.write({ attempt: t.attempt(), add: [first] });
      const second = { ...first, scope: ['admin'] };
      await t.refused(() => t.store.write({ attempt: t.attempt(), add: [second] }), 'conflict', 'a second token');
      t.same(await t.token(first.key), asIssued(first), 'the first token');
    },
  },
  {
    id: 'store-05-conflict-changes-nothing',
    promise:
      'A conflict beside a change leaves version and state as they were, and (where additions are atomic) nothing else of that write.',
    async run(t) {
      const grant = newGrant(t);
      const taken = newToken(t, null);
      const attempt = t.attempt();
      await t.store.write({ attempt, add: [grant, taken] });
      const fresh = newToken(t, grant.key);
      const intruder = { ...taken, data: '{"v":1,"intruder":true}' };
      const change = { kind: 'grant', key: grant.key, from: 1, state: '{"v":1,"step":1}' } as const;
      await t.refused(
        () => t.store.write({ attempt: t.attempt(), change, add: [fresh, intruder] }),
        'conflict',
        'a change whose additions conflict',
      );
      t.same(await t.store.find('grant', grant.key), asAdded(grant, attempt), 'the register of that change');
      t.same(await t.token(taken.key), asIssued(taken), 'the record that was in the way');
      await t.settle();
      if (t.atomic) t.same(await t.store.find('access_token', fresh.key), undefined, 'the other addition');
    },
  },
  {
    id: 'store-06-unknown-members',
    promise:
      'Text in `data` and `state` comes back letter by letter: unknown members, order, spacing and prototype names too.',
    proves: ['SEC-67'],
    async run(t) {
      const text = '{ "v": 2,\n "__proto__": {"admin": true}, "constructor": null, "1": 1.50, "a":"\\u00e9", "a": [] }';
      const grant = newGrant(t, { data: text, state: text });
      const token = newToken(t, grant.key, { data: text });
      await t.store.write({ attempt: t.attempt(), add: [grant, token] });
      const found = t.present(await t.store.find('grant', grant.key), 'the grant');
      t.same(found.data, text, 'its data');
      t.same(found.state, text, 'its state');
      t.same(Reflect.get(found, 'admin'), undefined, 'what a member named __proto__ would have lent');
      const state = `${text} `;
      await t.store.write({ attempt: t.attempt(), change: { kind: 'grant', key: grant.key, from: 1, state } });
      t.same((await t.store.find('grant', grant.key))?.state, state, 'its state after a change');
      t.same((await t.store.find('grant', grant.key))?.data, text, 'its data after a change');
      t.same((await t.token(token.key))?.data, text, 'the data of the token');
    },
  },
  {
    id: 'store-06-previous-schema',
    promise: 'What the previous schema version wrote is readable, and changed and revoked like any other.',
    needs: [port('previousSchema')],
    async run(t) {
      const keys = { grant: t.key(), token: t.key() };
      await t.present(t.target.previousSchema, 'the port')(t.store, keys);
      const grant = t.present(await t.store.find('grant', keys.grant), 'the old grant');
      t.same(await t.endOf(keys.token, null), null, 'the old token');
      const change = { kind: 'grant', key: keys.grant, from: grant.version, state: '{"v":1}' } as const;
      t.same(await t.store.write({ attempt: t.attempt(), change }), 'written', 'a change of the old grant');
      t.same(await t.store.revoke({ grants: [keys.grant] }, t.now(), 'test'), 1, 'revoking the old grant');
      t.same(await t.endOf(keys.token, 'grant'), 'grant', 'its token');
    },
  },
  {
    id: 'store-07-additions-together',
    promise:
      'Of a write of several additions all are there or (where additions are atomic) none, also when the last conflicts.',
    async run(t) {
      const taken = newGrant(t);
      await t.store.write({ attempt: t.attempt(), add: [taken] });
      const others = Array.from({ length: 8 }, () => newToken(t, null));
      const add = [...others, { ...taken, data: '{"v":1,"other":true}' }];
      await t.refused(() => t.store.write({ attempt: t.attempt(), add }), 'conflict', 'nine additions, the last there');
      await t.settle();
      if (t.atomic)
        for (const other of others)
          t.same(await t.store.find('access_token', other.key), undefined, 'an addition beside one that conflicts');

      const together = [...Array.from({ length: 8 }, () => newToken(t, null)), newGrant(t)];
      t.same(await t.store.write({ attempt: t.attempt(), add: together }), 'written', 'nine additions');
      for (const each of together)
        t.present(
          each.kind === 'access_token' ? await t.token(each.key) : await t.store.find(each.kind, each.key),
          'one of nine',
        );
    },
  },
  {
    id: 'store-07-one-key-twice',
    promise: 'Two additions of one kind and key in a write are refused (`conflict` or `invalid`) and leave nothing.',
    async run(t) {
      const token = newToken(t, null);
      const other = { ...token, scope: ['admin'] };
      await t.refused(
        () => t.store.write({ attempt: t.attempt(), add: [token, other] }),
        ['conflict', 'invalid'],
        'one key twice in one write',
      );
      await t.settle();
      if (t.atomic) t.same(await t.store.find('access_token', token.key), undefined, 'the key of both');
      const epoch = newEpoch(t, 'client-two');
      t.same(await t.store.write({ attempt: t.attempt(), add: [epoch] }), 'written', 'another write');
    },
  },
];

function vandalise(record: object): void {
  for (const [name, value] of Object.entries(record)) {
    if (Array.isArray(value)) Reflect.set(value, value.length, 'admin');
    else if (value !== null && typeof value === 'object') vandalise(value);
    else Reflect.set(record, name, 'changed');
  }
}
