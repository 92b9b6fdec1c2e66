import { hostname } from 'node:os';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { gatehouse, type Outcome } from './command-line.ts';
import { type StoreInUse, storeInUse } from './store-in-use.ts';

const MINUTE = 60_000;
const env = { GATEHOUSE_SECRETS: 's'.repeat(43) };

let store: StoreInUse;
beforeEach(() => {
  store = storeInUse();
});
afterEach(() => store.remove());

const purge = (...args: string[]): Promise<Outcome> => gatehouse(['purge', '--store', store.url, ...args], { env });

function lease(owner: string, until: number): void {
  store.database.prepare('UPDATE oauth_lease SET owner_id = ?, held_until = ?').run(owner, until);
}

/** Dead long ago, so many of them. */
function dead(count: number): void {
  store.database.exec(`
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
    INSERT INTO oauth_replay (tenant_id, nonce_hash, attempt, expires_at, purge_at)
    SELECT 'x', 'n' || i, 'a', ${Date.UTC(2026, 0, 2)}, ${Date.UTC(2026, 0, 2)} FROM n`);
}

const nonces = (): number => store.rows()['oauth_replay']?.length ?? 0;

describe('purge --dry-run', () => {
  test('says that it counted to a limit, and since when the oldest is there', async () => {
    dead(100_001);
    const { code, stdout } = await purge('--dry-run');
    expect(stdout).toBe(
      'Would remove more than 100,000 nonce; the oldest could have gone at 2026-01-02T00:00:00.000Z.\n',
    );
    expect(code).toBe(0);
    expect(nonces()).toBe(100_001);
    const machine = JSON.parse((await purge('--dry-run', '--json')).stdout) as Record<string, unknown>;
    expect(machine).toMatchObject({ expired: { nonce: 100_000 }, uncounted: ['nonce'] });
    expect(machine['oldest']).toBe('2026-01-02T00:00:00.000Z');
  });

  test('gives an exact number where it has one', async () => {
    dead(1_234);
    expect((await purge('--dry-run')).stdout).toContain('Would remove 1,234 nonce;');
  });
});

describe('purge', () => {
  test('goes on beside a table that fails as long as it removes, and says at the end what is left', async () => {
    store.live('https://id.example', Date.now() - MINUTE);
    store.database.exec("CREATE TRIGGER kept BEFORE DELETE ON oauth_grant BEGIN SELECT RAISE(ABORT, 'kept'); END");
    dead(3_000);
    const { code, stdout, stderr } = await purge();
    expect(stdout).toMatch(/^Removed .*3,001 nonce.*; the rest could not be removed\.\n$/);
    expect(stderr).toMatch(/^gatehouse: grant: The database refused/m);
    expect(code).toBe(1);
    expect(store.rows()).toMatchObject({ oauth_grant: [{}], oauth_replay: [] });
  });

  test('ends where the operator said, with what is left', async () => {
    dead(100);
    lease('db-7:4711:0', Date.now() + MINUTE);
    const { code, stdout, stderr } = await purge('--seconds', '2');
    expect(stdout).toBe('Removed nothing; the time is over, and more may be left.\n');
    expect(code).toBe(0);
    // Who has the lease is told once, not every second.
    expect(stderr.match(/db-7:4711:0 removes expired records just now/g)).toHaveLength(1);
    expect(stderr).toMatch(/until \d{4}-\d\d-\d\dT[\d:.]+Z or longer\. Waiting for it; Ctrl-C ends this/);
    expect(nonces()).toBe(100);
    expect((await purge('--seconds', 'soon')).code).toBe(2);
  });

  test('waits for who removes already, and goes on then', async () => {
    dead(100);
    lease('db-7:4711:0', Date.now() + MINUTE);
    const { code, stdout } = await gatehouse(['purge', '--store', store.url], {
      env,
      onError: (text) => {
        if (text.includes('db-7:4711:0 removes expired records just now')) lease('db-7:4711:0', 0);
      },
    });
    expect([code, stdout]).toEqual([0, 'Removed 100 nonce.\n']);
  });

  test('takes over a lease that no server can have, or that is missing, and says so', async () => {
    dead(10);
    lease('db-7:4711:0', Date.now() + 24 * 60 * MINUTE);
    const far = await purge();
    expect([far.code, far.stdout]).toEqual([0, 'Removed 10 nonce.\n']);
    expect(far.stderr).toContain('The lease of the sweep was held for longer than any server takes it');
    store.database.exec('DELETE FROM oauth_lease');
    dead(10);
    const missing = await purge();
    expect([missing.code, missing.stdout]).toEqual([0, 'Removed 10 nonce.\n']);
    expect(missing.stderr).toContain('The row of oauth_lease was missing, and is put back');
    const { owner_id } = store.database.prepare('SELECT owner_id FROM oauth_lease').get() as { owner_id: string };
    expect(
      owner_id.startsWith(
        hostname()
          .replaceAll(/[^A-Za-z0-9.-]/g, '-')
          .slice(0, 8),
      ),
    ).toBe(true);
  });
});
