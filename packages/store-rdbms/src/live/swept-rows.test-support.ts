import { readFileSync } from 'node:fs';
import { splitScript } from '@gatehouse/connection';
import type { Addition, Instant, Key } from '@gatehouse/core';
import { expect } from 'vitest';
import { type Connection, RdbmsStore } from '../index.ts';
import { DEFAULT_CLOCK_TOLERANCE_MS } from '../options.ts';
import { attempt, key, newGrant, newToken } from './records.test-support.ts';

const KINDS = ['grant', 'session', 'consent', 'client', 'client_epoch'] as const;
const DAY = 86_400_000;
const [BEGINNING, NEVER] = [-8.64e15, 8.64e15];

/** One row with an end, and whether it is there. */
interface Row {
  readonly what: string;
  readonly of: RdbmsStore;
  readonly end: Instant;
  there(): Promise<boolean>;
}

/** Milliseconds from the edge: around everything that a sign, a unit or a comparison could get wrong. */
function offsets(margin: number): readonly number[] {
  return [
    ...[-2, -1, 0, 1, 2],
    ...[-1, 0, 1].map((ms) => ms + margin),
    ...[-DAY, DAY, 1_000, -1_000, 60_000, -60_000],
    ...Array.from({ length: 10 }, () => Math.round((Math.random() - 0.5) * 4 * (margin + 1))),
  ];
}

async function addRecords(of: RdbmsStore, ends: readonly Instant[]): Promise<readonly Row[]> {
  const add = ends.flatMap((end): readonly Addition[] => {
    const life = { expiresAt: end, purgeAt: end };
    return [...KINDS.map((kind) => newGrant({ kind, key: key(), ...life })), newToken(null, life)];
  });
  await of.write({ attempt: attempt(), add });
  return add.map(({ kind, key: one, purgeAt }) => ({
    what: kind,
    of,
    end: purgeAt,
    there: async () => (await of.find(kind, one)) !== undefined,
  }));
}

async function addNonce(of: RdbmsStore, end: Instant): Promise<Row> {
  const nonce: Key = key();
  await of.once('space', nonce, end - DAY, end, attempt());
  // What is still there refuses another attempt before its end; what was swept does not remember.
  return { what: 'nonce', of, end, there: async () => !(await of.once('space', nonce, end - 1, end, attempt())) };
}

async function addCounter(of: RdbmsStore, end: Instant): Promise<Row> {
  const counted: Key = key();
  await of.count('counter', counted, end - DAY, DAY, 1);
  return { what: 'counter', of, end, there: async () => (await of.count('counter', counted, end - 1, DAY, 0)) === 1 };
}

/** Rows of every table at every distance from the edge. */
async function rowsAround(stores: readonly RdbmsStore[], edge: Instant, margin: number): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const of of stores) {
    const ends = offsets(margin).map((ms) => edge + ms);
    rows.push(...(await addRecords(of, [...ends, BEGINNING, NEVER])));
    for (const end of ends) rows.push(await addNonce(of, end), await addCounter(of, end));
  }
  return rows;
}

async function withStores(
  options: readonly { readonly namespace: string; readonly sweeps?: 'namespace' }[],
  connection: Connection,
  clockToleranceMs: number,
  work: (...stores: RdbmsStore[]) => Promise<void>,
): Promise<void> {
  const stores = options.map((each) => new RdbmsStore({ connection, clockToleranceMs, ...each }));
  try {
    for (const store of stores) await store.open();
    await work(...stores);
  } finally {
    for (const store of stores) await store.close();
  }
}

/** What a sweep removes is what is past its time by twice the tolerance: of all namespaces, or of one. */
export async function proveSweep(connection: Connection, tolerance: number, rounds: number): Promise<void> {
  const namespaces = ['a', 'b'].map((name) => ({ namespace: `https://${name}.example` }));
  const scratch = { namespace: 'scratch', sweeps: 'namespace' } as const;
  await withStores([...namespaces, scratch], connection, tolerance, async (...stores) => {
    const [one, , alone] = stores as [RdbmsStore, RdbmsStore, RdbmsStore];
    const margin = 2 * one.capabilities.clockTolerance;
    for (let round = 0; round < rounds; round++) {
      // A moment of the past, so that no clock is in the way of any offset.
      const at: Instant = Date.now() - 3_600_000;
      const edge = at - margin;
      const rows = await rowsAround(stores, edge, margin);
      const options = { at, batch: 7, budgetMs: 60_000 };
      expect(await alone.sweep(options)).toMatchObject({ complete: true, errors: {}, backlog: {} });
      // Looking at a nonce that is not there uses it again.
      for (const { what, of, end, there } of rows)
        if (what !== 'nonce')
          expect(await there(), `${what} of ${of === alone ? 'its own' : 'another'} namespace`).toBe(
            of !== alone || end >= edge,
          );
      expect(await one.sweep(options)).toMatchObject({ complete: true, errors: {}, backlog: {} });
      expect((await one.expired(at)).backlog).toEqual({});
      for (const { what, end, there } of rows)
        expect(await there(), `${what}, ${end - edge} ms from the edge`).toBe(end >= edge);
    }
  });
}

/** What purge.sql removes is what a sweep of that moment would, with the default tolerance. */
export async function provePurgeScript(
  connection: Connection,
  dbms: 'postgresql' | 'mysql' | 'sqlite',
  run: (text: string) => Promise<unknown>,
): Promise<void> {
  const script = readFileSync(new URL(`../../../../sql/${dbms}/purge.sql`, import.meta.url), 'utf8');
  const margin = 2 * DEFAULT_CLOCK_TOLERANCE_MS;
  await withStores([{ namespace: 'https://a.example' }], connection, DEFAULT_CLOCK_TOLERANCE_MS, async (...stores) => {
    const rows = await rowsAround(stores, Date.now() - margin, margin);
    const before = Date.now() - margin;
    for (const text of splitScript(script)) await run(text);
    const after = Date.now() - margin;
    for (const { what, end, there } of rows)
      if (end < before || end >= after)
        expect(await there(), `${what}, ${end - before} ms from the edge`).toBe(end >= after);
  });
}
