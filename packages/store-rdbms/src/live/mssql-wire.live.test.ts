import { silentLog } from '@gatehouse/core';
import {
  makeCertificateAuthority,
  startTdsServer,
  type TdsAnswer,
  type TdsRequest,
  type TdsServer,
} from '@gatehouse/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { resolveConnection } from '../connection/resolve.ts';
import { CompiledCatalogue } from '../database/compiled-catalogue.ts';
import type { Engine } from '../database/engine.ts';
import { PooledDatabase } from '../database/pooled-database.ts';
import { run } from '../database/work.ts';
import { mssql } from '../dialects/mssql.ts';
import { mssqlEngine } from '../engines/mssql.ts';
import { bind } from '../statement.ts';

// The real driver at the wire, against a server of ours that says what it is told to.

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

type Handler = (request: TdsRequest, connection: number) => TdsAnswer | Promise<TdsAnswer>;

interface Seen extends TdsRequest {
  readonly connection: number;
}

/** Milliseconds: longer than anything here takes, on a crowded machine as well. */
const HANG_MS = 60_000;

async function stub(handler: Handler, options: Parameters<typeof startTdsServer>[1] = {}) {
  const seen: Seen[] = [];
  const server = await startTdsServer((request, { number }) => {
    seen.push({ ...request, connection: number });
    if (request.kind === 'begin') return { transaction: 'begun' };
    if (request.kind === 'commit') return { transaction: 'committed' };
    if (/ROLLBACK TRANSACTION$/.test(request.text)) return { transaction: 'rolled back' };
    return /^set |^SET /.test(request.text) ? {} : handler(request, number);
  }, options);
  closing.push(server.close);
  return { server, seen };
}

function urlOf(server: TdsServer, more: Readonly<Record<string, string>>): URL {
  const url = new URL(`mssql://gatehouse:secret@127.0.0.1:${server.port}/gatehouse?pool.max=4`);
  const all: Readonly<Record<string, number | string>> = {
    'timeouts.statementMs': HANG_MS,
    'timeouts.callMs': HANG_MS,
    'timeouts.connectMs': HANG_MS,
    ...more,
  };
  for (const [name, value] of Object.entries(all)) url.searchParams.set(name, String(value));
  return url;
}

async function engineOn(server: TdsServer, more: Readonly<Record<string, string>> = {}): Promise<Engine> {
  const engine = await mssqlEngine(resolveConnection(urlOf(server, more)), { log: silentLog });
  closing.push(() => engine.destroy());
  return engine as Engine;
}

async function databaseOn(server: TdsServer, more: Readonly<Record<string, string>> = {}): Promise<PooledDatabase> {
  const catalogue = new CompiledCatalogue(mssql, undefined);
  const engine = await engineOn(server, more);
  return new PooledDatabase({ engine, dialect: mssql, catalogue, callMs: HANG_MS, observe: undefined });
}

const CHANGE = {
  tenant_id: 'https://issuer.example',
  key: 'k'.repeat(43),
  from_version: 1,
  attempt: 'attempt-attempt-attempt',
  state: '{"letters":"aé☃😀"}',
  expires_at: 1_795_634_334_429,
  purge_at: -8.64e15 - 1,
};

const count = (changed: number) => (): TdsAnswer => ({ count: changed });

describe('what is sent', () => {
  it('is the text of the catalogue, each parameter with the type of its column, whatever its value is', async () => {
    const { server, seen } = await stub(count(1));
    const database = await databaseOn(server);
    await database.run('change_grant', CHANGE);
    await database.run('empty_grant', { ...CHANGE, state: null, expires_at: null, purge_at: null } as never);
    const [change, empty] = seen.filter(({ kind }) => kind === 'rpc');
    expect(change?.text).toBe(new CompiledCatalogue(mssql, undefined).statement('change_grant').text);
    const types = (request: Seen | undefined): unknown => request?.parameters.map(({ type, value }) => [type, value]);
    expect(types(change)).toEqual([
      ['varchar(255)', CHANGE.attempt],
      ['nvarchar(max)', CHANGE.state],
      ['bigint', BigInt(CHANGE.expires_at)],
      ['bigint', BigInt(CHANGE.purge_at)],
      ['varchar(255)', CHANGE.tenant_id],
      ['varchar(255)', CHANGE.key],
      ['bigint', 1n],
    ]);
    expect(types(empty)).toEqual([
      ['varchar(255)', CHANGE.attempt],
      ['bigint', null],
      ['bigint', null],
      ['varchar(255)', CHANGE.tenant_id],
      ['varchar(255)', CHANGE.key],
      ['bigint', 1n],
    ]);
  });

  it('to a new connection is a batch, not a procedure that what it sets would end with', async () => {
    const { server, seen } = await stub(count(1));
    const engine = await engineOn(server);
    engine.release(await engine.acquire());
    expect(seen.map(({ kind }) => kind)).toEqual(['batch', 'batch']);
    expect(seen[0]?.text).toMatch(/set transaction isolation level read committed/);
    expect(seen[0]?.text).toMatch(/set xact_abort on/);
    expect(seen[1]?.text).toBe('SET NOCOUNT OFF; SET LOCK_TIMEOUT 1000');
  });
});

describe('what comes back', () => {
  it('is the number of rows that the statement itself changed, triggers or not', async () => {
    const answers: TdsAnswer[] = [
      { count: 1 },
      { count: 0 },
      { count: 1, triggered: [1, 7] },
      { count: 0, triggered: [3] },
    ];
    const { server } = await stub(() => answers.shift() ?? 'cut');
    const database = await databaseOn(server);
    const counts = [];
    for (let index = 0; index < 4; index++) counts.push((await database.run('change_grant', CHANGE)).count);
    expect(counts).toEqual([1, 0, 1, 0]);
  });

  it('is a row with texts of any length and 64-bit integers', async () => {
    const long = 'aé☃😀'.repeat(20_000);
    const { server } = await stub(() => ({
      columns: ['data', 'state', 'expires_at', 'revoked_at'],
      rows: [[long, null, 9_007_199_254_740_991n, null]],
    }));
    const database = await databaseOn(server);
    const { rows } = await database.run('find_grant', { tenant_id: 't', key: 'k' });
    expect(rows).toEqual([{ data: long, state: null, expires_at: '9007199254740991', revoked_at: null }]);
  });

  it.each([
    [1205, 'retry'],
    [1222, 'retry'],
    [3960, 'retry'],
    [2627, 'duplicate'],
    [2601, 'duplicate'],
    [3906, 'read-only'],
    [978, 'read-only'],
    [40501, 'busy'],
    [40613, 'busy'],
    [208, 'missing'],
    [229, 'forbidden'],
    [102, 'other'],
    [8152, 'unfit'],
  ] as const)('is judged by its number: %i is %s', async (error, fault) => {
    const { server } = await stub(() => ({ error, message: `Violation … 'a secret value'` }));
    const engine = await engineOn(server);
    const connection = await engine.acquire();
    const compiled = new CompiledCatalogue(mssql, undefined).statement('change_grant');
    const thrown = await engine.execute(connection, compiled, bind(compiled, CHANGE)).catch((one: unknown) => one);
    expect(mssql.faultOf(thrown)).toBe(fault);
    engine.release(connection);
  });

  it('is asked for again where the server gave a transaction up, on another try and in whole', async () => {
    let tries = 0;
    const { server, seen } = await stub(() =>
      ++tries === 2 ? { error: 1205, transaction: 'rolled back' } : { count: 1 },
    );
    const database = await databaseOn(server);
    await database.transaction(function* () {
      yield* run('change_grant', CHANGE);
      yield* run('revoke_token', { tenant_id: 't', key: 'k', at: 1 });
    });
    const kinds = seen.filter(({ kind, text }) => kind !== 'batch' || /ROLLBACK/.test(text)).map(({ kind }) => kind);
    expect(kinds).toEqual(['begin', 'rpc', 'rpc', 'batch', 'begin', 'rpc', 'rpc', 'commit']);
  });
});

describe('a connection that is gone', () => {
  it('ends a transaction at once, not when somebody gives up waiting, and the pool goes on with another', async () => {
    const { server } = await stub(count(1));
    const database = await databaseOn(server);
    const began = performance.now();
    const cut = database.transaction(function* () {
      yield* run('change_grant', CHANGE);
      server.cut();
      yield* run('revoke_token', { tenant_id: 't', key: 'k', at: 1 });
    });
    await expect(cut).rejects.toMatchObject({ kind: 'unavailable' });
    expect(performance.now() - began).toBeLessThan(HANG_MS / 2);
    expect((await database.run('change_grant', CHANGE)).count).toBe(1);
  });

  it('refuses a statement that comes after it is known to be gone, and sends it nowhere', async () => {
    const { server, seen } = await stub(count(1));
    const engine = await engineOn(server);
    const [first, second] = [await engine.acquire(), await engine.acquire()];
    server.cut(1);
    await expect.poll(() => server.connections()).toBe(1);
    await expect.poll(() => Reflect.get(first as object, 'connected')).toBe(false);
    const before = seen.length;
    await expect(engine.query(first, 'SELECT 1')).rejects.toMatchObject({ code: 'ECONNCLOSED' });
    await expect(engine.begin(first)).rejects.toMatchObject({ code: 'ECONNCLOSED' });
    expect(seen.length).toBe(before);
    engine.discard(first);
    engine.release(second);
  });

  it('leaves a change unknown, and a change inside of a transaction not made', async () => {
    const { server } = await stub(() => 'cut');
    const database = await databaseOn(server);
    await expect(database.run('change_grant', CHANGE)).rejects.toMatchObject({ kind: 'unknown_outcome' });
    const inside = database.transaction(function* () {
      yield* run('change_grant', CHANGE);
    });
    await expect(inside).rejects.toMatchObject({ kind: 'unavailable' });
  });

  it('or answers nothing is given up at the limit of a statement, and what it did is unknown', async () => {
    const { server } = await stub(() => 'nothing');
    const database = await databaseOn(server, { 'timeouts.statementMs': '1000' });
    const began = performance.now();
    await expect(database.run('change_grant', CHANGE)).rejects.toMatchObject({ kind: 'unknown_outcome' });
    expect(performance.now() - began).toBeLessThan(HANG_MS / 2);
  });

  it('takes those with it that wait for their turn on it', async () => {
    const { server, seen } = await stub(() => 'nothing');
    const engine = await engineOn(server);
    const connection = await engine.acquire();
    const waiting = [1, 2, 3].map(() => engine.query(connection, 'SELECT 1').then(String, (error) => error.code));
    await expect.poll(() => seen.filter(({ text }) => text === 'SELECT 1').length).toBe(1);
    server.cut();
    for (const code of await Promise.all(waiting))
      expect(['ECONNCLOSED', 'ESOCKET', 'ECLOSE', 'ECONNRESET']).toContain(code);
    engine.discard(connection);
  });
});

describe('two stores in one process', () => {
  it('never see each other’s statements, whatever is sent on a connection that is still busy', async () => {
    const parts = await Promise.all(
      ['one', 'two'].map(async (name) => {
        const { server, seen } = await stub(async ({ kind }) => {
          if (kind === 'rpc') await new Promise((resolve) => setTimeout(resolve, Math.random() * 5));
          return { count: 1 };
        });
        return { name, seen, engine: await engineOn(server) };
      }),
    );
    const compiled = new CompiledCatalogue(mssql, undefined).statement('change_grant');
    const sent: Promise<unknown>[] = [];
    for (const { name, engine } of parts)
      for (let index = 0; index < 4; index++) {
        const connection = await engine.acquire();
        for (let turn = 0; turn < 25; turn++) {
          const attempt = `${name}-${index}-${turn}`;
          sent.push(engine.execute(connection, compiled, bind(compiled, { ...CHANGE, tenant_id: name, attempt })));
        }
        sent.push(Promise.all(sent).then(() => engine.release(connection)));
      }
    await Promise.all(sent);
    for (const { name, seen } of parts) {
      const requests = seen.filter(({ kind }) => kind === 'rpc');
      expect(requests.length).toBe(100);
      const ofConnection = new Map<number, string[]>();
      for (const { connection, parameters } of requests) {
        expect(parameters.find(({ type, value }) => type === 'varchar(255)' && value === name)).toBeDefined();
        ofConnection.set(connection, [...(ofConnection.get(connection) ?? []), String(parameters[0]?.value)]);
      }
      // Each connection got its own, in the order they were given.
      for (const attempts of ofConnection.values()) {
        const [, index] = /-(\d+)-/.exec(attempts[0] ?? '') ?? [];
        expect(attempts).toEqual(Array.from({ length: 25 }, (_, turn) => `${name}-${index}-${turn}`));
      }
    }
  });
});

describe('TLS', () => {
  const authority = makeCertificateAuthority();

  it('is asked for by default beyond this machine: a server that has none is refused', async () => {
    const { server, seen } = await stub(count(1));
    const engine = await engineOn(server, { serverName: 'localhost' });
    const error = await engine.acquire().catch((one: unknown) => one);
    expect(String(error)).toMatch(/encrypt/i);
    expect(seen).toEqual([]);
  });

  it('takes a server whose authority is named, by the name it is asked to have', async () => {
    const tls = authority.issue();
    const { server } = await stub(count(1), { tls });
    const engine = await engineOn(server, { ca: authority.certificate, serverName: 'localhost' });
    const connection = await engine.acquire();
    expect((await engine.query(connection, 'DELETE FROM t')).count).toBe(1);
    engine.release(connection);
  });

  it.each([
    ['of an unknown authority', { serverName: 'localhost' }],
    ['of another name', { ca: authority.certificate, serverName: 'database.example' }],
  ])('refuses a certificate %s, and says nothing inside', async (_, parameters) => {
    const { server, seen } = await stub(count(1), { tls: authority.issue() });
    const engine = await engineOn(server, parameters);
    await expect(engine.acquire()).rejects.toThrow();
    expect(seen).toEqual([]);
  });
});

describe('a login', () => {
  it.each([
    [18_456, "Login failed for user 'gatehouse'.", 'login'],
    [4060, 'Cannot open database "gatehouse" requested by the login. The login failed.', 'missing'],
  ] as const)('that is refused by %i is %s', async (error, message, fault) => {
    const { server } = await stub(count(1), { refuseLogin: { error, message } });
    const engine = await engineOn(server);
    const thrown = await engine.acquire().catch((one: unknown) => one);
    expect(mssql.faultOf(thrown)).toBe(fault);
  });
});
