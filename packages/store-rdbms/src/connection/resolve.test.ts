import { describe, expect, it } from 'vitest';
import { resolveConnection } from './resolve.ts';
import type { Connection } from './settings.ts';

const DB = { dialect: 'postgresql', host: 'db', user: 'u', database: 'x' } as const;

describe('what protects a connection', () => {
  it.each([
    ['postgresql://u@db.example/x', 'verified'],
    ['postgresql://u@10.0.0.1/x', 'verified'],
    ['postgresql://u@localhost.evil.example/x', 'verified'],
    ['postgresql://u@localhost/x', 'plaintext'],
    ['postgresql://u@127.0.0.1/x', 'plaintext'],
    ['postgresql://u@[::1]/x', 'plaintext'],
    ['postgresql://u@localhost/x?ca=/ca.pem', 'verified'],
    ['postgresql://u@db.example/x?dangerouslyInsecure=plaintext', 'plaintext'],
    ['postgresql://u@db.example/x?dangerouslyInsecure=unverified', 'unverified'],
    ['mysql://db.example/x', 'verified'],
    ['sqlite:/tmp/x.db', 'plaintext'],
  ])('%s is %s', (url, protection) => {
    expect(resolveConnection(url).protection).toBe(protection);
  });

  it('[SEC-49] is TLS for every address that is not this machine’s own, unless somebody says the ugly word', () => {
    const given = { ...DB, dangerouslyInsecure: 'no' } as unknown as Connection;
    expect(() => resolveConnection(given)).toThrow(/"plaintext" or "unverified"/);
  });
});

describe('a connection', () => {
  it.each([
    ['postgresql://gatehouse@db', /PostgreSQL store names no database/],
    ['postgresql://gatehouse@db/', /names no database: postgresql:\/\/user@host\/database/],
    ['mysql://gatehouse@db/', /names no database/],
    ['mariadb://gatehouse@db/', /names no database: mariadb:/],
    ['mssql://gatehouse@db', /names no database/],
    ['oracle://gatehouse@db', /names no database, by its service/],
    ['db2://gatehouse@db', /names no database/],
    ['postgresql://db/x', /names no user/],
  ])('%s is refused: nothing comes from a default of its driver', (url, words) => {
    expect(() => resolveConnection(url)).toThrow(words);
  });

  it('has a default for everything', () => {
    expect(resolveConnection('mariadb://localhost/x')).toMatchObject({
      dialect: 'mysql',
      port: 3306,
      schema: undefined,
      pooler: null,
      pipelining: true,
      pool: { max: 10, min: 0 },
      timeouts: { callMs: 2_500 },
    });
  });

  it('may be a URL with what a URL cannot hold beside it', () => {
    const password = (): string => 'fresh';
    const settings = resolveConnection({
      url: 'postgresql://u:old@localhost/x?pool.max=3',
      password,
      pool: { min: 1 },
    });
    expect(settings).toMatchObject({ user: 'u', database: 'x', pool: { max: 3, min: 1 } });
    expect(settings.password).toBe(password);
  });

  it.each([
    [{ dialect: 'postgres9', host: 'db' }, /no dialect postgres9/i],
    [{ dialect: 'postgresql' }, /names a host/],
    [{ dialect: 'sqlite' }, /names a file/],
    [{ dialect: 'mysql', host: 'db', database: 'x', schema: 'x' }, /no schemas within a database/],
    [{ dialect: 'sqlite', file: 'x', schema: 'x' }, /no schemas within a database/],
    [{ ...DB, schema: 'x"; DROP' }, /plain name/],
    [{ dialect: 'mysql', host: 'db', database: 'x', pooler: 'transaction' }, /pooler is for PostgreSQL/],
    [{ ...DB, pool: { max: 0 } }, /pool\.max is at least 1/],
    [{ ...DB, pool: { min: 11 } }, /at most pool\.max/],
    [{ ...DB, pool: { size: 1 } }, /pool\.size is no setting/],
    [{ ...DB, timeouts: { callMs: 0 } }, /timeouts\.callMs is at least 1/],
    [{ ...DB, timeouts: { connectMs: 0 } }, /timeouts\.connectMs is at least 1/],
    [{ ...DB, timeouts: { acquireMs: 0 } }, /timeouts\.acquireMs is at least 1/],
    [{ ...DB, driverOptions: { connectionString: 'x' } }, /driverOptions\.connectionString would replace/],
    [{ dialect: 'mysql', host: 'db', database: 'x', driverOptions: { flags: [] } }, /driverOptions\.flags would/],
    [{ ...DB, timeouts: { callMs: 1.5 } }, /timeouts\.callMs is a whole number/],
    [{ dialect: 'postgresql', hots: 'db' }, /a member hots, which is none of/],
    [{ url: 'postgresql://u@db/x', sslmode: 'x' }, /a member sslmode, which is none of/],
  ])('%j is refused', (given, words) => {
    expect(() => resolveConnection(given as unknown as Connection)).toThrow(words);
  });
});
