import { expect, it } from 'vitest';
import { type Driver, importDriver } from '../session/driver.ts';
import { migrate } from './migrate.ts';

it('a connection that makes tables gives a node the time that they take, for its heartbeats too', async () => {
  const driver = await importDriver();
  let patience: number | undefined;
  class Client extends driver.Client {
    constructor(options: ConstructorParameters<Driver['Client']>[0]) {
      super(options);
      patience = options.socketOptions?.readTimeout;
    }

    override connect(): Promise<never> {
      return Promise.reject(Object.assign(new Error('no'), { name: 'AuthenticationError' }));
    }
  }
  const connection = 'cassandra://user@127.0.0.1/gatehouse?localDataCenter=dc1&timeouts.statementMs=1000';
  await expect(migrate({ connection, driver: { ...driver, Client } as Driver })).rejects.toThrow(/user or password/);
  expect(patience).toBe(90_000);
});
