import { describe, expect, it } from 'vitest';
import { resolveConnection } from './resolve.ts';
import type { Connection } from './settings.ts';

describe('what protects a connection', () => {
  it.each([
    ['postgresql://db.example/x', 'verified'],
    ['postgresql://10.0.0.1/x', 'verified'],
    ['postgresql://localhost.evil.example/x', 'verified'],
    ['postgresql://localhost/x', 'plaintext'],
    ['postgresql://127.0.0.1/x', 'plaintext'],
    ['postgresql://[::1]/x', 'plaintext'],
    ['postgresql://localhost/x?ca=/ca.pem', 'verified'],
    ['postgresql://db.example/x?dangerouslyInsecure=plaintext', 'plaintext'],
    ['postgresql://db.example/x?dangerouslyInsecure=unverified', 'unverified'],
    ['mysql://db.example/x', 'verified'],
    ['sqlite:/tmp/x.db', 'plaintext'],
  ])('%s is %s', (url, protection) => {
    expect(resolveConnection(url).protection).toBe(protection);
  });

  it('[SEC-49] is TLS for every address that is not this machine’s own, unless somebody says the ugly word', () => {
    const given = { dialect: 'postgresql', host: 'db', dangerouslyInsecure: 'no' } as unknown as Connection;
    expect(() => resolveConnection(given)).toThrow(/"plaintext" or "unverified"/);
  });
});

describe('a connection', () => {
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
    [{ dialect: 'mysql', host: 'db', schema: 'x' }, /no schemas within a database/],
    [{ dialect: 'sqlite', file: 'x', schema: 'x' }, /no schemas within a database/],
    [{ dialect: 'postgresql', host: 'db', schema: 'x"; DROP' }, /plain name/],
    [{ dialect: 'mysql', host: 'db', pooler: 'transaction' }, /pooler is for PostgreSQL/],
    [{ dialect: 'postgresql', host: 'db', pool: { max: 0 } }, /pool\.max is at least 1/],
    [{ dialect: 'postgresql', host: 'db', pool: { min: 11 } }, /at most pool\.max/],
    [{ dialect: 'postgresql', host: 'db', pool: { size: 1 } }, /pool\.size is no setting/],
    [{ dialect: 'postgresql', host: 'db', timeouts: { callMs: 1.5 } }, /timeouts\.callMs is a whole number/],
    [{ dialect: 'postgresql', hots: 'db' }, /a member hots, which is none of/],
    [{ url: 'postgresql://db/x', sslmode: 'x' }, /a member sslmode, which is none of/],
  ])('%j is refused', (given, words) => {
    expect(() => resolveConnection(given as unknown as Connection)).toThrow(words);
  });
});
