import type { Key } from '@gatehouse/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CompiledCatalogue } from '../database/compiled-catalogue.ts';
import { dialectNamed } from '../dialects/index.ts';
import { migrate, RdbmsStore } from '../index.ts';
import { additionRows, rowOf } from '../rows.ts';
import { bind, type Params } from '../statement.ts';
import { patient } from './conformance-target.test-support.ts';
import { addDeadRows, addLiveRows, type Speaks, TENANT } from './dead-rows.test-support.ts';
import { everyStatement, meant } from './meant-index.test-support.ts';
import type { Outside } from './product.test-support.ts';
import { attempt, newGrant, newToken } from './records.test-support.ts';
import { ALL_SERVERS, onEach } from './servers.test-support.ts';
import { filled, plansOf, type Touched, touchedBy, WHOLE } from './touched-rows.test-support.ts';

/** Levels that a tree of a million keys has more than one of two thousand. */
const DEEPER = 2;

await onEach(ALL_SERVERS, (server, product) => {
  const speaks: Speaks = server.what.startsWith('PostgreSQL') ? 'postgresql' : 'mysql';
  const catalogue = new CompiledCatalogue(dialectNamed(speaks), undefined);
  let outside: Outside;
  let drop: () => Promise<void>;
  let before: Readonly<Record<string, Touched>>;
  let after: Readonly<Record<string, Touched>>;

  beforeAll(async () => {
    const database = await server.createDatabase();
    drop = database.drop;
    await migrate({ connection: database.url });
    outside = await product.connect(database.url);
    const flows = flowsOf(catalogue, await oneSignIn(database.url));
    await addLiveRows(outside, speaks);
    before = await costsOf(flows);
    await addDeadRows(outside, speaks);
    after = await costsOf(flows);
  });
  afterAll(async () => {
    await outside?.end();
    await drop?.();
  });

  async function costsOf(flows: Readonly<Record<string, string>>): Promise<Readonly<Record<string, Touched>>> {
    const costs: Record<string, Touched> = {};
    for (const [what, text] of Object.entries(flows)) {
      // Once for what is only done the first time: its pages, its catalogues.
      await touchedBy(outside, speaks, text);
      costs[what] = await touchedBy(outside, speaks, text);
    }
    return costs;
  }

  test('[store-59] [performance] with a million dead rows issuing, refreshing and introspecting touch the rows that they touched without, by the same plan', () => {
    const seen = (costs: typeof before) =>
      Object.fromEntries(Object.entries(costs).map(([what, { plan, rows }]) => [what, { plan, rows }]));
    expect(seen(after)).toEqual(seen(before));
    for (const [what, { pages, plan }] of Object.entries(after)) {
      expect(plan, what).not.toContain(WHOLE);
      expect(pages, `pages of ${what}`).toBeLessThanOrEqual((before[what]?.pages ?? 0) + DEEPER * plan.length);
    }
  });

  test('[store-59] every statement of the catalogue finds its rows by the index meant for it', async () => {
    for (const { id, compiled, values } of everyStatement(dialectNamed(speaks))) {
      const index = meant(id);
      if (index === null) continue;
      for (const plan of await plansOf(outside, speaks, compiled, values)) {
        expect(plan, `${id}: ${compiled.text}`).toContainEqual(expect.stringMatching(index));
        expect(plan, `${id}: ${compiled.text}`).not.toContain(WHOLE);
      }
    }
  });
});

interface SignIn {
  readonly grant: Key;
  readonly token: Key;
}

/** By the store itself. */
async function oneSignIn(url: string): Promise<SignIn> {
  const store = new RdbmsStore({ connection: patient(url), namespace: TENANT });
  try {
    await store.open();
    const grant = newGrant();
    const token = newToken(grant.key);
    await store.write({ attempt: attempt(), add: [grant, token] });
    return { grant: grant.key, token: token.key };
  } finally {
    await store.close();
  }
}

/** What is said to the database while tokens are issued, refreshed and looked at. */
function flowsOf(catalogue: CompiledCatalogue, { grant, token }: SignIn): Readonly<Record<string, string>> {
  const said = (id: Parameters<CompiledCatalogue['statement']>[0], params: Params): string => {
    const compiled = catalogue.statement(id);
    return filled(compiled, bind(compiled, params));
  };
  const added = (add: Parameters<typeof rowOf>[1]): string => {
    const [[id, params, rows]] = additionRows(TENANT, [{ attempt: attempt(), add: [add] }]) as [
      ReturnType<typeof additionRows>[number],
    ];
    const [{ compiled, values }] = catalogue.parts(id, params, rows) as [
      ReturnType<CompiledCatalogue['parts']>[number],
    ];
    return filled(compiled, values);
  };
  const where = { tenant_id: TENANT, key: grant };
  const rotated = { ...where, from_version: 1, attempt: 'next', state: '{}', expires_at: 1, purge_at: 1 };
  const fresh = newToken(grant);
  const inFront = Object.entries(rowOf(TENANT, fresh, 'next')).map(([name, value]) => [`token_${name}`, value]);
  return {
    'introspecting a token': said('find_access_token', { tenant_id: TENANT, key: token }),
    'introspecting what is none': said('find_access_token', { tenant_id: TENANT, key: fresh.key }),
    'a token for a client': added(newToken(null)),
    'a grant for an owner': added(newGrant()),
    'looking at a grant': said('find_grant', where),
    'refreshing: the change': said('change_grant', rotated),
    'refreshing: the token': added(fresh),
    ...(catalogue.all.some(({ id }) => id === 'change_and_token') && {
      'refreshing at once': said('change_and_token', { ...rotated, ...Object.fromEntries(inFront) }),
    }),
  };
}
