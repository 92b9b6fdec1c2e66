import { randomBytes } from 'node:crypto';
import { StoreError } from '@gatehouse/core';
import { Duplicate, Refused } from '../database/fault.ts';
import { Rollback, run, runMany, type Work } from '../database/work.ts';
import type { Params } from '../statement.ts';
import { columnType, registerColumns } from '../tables.ts';
import type { Checked } from './checked.ts';

/** A namespace that no issuer has. */
const TENANT = '~probe';

/** Of one, two, three and four bytes in UTF-8. */
const LETTERS = 'aé☃😀';

/** Every key column by the database's own word: two namespaces, or two clients, must not meet in any table. */
async function checkColumns({ database, dialect, settings }: Checked): Promise<void> {
  if (dialect.foldingColumns === undefined) return;
  const { rows } = await database.raw.query(dialect.foldingColumns(settings.schema));
  if (rows.length === 0) return;
  const names = rows.map(({ name }) => String(name).toLowerCase()).sort();
  throw new StoreError('config', `${CASE} These do: ${names.join(', ')}.`);
}

const CASE =
  'The tables compare keys without their case: make them anew with the collation that oauth-server.sql names.';
const ENCODING = 'The columns `data` do not keep every letter: the database must store UTF-8 (MySQL: utf8mb4).';

/** Puts two keys there that differ by their case, looks each up, and leaves nothing. */
export async function checkCollation(checked: Checked): Promise<void> {
  await checkColumns(checked);
  const { database } = checked;
  let refusal: string | null;
  try {
    refusal = await database.transaction(probe);
  } catch (error) {
    if (error instanceof Duplicate) refusal = CASE;
    // A table that cannot hold what was sent says so before it would lose it.
    else if (error instanceof Refused) refusal = ENCODING;
    else throw error;
  }
  if (refusal !== null) throw new StoreError('config', refusal);
}

function* probe(): Work<string | null> {
  // Random, so that nodes that start together are not in each other's way.
  const letters = randomBytes(12).toString('hex');
  for (const nonce_hash of [`${letters}a`, `${letters}A`]) {
    const added = yield* run('once_add', {
      tenant_id: TENANT,
      nonce_hash,
      attempt: nonce_hash,
      expires_at: 0,
      purge_at: 0,
    });
    if (added.count !== 1) throw new Rollback(CASE);
  }
  for (const nonce_hash of [`${letters}a`, `${letters}A`]) {
    const { rows } = yield* run('once_read', { tenant_id: TENANT, nonce_hash });
    if (rows.length !== 1 || rows[0]?.['attempt'] !== nonce_hash) throw new Rollback(CASE);
  }
  const blank = Object.fromEntries(
    registerColumns('session').map((name) => [name, columnType(name) === 'integer' ? 0 : '-']),
  );
  const session: Params = { ...blank, tenant_id: TENANT, sid_hash: letters, data: LETTERS };
  yield* runMany('add_session', {}, [session]);
  const { rows } = yield* run('find_session', { tenant_id: TENANT, key: letters });
  throw new Rollback(rows[0]?.['data'] === LETTERS ? null : ENCODING);
}
