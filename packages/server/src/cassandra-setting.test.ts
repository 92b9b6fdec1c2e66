import { describe, expect, it } from 'vitest';
import type { CompleteConfig } from './config/config.ts';
import { createStore } from './stores.ts';

const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {}, isEnabled: () => false };

function storeOf(store: CompleteConfig['store']) {
  const config = { store, issuer: 'https://auth.example.com' } as CompleteConfig;
  return createStore({ config, log, origin: 'gatehouse.config.yaml', secrets: [] });
}

const HOSTS = 'cassandra://db1,db2/gatehouse?localDataCenter=dc1';

describe('the setting store, for Cassandra', () => {
  it('[AX-191] is a URL of several hosts, or an object with contact points; nothing is connected yet', async () => {
    const object = { contactPoints: ['db1', 'db2'], localDataCenter: 'dc1', keyspace: 'gatehouse' };
    for (const store of [await storeOf(HOSTS), await storeOf(object), await storeOf({ url: HOSTS })]) {
      expect(store.name).toBe('cassandra');
      expect(store.capabilities).toMatchObject({ change: 2, visibility: { registers: 'cluster', tokens: 'eventual' } });
    }
  });

  it('[AX-188] takes the levels in either case, and refuses an illegal one by its name', async () => {
    await storeOf({ url: HOSTS, consistency: { read: 'quorum' as never, write: 'LOCAL_QUORUM' } });
    await expect(storeOf(`${HOSTS}&consistency.read=ANY`)).rejects.toThrow(/store.*consistency\.read cannot be ANY/s);
    await expect(storeOf({ url: HOSTS, consistency: { write: 'SERIAL' } })).rejects.toThrow(/consistency\.write/);
  });

  it('[AX-194] takes the size of a page', async () => {
    await storeOf({ url: HOSTS, pageSize: 100 });
    await expect(storeOf({ url: HOSTS, pageSize: 0 })).rejects.toThrow(/pageSize/);
  });

  it('passes the tolerance of clocks on', async () => {
    expect((await storeOf({ url: HOSTS, clockToleranceMs: 700 })).capabilities.clockTolerance).toBe(700);
  });
});
