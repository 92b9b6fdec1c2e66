import type { Key, ListBy, Register, RegisterKind } from '@gatehouse/core';
import type { Case } from '../case.ts';
import { CLIENT, newGrant, newRegister, SUBJECT } from '../fixtures/records.ts';
import type { Trial } from '../trial.ts';

/** Every item, page by page, and how many pages that took. `between` runs after each page. */
async function all(
  t: Trial,
  kind: RegisterKind,
  by: ListBy,
  limit: number,
  between: () => Promise<void> = async () => undefined,
): Promise<readonly Register[]> {
  const items: Register[] = [];
  let after: string | null = null;
  for (let pages = 0; pages < 100_000; pages++) {
    const page: { items: readonly Register[]; next: string | null } = await t.store.list(kind, by, { limit, after });
    t.holds(page.items.length <= limit, `a page holds at most ${limit}`, page.items.length);
    items.push(...page.items);
    after = page.next;
    if (after === null) return items;
    await between();
  }
  return t.present<readonly Register[]>(undefined, 'the last page');
}

const keysOf = (registers: readonly { readonly key: Key }[]): readonly Key[] => registers.map(({ key }) => key).sort();

/** Contract 31 and 63: what is listed is what would be found, by pages that neither repeat nor miss. */
export const listing: readonly Case[] = [
  {
    id: 'store-31-by-what',
    promise:
      'Grants are listed by subject, client and session, alone and together, consents by subject and client, sessions by subject, clients whole; each item as it would be found.',
    async run(t) {
      const [session, otherSession] = [t.key(), t.key()];
      const grants = {
        mine: newGrant(t, { sessionId: session }),
        otherClient: newGrant(t, { clientId: 'client-two', sessionId: session }),
        otherOwner: newGrant(t, { subject: 'owner-two', sessionId: otherSession }),
        sameButCase: newGrant(t, { subject: SUBJECT.toUpperCase(), clientId: CLIENT.toUpperCase() }),
        padded: newGrant(t, { subject: `${SUBJECT} `, clientId: `${CLIENT} ` }),
        nobody: newGrant(t, { subject: null, clientId: null }),
      };
      const consents = [
        newRegister(t, 'consent'),
        newRegister(t, 'consent', { clientId: 'client-two' }),
        newRegister(t, 'consent', { subject: 'owner-two' }),
      ] as const;
      const sessions = [newRegister(t, 'session'), newRegister(t, 'session', { subject: 'owner-two' })] as const;
      const clients = [newRegister(t, 'client'), newRegister(t, 'client', { clientId: 'client-two' })] as const;
      const add = [...Object.values(grants), ...consents, ...sessions, ...clients];
      await t.store.write({ attempt: t.attempt(), add });

      const { mine, otherClient, otherOwner } = grants;
      const expected: readonly [RegisterKind, ListBy, readonly { key: Key }[]][] = [
        ['grant', { subject: SUBJECT }, [mine, otherClient]],
        ['grant', { client: CLIENT }, [mine, otherOwner]],
        ['grant', { session }, [mine, otherClient]],
        ['grant', { subject: SUBJECT, client: CLIENT }, [mine]],
        ['grant', { subject: SUBJECT, session }, [mine, otherClient]],
        ['grant', { client: CLIENT, session }, [mine]],
        ['grant', { subject: SUBJECT, client: 'client-two', session }, [otherClient]],
        ['grant', { subject: SUBJECT, client: CLIENT, session: otherSession }, []],
        ['grant', { subject: 'nobody' }, []],
        ['consent', { subject: SUBJECT }, [consents[0], consents[1]]],
        ['consent', { client: CLIENT }, [consents[0], consents[2]]],
        ['consent', { subject: SUBJECT, client: CLIENT }, [consents[0]]],
        ['session', { subject: SUBJECT }, [sessions[0]]],
        ['client', {}, clients],
      ];
      for (const [kind, by, wanted] of expected) {
        const items = await all(t, kind, by, 100);
        t.same(keysOf(items), keysOf(wanted), `each ${kind} by ${Object.keys(by).join(' and ') || 'nothing'}`);
        for (const item of items) t.same(item, await t.store.find(kind, item.key), `a listed ${kind}`);
      }
    },
  },
  {
    id: 'store-31-all-that-is-there',
    promise: 'Emptied, revoked and expired registers are listed as long as they are found, as they are now.',
    async run(t) {
      const now = t.now();
      const changed = newGrant(t);
      const emptied = newGrant(t);
      const revoked = newGrant(t);
      const expired = newGrant(t, { expiresAt: now + t.unit, purgeAt: now + t.ample });
      await t.store.write({ attempt: t.attempt(), add: [changed, emptied, revoked, expired] });
      const life = { expiresAt: changed.expiresAt + 1, purgeAt: changed.purgeAt + 1 };
      const changes = [
        { key: changed.key, state: '{"v":1,"step":1}', ...life },
        { key: emptied.key, state: null },
      ];
      for (const change of changes)
        await t.store.write({ attempt: t.attempt(), change: { kind: 'grant', from: 1, ...change } });
      await t.store.revoke({ grants: [revoked.key] }, now, 'test');
      await t.pass(2 * t.unit);
      const items = await all(t, 'grant', { subject: SUBJECT }, 100);
      t.same(keysOf(items), keysOf([changed, emptied, revoked, expired]), 'the grants of the owner');
      for (const item of items) t.same(item, await t.store.find('grant', item.key), 'a listed grant');
    },
  },
  {
    id: 'store-31-pages',
    promise: 'Pages of any size from 1 to 1000 give each item once; the last has no next.',
    async run(t) {
      const grants = Array.from({ length: 24 }, () => newGrant(t));
      await t.store.write({ attempt: t.attempt(), add: grants });
      for (const limit of [1, 2, 7, 8, 24, 25, 1000]) {
        for (const by of [{ subject: SUBJECT }, { client: CLIENT }, { subject: SUBJECT, client: CLIENT }]) {
          const items = await all(t, 'grant', by, limit);
          t.same(keysOf(items), keysOf(grants), `24 grants by ${Object.keys(by).join(' and ')}, in pages of ${limit}`);
        }
      }
    },
  },
  {
    id: 'store-31-under-change',
    promise:
      'While others add, change and revoke, paging repeats nothing and misses nothing that was there throughout.',
    async run(t) {
      const other = await t.sibling();
      const grants = Array.from({ length: 60 }, () => newGrant(t));
      await t.store.write({ attempt: t.attempt(), add: grants });
      let turn = 0;
      const items = await all(t, 'grant', { subject: SUBJECT }, 7, async () => {
        const additions = Array.from({ length: 5 }, () => newGrant(t));
        await other.write({ attempt: t.attempt(), add: additions });
        const changed = grants[turn % 30];
        const revoked = grants[30 + (turn % 30)];
        turn++;
        if (changed && turn < 30) {
          const life = { expiresAt: changed.expiresAt + 60_000, purgeAt: changed.purgeAt + 60_000 };
          const change = { kind: 'grant', key: changed.key, from: 1, state: '{"v":1}', ...life } as const;
          await other.write({ attempt: t.attempt(), change });
        }
        if (revoked && turn < 30) await other.revoke({ grants: [revoked.key] }, t.now(), 'test');
        // Additions must not be able to keep a listing from ending.
        if (turn > 1_000) t.present(undefined, 'an end of the listing');
      });
      const keys = keysOf(items);
      t.same(keys.length, new Set(keys).size, 'keys listed, and different keys listed');
      const listed = new Set(keys);
      t.same(grants.filter(({ key }) => !listed.has(key)).length, 0, 'grants there throughout that were missed');
    },
  },
  {
    id: 'store-31-cursors-and-sizes',
    promise: 'A cursor that no page gave and a page of less than 1 or more than 1000 are refused as `invalid`.',
    proves: ['SEC-46'],
    async run(t) {
      await t.store.write({ attempt: t.attempt(), add: [newGrant(t), newGrant(t), newGrant(t)] });
      for (const after of [`' OR 1=1 --`, '', '\u0000', '{}', 'x'.repeat(5_000), '../..', '%00'])
        await t.refused(
          () => t.store.list('grant', { subject: SUBJECT }, { limit: 1, after }),
          'invalid',
          `a page after ${JSON.stringify(after.slice(0, 20))}`,
        );
      for (const limit of [0, -1, 1_001, 1.5, Number.NaN])
        await t.refused(() => t.store.list('grant', { subject: SUBJECT }, { limit }), 'invalid', `a page of ${limit}`);
    },
  },
  {
    id: 'store-31-many',
    promise: 'The 20 000 registers of one owner are listed page by page, each once.',
    proves: ['SEC-86'],
    async run(t) {
      const count = t.scaled(20_000, 200);
      const grants = Array.from({ length: count }, () => newGrant(t));
      await t.add(grants);
      const items = await all(t, 'grant', { subject: SUBJECT }, Math.min(1_000, Math.ceil(count / 5)));
      t.same(items.length, count, 'items listed');
      t.same(keysOf(items), keysOf(grants), 'their keys');
    },
  },
];
