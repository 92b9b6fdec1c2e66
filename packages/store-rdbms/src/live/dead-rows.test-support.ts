import { SWEPT } from '../tables.ts';
import type { Outside } from './product.test-support.ts';

export type Speaks = 'postgresql' | 'mysql';

/** The namespaces that rows belong to, a tenth to each; its own is in the middle of them. */
export const TENANT = 'https://5.example';

/** No row's time. */
const NEVER = 8_000_000_000_000;

/** How many rows of a table; `n` is the row's number and, where they are dead, its `purge_at`. */
interface Load {
  readonly from: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly purgeAt: string;
}

/** A server in its first hours: rows enough for an index to be worth it, few enough for its root to hold them. */
const LIVE: Load = {
  from: 5_000_000,
  counts: {
    oauth_access_token: 2_000,
    oauth_grant: 2_000,
    oauth_session: 2_000,
    oauth_consent: 2_000,
    oauth_client: 2_000,
    oauth_client_epoch: 2_000,
    oauth_replay: 2_000,
    oauth_counter: 2_000,
  },
  purgeAt: String(NEVER),
};

/** The same after a clean-up that did not run: a million tokens, and what comes with them. */
const DEAD: Load = {
  from: 0,
  counts: {
    oauth_access_token: 1_000_000,
    oauth_grant: 50_000,
    oauth_session: 20_000,
    oauth_consent: 20_000,
    oauth_replay: 20_000,
    oauth_counter: 20_000,
  },
  purgeAt: 'n',
};

/** A row of each table that is not dead, in the namespace above. */
export const LIVE_KEY: string = String(LIVE.from + 1_100).padStart(43, '0');

/** What each column is filled with; the key is `n`, so that rows come in the order of the table. */
const VALUES: Readonly<Record<string, string>> = {
  version: '1',
  attempt: "'a'",
  client_id: "'app'",
  client_epoch: '0',
  created_at: '0',
  issued_at: '0',
  expires_at: '0',
  failures: '1',
  window_end: '0',
  data: '\'{"v":1,"data":{}}\'',
};

const HASHES: ReadonlySet<string> = new Set(['subject_hash', 'sid_hash', 'epoch_key']);

const COLUMNS: Readonly<Record<string, readonly string[]>> = {
  oauth_access_token: ['client_id', 'client_epoch', 'issued_at', 'expires_at', 'data'],
  oauth_grant: [
    'version',
    'attempt',
    'client_id',
    'subject_hash',
    'sid_hash',
    'created_at',
    'expires_at',
    'client_epoch',
    'data',
  ],
  oauth_session: ['version', 'attempt', 'subject_hash', 'created_at', 'expires_at', 'data'],
  oauth_consent: ['version', 'attempt', 'client_id', 'subject_hash', 'created_at', 'expires_at', 'data'],
  oauth_client: ['version', 'attempt', 'created_at', 'expires_at', 'data'],
  oauth_client_epoch: ['version', 'attempt', 'client_id', 'created_at', 'expires_at', 'data'],
  oauth_replay: ['attempt', 'expires_at'],
  oauth_counter: ['failures', 'window_end'],
};

export const addLiveRows = (outside: Outside, speaks: Speaks): Promise<void> => add(outside, speaks, LIVE);
export const addDeadRows = (outside: Outside, speaks: Speaks): Promise<void> => add(outside, speaks, DEAD);

/** What a server may leave out for rows that nobody will miss: its log. */
const UNLOGGED: Readonly<Record<Speaks, (table: string) => string>> = {
  postgresql: (table) => `ALTER TABLE ${table} SET UNLOGGED`,
  mysql: () => 'SET SESSION sql_log_bin = 0',
};

/** Made by the server itself, one statement for each table. */
async function add(outside: Outside, speaks: Speaks, { from, counts, purgeAt }: Load): Promise<void> {
  for (const { table, key } of Object.values(SWEPT)) {
    const count = counts[table] ?? 0;
    if (count === 0) continue;
    await outside.query(UNLOGGED[speaks](table));
    const hash = "lpad(concat('', n), 43, '0')";
    const values: Record<string, string> = {
      tenant_id: `concat('https://', floor(m * 10 / ${count}), '.example')`,
      [key]: hash,
      purge_at: purgeAt,
    };
    for (const column of COLUMNS[table] ?? []) values[column] = HASHES.has(column) ? hash : (VALUES[column] ?? '');
    // A client's epoch belongs to one client.
    if (table === 'oauth_client_epoch') values['client_id'] = hash;
    await outside.query(
      `INSERT INTO ${table} (${Object.keys(values).join(', ')})
       SELECT ${Object.values(values).join(', ')} FROM (SELECT m, m + ${from} AS n FROM (${NUMBERS[speaks](count)}) l) s ORDER BY n`,
    );
  }
  if (speaks === 'postgresql') await outside.query('VACUUM ANALYZE');
  else for (const { table } of Object.values(SWEPT)) await outside.query(`ANALYZE TABLE ${table}`);
}

/** 0 and up, as `m`; of MySQL for counts of one digit and zeros. */
const NUMBERS: Readonly<Record<Speaks, (count: number) => string>> = {
  postgresql: (count) => `SELECT m FROM generate_series(0, ${count - 1}) m`,
  mysql(count) {
    const zeros = String(count).length - 1;
    const places = Array.from({ length: zeros }, (_, place) => `${10 ** place} * d${place}.d`);
    const tables = Array.from({ length: zeros }, (_, place) => `(${digits(10)}) d${place}`);
    return `SELECT ${[...places, `${10 ** zeros} * highest.d`].join(' + ')} AS m
              FROM ${[...tables, `(${digits(count / 10 ** zeros)}) highest`].join(', ')}`;
  },
};

function digits(count: number): string {
  return Array.from({ length: count }, (_, digit) => `SELECT ${digit} AS d`).join(' UNION ALL ');
}
