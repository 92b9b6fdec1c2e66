import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { db2 } from '../dialects/db2.ts';
import { Db2Client } from './client.ts';
import type { Db2Connection } from './driver.ts';

type Done = (error: unknown, value?: unknown) => void;

/** A driver that notes what it is told, and answers what a test wants. */
class FakeDriver {
  readonly told: string[] = [];
  /** The values of the last statement, as they were handed over. */
  values: unknown;
  rows: readonly unknown[] = [];
  answer: (text: string, done: Done) => void = (_, done) => done(null, 1);
  onAttribute: (attribute: number, done: Done) => void = (_, done) => done(null, true);

  open(text: string, { connectTimeout }: { connectTimeout: number }, done: Done): void {
    this.told.push(`open ${text} ${connectTimeout}`);
    done(null, this.connection());
  }

  connection(): Db2Connection {
    const execute = (text: string) => (values: unknown[] | null, done: Done) => {
      this.told.push(text);
      this.values = values;
      // As the driver does with its parameters.
      values?.fill('rewritten');
      this.answer(text, done);
    };
    return {
      prepare: (text: string, done: Done) =>
        done(null, {
          executeNonQuery: execute(text),
          execute: (values: unknown[] | null, ended: Done) =>
            execute(text)(values, (error) =>
              error
                ? ended(error)
                : ended(null, {
                    fetchAll: (fetched: Done) => fetched(null, this.rows),
                    close: (closed: Done) => this.#closed('result', closed),
                  }),
            ),
          close: (closed: Done) => this.#closed('statement', closed),
        }),
      setAttr: (attribute: number, value: number, done: Done) => {
        this.told.push(`attribute ${attribute}=${value}`);
        this.onAttribute(attribute, done);
      },
      close: (done: Done) => this.#closed('connection', done),
    } as unknown as Db2Connection;
  }

  #closed(what: string, done: Done): void {
    this.told.push(`close ${what}`);
    done(null);
  }
}

let driver: FakeDriver;
let client: Db2Client;

beforeEach(() => {
  driver = new FakeDriver();
  class Client extends Db2Client {
    _driver(): unknown {
      return driver;
    }
  }
  client = new Client({ client: Client, connection: {}, pool: { max: 0 } });
  client.connectionSettings = { text: 'DATABASE=oauth;', connectSeconds: 2, receiveSeconds: 3 };
});
afterEach(() => {
  vi.useRealTimers();
});

const UPDATE = { sql: 'UPDATE t SET a = ?', bindings: ['1', null], reads: false };

describe('a connection', () => {
  it('is given its limit and its isolation before it is used', async () => {
    await client.acquireRawConnection();
    // SQL_ATTR_RECEIVE_TIMEOUT in seconds; SQL_ATTR_TXN_ISOLATION: 2 is CS.
    expect(driver.told).toEqual(['open DATABASE=oauth; 2', 'attribute 2547=3', 'attribute 108=2']);
  });

  it('is closed where that fails, and the failure is said', async () => {
    driver.onAttribute = (_, done) => done({ message: 'no', sqlcode: -1, sqlstate: 'HY000' });
    await expect(client.acquireRawConnection()).rejects.toMatchObject({ message: 'no', sqlcode: -1 });
    expect(driver.told.at(-1)).toBe('close connection');
  });

  it('is closed when what runs on it has ended, since the library has no way to cut it off', async () => {
    const connection = await client.acquireRawConnection();
    let end: Done = () => undefined;
    driver.answer = (_, done) => {
      end = done;
    };
    const running = client._query(connection, { ...UPDATE });
    await Promise.resolve();
    const destroyed = client.destroyRawConnection(connection);
    await Promise.resolve();
    expect(driver.told).not.toContain('close connection');
    end({ message: 'SQL30081N', sqlcode: -30081, sqlstate: '40003' });
    await expect(running).rejects.toMatchObject({ sqlcode: -30081 });
    await destroyed;
    expect(driver.told.at(-1)).toBe('close connection');
  });
});

describe('whether a connection is one is asked', () => {
  const ASKED = 'SELECT 1 FROM SYSIBM.SYSDUMMY1';

  it('not as long as it was used a moment ago, and by a statement afterwards', async () => {
    vi.useFakeTimers();
    vi.advanceTimersByTime(1_000);
    const connection = await client.acquireRawConnection();
    await client._query(connection, { ...UPDATE });
    expect(await client.validateConnection(connection)).toBe(true);
    expect(driver.told).not.toContain(ASKED);
    vi.advanceTimersByTime(1_000);
    expect(await client.validateConnection(connection)).toBe(true);
    expect(driver.told).toContain(ASKED);
  });

  it('of all that were used before one was found dead', async () => {
    vi.useFakeTimers();
    vi.advanceTimersByTime(1_000);
    const [dead, suspect] = [await client.acquireRawConnection(), await client.acquireRawConnection()];
    await client._query(dead, { ...UPDATE });
    vi.advanceTimersByTime(600);
    await client._query(suspect, { ...UPDATE });
    driver.answer = (_, done) => done({ message: 'gone', sqlcode: -30081, sqlstate: '08001' });
    vi.advanceTimersByTime(1);
    expect(await client.validateConnection(dead)).toBe(false);
    expect(await client.validateConnection(suspect)).toBe(false);
  });
});

describe('a statement', () => {
  it('is closed with its result, and its rows have names in lower case', async () => {
    driver.rows = [{ VERSION: '7', DATA: null }];
    const connection = driver.connection();
    const query = { sql: 'SELECT', bindings: ['k'], reads: true };
    const { response } = await client._query(connection, { ...query });
    expect(response).toEqual({ rows: [{ version: '7', data: null }], count: 1 });
    expect(driver.told).toEqual(['SELECT', 'close result', 'close statement']);
  });

  it('leaves the values that it was given alone', async () => {
    const bindings = ['1', null];
    await client._query(driver.connection(), { ...UPDATE, bindings });
    expect(bindings).toEqual(['1', null]);
    expect(driver.values).toEqual(['rewritten', 'rewritten']);
  });

  it('that is warned about has changed what it has changed', async () => {
    driver.answer = (_, done) => done({ message: 'SQL0513W', sqlcode: 513, sqlstate: '01504' }, 3);
    const { response } = await client._query(driver.connection(), { ...UPDATE });
    expect(response?.count).toBe(3);
  });

  it('that fails is closed, and what the driver rejects with becomes an error with its codes', async () => {
    driver.answer = (_, done) => done({ message: 'SQL0803N\n', sqlcode: -803, sqlstate: '23505' });
    const thrown = await client._query(driver.connection(), { ...UPDATE }).catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(Error);
    expect(thrown).toMatchObject({ message: 'SQL0803N', sqlcode: -803, sqlstate: '23505' });
    expect(driver.told.at(-1)).toBe('close statement');
  });

  it.each([['[object Object]'], [{}], [new Error('without codes')]])(
    'that fails without a code (%o) has an outcome that nobody knows',
    async (given) => {
      driver.answer = (_, done) => done(given);
      const thrown = await client._query(driver.connection(), { ...UPDATE }).catch((error: unknown) => error);
      expect(db2.faultOf(thrown)).toBe('lost');
    },
  );
});

describe('a transaction', () => {
  it('begins and commits by the attribute that says when it fails', async () => {
    const connection = driver.connection();
    await client.begin(connection);
    await client.commit(connection);
    expect(driver.told).toEqual(['attribute 102=0', 'attribute 102=1']);
    driver.onAttribute = (_, done) => done({ message: 'SQL30081N', sqlcode: -30081, sqlstate: '08007' });
    const failed = await client.commit(connection).catch((error: unknown) => error);
    expect(db2.faultOf(failed)).toBe('lost');
  });

  it('is rolled back before anything could commit it', async () => {
    const connection = driver.connection();
    await client.rollback(connection);
    expect(driver.told).toEqual(['ROLLBACK', 'close statement', 'attribute 102=1']);
    driver.told.length = 0;
    driver.answer = (_, done) => done({ message: 'no', sqlcode: -1, sqlstate: 'HY000' });
    await expect(client.rollback(connection)).rejects.toThrow('no');
    expect(driver.told).not.toContain('attribute 102=1');
  });
});
