import { globSync, statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Browser, type Case, runCase, Site } from '@gatehouse/conformance';
import type { Key, NewRegister, NewToken, Page, Register } from '@gatehouse/core';
import { cassandraCluster } from '@gatehouse/testkit';
import { afterAll, expect, test } from 'vitest';
import { subjectColumn } from '../columns.ts';
import { CassandraStore, type SentStatement } from '../index.ts';
import { freshKeyspace, patient, promised, TOLERANCE } from './conformance-target.test-support.ts';
import { onCluster } from './on-cluster.test-support.ts';
import { newGrant, newKey } from './records.test-support.ts';

interface Budget {
  readonly reads: number;
  /** Plain ones: tokens and what registers are listed by. */
  readonly writes: number;
  /** Lightweight transactions. */
  readonly decisions: number;
}

const DECISION = /^(?:add_(?!token$)|change_|revoke_|lengthen_|once_(?:add|take))/;
const PLAIN = /^(?:add_token$|note_|count_add|count_clear)/;

function costOf(statements: readonly SentStatement[]): Budget {
  const count = (which: (id: string) => boolean): number => statements.filter(({ id }) => which(id)).length;
  const isDecision = (id: string): boolean => DECISION.test(id);
  const isPlain = (id: string): boolean => PLAIN.test(id);
  return {
    reads: count((id) => !isDecision(id) && !isPlain(id)),
    writes: count(isPlain),
    decisions: count(isDecision),
  };
}

/** Each flow of the guide's table with its budget. */
function budgetCase(sent: () => readonly SentStatement[]): Case {
  return {
    id: 'budgets',
    promise: 'Every flow takes the statements that its budget names, and no more.',
    async run(t) {
      const site = new Site(t);
      const browser = new Browser(site);
      const cost = async (what: string, budget: Budget, flow: () => Promise<unknown>): Promise<void> => {
        sent();
        await flow();
        t.same(costOf(sent()), budget, what);
      };
      // Signs in and consents; the month of the client is noted.
      await browser.code();
      let code = '';
      // Session; consent; epoch of the client. Look-up rows by owner, client and session.
      await cost('authorize, consent remembered', { reads: 3, writes: 3, decisions: 1 }, async () => {
        code = await browser.code();
      });
      let tokens: Readonly<Record<string, unknown>> = {};
      // Grant, epoch; consent, session; the key of the new token. The token, and the look-up rows of a longer life.
      await cost('code to tokens', { reads: 5, writes: 5, decisions: 1 }, async () => {
        tokens = (await site.redeem(code)).body;
      });
      // The token, and the look-up rows of a life that grew.
      await cost('refresh', { reads: 3, writes: 4, decisions: 1 }, async () => {
        tokens = (await site.refresh(String(tokens['refresh_token']))).body;
      });
      const access = String(tokens['access_token']);
      // The token; then its end, its grant, its client's epoch.
      await cost('introspect', { reads: 4, writes: 0, decisions: 0 }, () => site.isActive(t, access, true));
      await cost('tokeninfo', { reads: 4, writes: 0, decisions: 0 }, () => site.tokeninfo(access));
      await cost('revoke an access token', { reads: 4, writes: 0, decisions: 1 }, () => site.revoke(access));
      await cost('revoke a refresh token', { reads: 3, writes: 0, decisions: 1 }, () =>
        site.revoke(String(tokens['refresh_token'])),
      );
      await cost('client credentials', { reads: 2, writes: 1, decisions: 0 }, () =>
        site.token({ grant_type: 'client_credentials' }),
      );
    },
  };
}

const cluster = await cassandraCluster();

if (!cluster.available) test('budgets of Cassandra', (context) => context.skip(cluster.reason));
else {
  const { value } = cluster;
  afterAll(() => value.close());
  const pair = { read: 'LOCAL_QUORUM', write: 'LOCAL_QUORUM' } as const;

  test('[performance] every flow keeps its budget of statements', async () => {
    const keyspace = await freshKeyspace(value);
    const statements: SentStatement[] = [];
    const result = await runCase(
      budgetCase(() => statements.splice(0)),
      {
        name: value.what,
        capabilities: promised(pair, 1),
        advance: async (ms) => void (await sleep(ms)),
        open: ({ namespace, clock, log }) =>
          new CassandraStore({
            connection: patient(value, keyspace, pair),
            namespace,
            clock,
            log,
            clockToleranceMs: TOLERANCE,
            observe: (statement) => statements.push(statement),
          }),
      },
    );
    expect(result.violations).toEqual([]);
  });

  test('what consents that are gone were listed by gives way: no page takes longer than its time', async () => {
    const keyspace = await freshKeyspace(value);
    const store = new CassandraStore({ connection: patient(value, keyspace, pair), namespace: 'gone' });
    await store.open();
    const consents = Array.from({ length: 3 }, () => newConsent());
    try {
      for (const consent of consents) await store.write({ attempt: consent.key, add: [consent] });
      await onCluster(value, async (client) => {
        const insert = `INSERT INTO ${keyspace}.oauth_subject_consents (tenant_id, subject_hash, consent_key) VALUES (?, ?, ?)`;
        const left = Array.from({ length: 7_000 }, () => ['gone', subjectColumn('owner'), newKey()]);
        while (left.length > 0)
          await Promise.all(left.splice(0, 100).map((row) => client.execute(insert, row, { prepare: true })));
      });
      const found: string[] = [];
      let after: string | null = null;
      let pages = 0;
      do {
        const page: Page<Register> = await store.list('consent', { subject: 'owner' }, { limit: 200, after });
        found.push(...page.items.map(({ key }) => key));
        after = page.next;
        pages++;
      } while (after !== null);
      expect(found).toEqual(consents.map(({ key }) => key).sort());
      expect(pages).toBe(4);
    } finally {
      await store.close();
    }
  });

  test('[AX-195] rows end by themselves within seconds of their time, and the space of their files comes back', async () => {
    const keyspace = await freshKeyspace(value);
    // The time for which what ended is remembered, and the windows of files, made as small as a test can wait for;
    // and what is in memory goes to a file each second.
    await onCluster(value, async (client) => {
      await client.execute(
        `ALTER TABLE ${keyspace}.oauth_access_token WITH gc_grace_seconds = 1 AND memtable_flush_period_in_ms = 1000 AND compaction = {'class': 'TimeWindowCompactionStrategy', 'compaction_window_unit': 'MINUTES', 'compaction_window_size': 1, 'expired_sstable_check_frequency_seconds': 1}`,
      );
    });
    const connection = patient(value, keyspace, pair);
    const store = new CassandraStore({ connection, namespace: 'space', clockToleranceMs: 0 });
    await store.open();
    try {
      const keys: string[] = [];
      for (let batch = 0; batch < 20; batch++) {
        const add = Array.from({ length: 50 }, (_, index) => twoSeconds(`${batch}.${index}`));
        await store.write({ attempt: `batch-${batch}`, add });
        keys.push(...add.map(({ key }) => String(key)));
      }
      const bytes = (): number => bytesOf(path.join(value.folder(1), 'data', keyspace));
      while (bytes() === 0) await sleep(100);
      // Not all of it comes to its files at once.
      let peak = 0;
      for (const over = performance.now() + 5_000; performance.now() < over; await sleep(100))
        peak = Math.max(peak, bytes());
      for (const key of keys.filter((_, index) => index % 100 === 0))
        expect(await store.find('access_token', key as never)).toBeUndefined();
      const count = await onCluster(value, async (client) => {
        const { rows } = await client.execute(`SELECT COUNT(*) AS n FROM ${keyspace}.oauth_access_token`);
        return Number(rows[0]?.['n']);
      });
      expect(count).toBe(0);
      // Files are looked through when one is added: it takes a write, and goes on for as long as this test may.
      for (let nudge = 0; bytes() > peak / 10; nudge++) {
        await store.write({ attempt: `nudge-${nudge}`, add: [twoSeconds(`nudge.${nudge}`)] });
        await sleep(1_000);
      }
      // A null that is written is a tombstone, and none is: every column of a row that ended has ended by itself.
      expect(await store.sweep({ at: Date.now(), batch: 10, budgetMs: 100 })).toEqual({
        removed: {},
        complete: true,
        errors: {},
      });
    } finally {
      await store.close();
    }
  });
}

function newConsent(): NewRegister {
  return { ...newGrant(), kind: 'consent' };
}

/** A token that lives as long. */
function twoSeconds(name: string): NewToken {
  const now = Date.now();
  return {
    kind: 'access_token',
    key: Buffer.from(name.padEnd(32, '.')).toString('base64url') as Key,
    ...{ grantId: null, clientId: 'client', subject: null, scope: ['read'], audience: [] },
    ...{ issuedAt: now, expiresAt: now + 2_000, purgeAt: now + 2_000, data: '{}' },
  };
}

/** What the tokens of a keyspace take in its files. */
function bytesOf(folder: string): number {
  return globSync(path.join(folder, 'oauth_access_token-*', '*-Data.db')).reduce(
    (sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0),
    0,
  );
}
