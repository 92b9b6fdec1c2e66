import { StoreError } from '@gatehouse/core';
import { describe, expect, it } from 'vitest';
import { connectionFromUrl } from './from-url.ts';

const refusal = (url: string): string => {
  try {
    connectionFromUrl(url);
  } catch (error) {
    expect(error).toBeInstanceOf(StoreError);
    expect((error as StoreError).kind).toBe('config');
    return (error as StoreError).message;
  }
  throw new Error(`${url} was taken.`);
};

describe('a URL of a store', () => {
  it('names dialect, host, user, password and database', () => {
    expect(connectionFromUrl('postgresql://gate:s%40cret@db.example:5433/oauth')).toEqual({
      dialect: 'postgresql',
      host: 'db.example',
      port: 5433,
      user: 'gate',
      password: 's@cret',
      database: 'oauth',
    });
    expect(connectionFromUrl('mariadb://[2001:db8::1]/oauth')).toEqual({
      dialect: 'mariadb',
      host: '2001:db8::1',
      database: 'oauth',
    });
  });

  it('names a file for SQLite, from here or from the root', () => {
    expect(connectionFromUrl('sqlite:gatehouse.db')).toEqual({ dialect: 'sqlite', file: 'gatehouse.db' });
    expect(connectionFromUrl('sqlite:/var/lib/gate%20house.db')).toEqual({
      dialect: 'sqlite',
      file: '/var/lib/gate house.db',
    });
    expect(connectionFromUrl('sqlite:///var/lib/g.db')).toEqual({ dialect: 'sqlite', file: '/var/lib/g.db' });
    expect(connectionFromUrl('sqlite::memory:')).toEqual({ dialect: 'sqlite', file: ':memory:' });
    expect(refusal('sqlite:')).toMatch(/names no file/);
    expect(refusal('sqlite://host/file')).toMatch(/on this machine/);
  });

  it('fills objects from several parameters', () => {
    const url =
      'postgresql://db/x?schema=oauth&ca=/ca.pem&serverName=db&pool.max=20&pool.min=2&timeouts.callMs=900' +
      '&passwordFile=/run/secret&pipelining=false&pooler=transaction&dangerouslyInsecure=unverified';
    expect(connectionFromUrl(url)).toMatchObject({
      schema: 'oauth',
      tls: { ca: '/ca.pem', serverName: 'db' },
      pool: { max: 20, min: 2 },
      timeouts: { callMs: 900 },
      password: { file: '/run/secret' },
      pipelining: false,
      pooler: 'transaction',
      dangerouslyInsecure: 'unverified',
    });
  });

  it.each([
    ['sslmode=require', /sslmode: TLS is verified without it/],
    ['sslmode=disable', /sslmode: TLS is verified without it.*`dangerouslyInsecure=plaintext`/],
    ['trustServerCertificate=true', /`dangerouslyInsecure=unverified`/],
    ['sslrootcert=x', /write `ca`/],
    ['search_path=x', /write `schema`/],
    ['pgbouncer=true', /pooler=transaction/],
    ['nonsense=1', /nonsense, which is none of schema, /],
    ['__proto__=1', /a parameter, which is none of/],
    ['pool.max=many', /pool\.max .* whole number/],
    ['pool.max=-1', /whole number/],
    ['pooler=session', /pooler .* is transaction/],
    ['dangerouslyInsecure=yes', /plaintext or unverified/],
    ['schema=a&schema=b', /schema twice/],
  ])('[SEC-49] with %s is refused', (query, words) => {
    expect(refusal(`postgresql://db/x?${query}`)).toMatch(words);
  });

  it.each([
    ['nothing', /cannot be read/],
    ['redis://db', /No relational store speaks redis/],
    ['postgresql://db/a/b', /by one word/],
    ['postgresql://u:p#x@db/a', /cannot be read|write it as %23/],
    ['postgresql://u:%zz@db/a', /begins no escape.*%25/],
  ])('%s is refused', (url, words) => {
    expect(refusal(url)).toMatch(words);
  });

  it('[SEC-51] never shows its password in a refusal', () => {
    for (const url of [
      'postgresql://u:hunter2@db/a/b',
      'postgresql://u:hunter2@db/a?sslmode=x',
      'redis://u:hunter2@db',
      'postgresql://u:hunter2%@db/a',
      'postgresql://u:hunter2#@db/a',
      '//u:hunter2@db/a',
      'u:hunter2@db/a',
      'postgresql://u:12?hunter2@db/a',
      'postgresql://u:12?hunter2=@db/a',
      'postgresql://u:12/hunter2@db/a',
      'postgresql://u:12/a?x&hunter2',
      'postgresql://u:12?hunter2',
      'Postgresql://u:hunter2/x@db/a',
    ])
      expect(refusal(url)).not.toContain('hunter2');
  });

  it.each(['#', '?', '/', '12?', '12/', '12#'])('says how a password with %s is written', (letters) => {
    const message = refusal(`postgresql://gatehouse:${letters}x@db/gatehouse`);
    for (const way of ['%23', '%3F', '%40', '%2F', 'passwordFile']) expect(message).toContain(way);
  });

  it('has a scheme of letters of either case, and may end in a slash', () => {
    expect(connectionFromUrl('PostgreSQL://u@db/gatehouse/')).toMatchObject({
      dialect: 'postgresql',
      host: 'db',
      database: 'gatehouse',
    });
  });

  it('may name a socket in place of a host', () => {
    expect(connectionFromUrl('postgresql://u:pw@/gatehouse?socket=/var/run/postgresql')).toEqual({
      dialect: 'postgresql',
      user: 'u',
      password: 'pw',
      database: 'gatehouse',
      socket: '/var/run/postgresql',
    });
  });
});
