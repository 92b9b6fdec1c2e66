import { describe, expect, it } from 'vitest';
import { resolveConnection } from './resolve.ts';
import type { Connection } from './settings.ts';

const URL_ = 'cassandra://db1,db2:9142/gatehouse?localDataCenter=dc1';

function refusal(connection: unknown): string {
  try {
    resolveConnection(connection as Connection);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('It was not refused.');
}

describe('a connection', () => {
  it('[AX-191] is a list of hosts with the port 9042, a user and a password', () => {
    const { contactPoints, port, user, password, keyspace } = resolveConnection(
      'cassandra://ann:p%40ss%2F%3Aword@db1,db2/gatehouse?localDataCenter=dc1',
    );
    expect([contactPoints, port, user, password, keyspace]).toEqual([
      ['db1', 'db2'],
      9042,
      'ann',
      'p@ss/:word',
      'gatehouse',
    ]);
    expect(resolveConnection(URL_).port).toBe(9142);
  });

  it('[AX-191] is verified TLS unless it stays on this machine or its owner says otherwise', () => {
    const protection = (more: string, hosts = 'db1') =>
      resolveConnection(`cassandra://${hosts}/gatehouse?localDataCenter=dc1${more}`).protection;
    expect(protection('')).toBe('verified');
    expect(protection('', '127.0.0.1,localhost')).toBe('plaintext');
    expect(protection('', '127.0.0.1,db2')).toBe('verified');
    expect(protection('&ca=/etc/ca.pem', '127.0.0.1')).toBe('verified');
    expect(protection('&dangerouslyInsecure=plaintext')).toBe('plaintext');
    expect(protection('&dangerouslyInsecure=unverified')).toBe('unverified');
    expect(refusal(`${URL_}&dangerouslyInsecure=yes`)).toMatch(/plaintext or unverified/);
    const staysHere = (more: string) =>
      resolveConnection(`cassandra://127.0.0.1/gatehouse?localDataCenter=dc1${more}`).staysHere;
    expect([staysHere(''), staysHere('&dangerouslyInsecure=plaintext'), staysHere('&ca=/etc/ca.pem')]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('[AX-188] carries the levels, of single operations too', () => {
    const { consistency } = resolveConnection(
      `${URL_}&consistency.read=quorum&consistency.write=LOCAL_QUORUM&consistency.serial=SERIAL&consistency.operations.find=one`,
    );
    expect(consistency).toEqual({
      read: 'QUORUM',
      write: 'LOCAL_QUORUM',
      serial: 'SERIAL',
      operations: { find: 'ONE' },
    });
    expect(refusal(`${URL_}&consistency.write=most`)).toMatch(
      /consistency\.write is "most", which is no level.*LOCAL_QUORUM.*ANY/s,
    );
  });

  it('[AX-194] has pages of 5000 rows unless told otherwise', () => {
    expect(resolveConnection(URL_).pageSize).toBe(5_000);
    expect(resolveConnection(`${URL_}&pageSize=100`).pageSize).toBe(100);
    expect(refusal(`${URL_}&pageSize=0`)).toMatch(/pageSize/);
  });

  it('[AX-192] names a keyspace of at most 48 letters, and a data centre', () => {
    expect(resolveConnection('cassandra://db1/x1_group_2?localDataCenter=dc1').keyspace).toBe('x1_group_2');
    expect(refusal(`cassandra://db1/${'k'.repeat(49)}?localDataCenter=dc1`)).toMatch(/keyspace.*1 to 48/);
    expect(refusal('cassandra://db1/Drop%20it?localDataCenter=dc1')).toMatch(/keyspace/);
    expect(refusal('cassandra://db1/gatehouse')).toMatch(/localDataCenter/);
  });

  it('has a scheme of letters of either case', () => {
    expect(resolveConnection('Cassandra://db1/x?localDataCenter=dc1').keyspace).toBe('x');
  });

  it('is an object, or a URL with what a URL cannot hold beside it', () => {
    const settings = resolveConnection({
      url: URL_,
      password: { env: 'DB_PASSWORD' },
      consistency: { write: 'ONE' },
      speculative: { delayMs: 50, more: 1 },
    });
    expect(settings).toMatchObject({
      contactPoints: ['db1', 'db2'],
      password: { env: 'DB_PASSWORD' },
      consistency: { write: 'ONE' },
      speculative: { delayMs: 50, more: 1 },
    });
    const object = { contactPoints: ['db1:9043'], localDataCenter: 'dc1', keyspace: 'gatehouse' };
    expect(resolveConnection(object)).toMatchObject({ ...object, port: 9042, pageSize: 5_000 });
  });

  const REFUSED: readonly (readonly [unknown, RegExp])[] = [
    ['cassandra:///gatehouse', /cassandra:\/\/user:password@host1/],
    ['cassandra://db1/', /cassandra:\/\/user/],
    [`${URL_}&consistency.raed=ONE`, /parameter consistency\.raed, which is none of/],
    [`${URL_}&pageSize=1&pageSize=2`, /pageSize twice/],
    [`${URL_}&timeouts.callMs=soon`, /timeouts\.callMs.*whole number/],
    [`${URL_}&product=mongo`, /cassandra or scylladb or keyspaces or astra/],
    ['cassandra://a:%zz@db1/gatehouse?localDataCenter=dc1', /"%"/],
    [{ contactPoints: [], localDataCenter: 'dc1', keyspace: 'x' }, /at least one host/],
    [{ contactPoints: ['db1'], localDataCenter: 'dc1', keyspace: 'x', tsl: {} }, /member tsl/],
    [{ contactPoints: ['db1'], localDataCenter: 'dc1', keyspace: 'x', timeouts: { call: 1 } }, /timeouts\.call is no/],
    [
      { contactPoints: ['db1'], localDataCenter: 'dc1', keyspace: 'x', consistency: { reads: 'ONE' } },
      /consistency\.reads/,
    ],
  ];
  for (const [connection, message] of REFUSED)
    it(`is refused where it is ${JSON.stringify(connection)}`, () => {
      expect(refusal(connection)).toMatch(message);
    });

  it('[SEC-51] never quotes its password', () => {
    for (const url of [
      'cassandra://ann:12/x?hunter2@db1/gatehouse',
      'cassandra://ann:12/x?hunter2',
      'cassandra://ann:12/x?hunter2=@db1/gatehouse',
      'Cassandra://ann:12/x?hunter2=@db1/gatehouse',
    ])
      expect(refusal(url)).not.toContain('hunter2');
    expect(refusal('cassandra://ann:se%zzcret@db1/gatehouse?localDataCenter=dc1')).not.toMatch(/se.*cret/);
  });
});
