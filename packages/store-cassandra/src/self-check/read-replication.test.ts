import type { Log } from '@gatehouse/core';
import { describe, expect, it } from 'vitest';
import { resolveConnection } from '../connection/resolve.ts';
import { readReplication } from './read-replication.ts';

const settings = resolveConnection('cassandra://db1/gatehouse?localDataCenter=dc1');

/** What is made of a keyspace that is replicated like that, on nodes in these data centres: the copies, and what was warned of. */
async function read(
  replication: Readonly<Record<string, string>> | null,
  centres: readonly string[],
  durable_writes = true,
): Promise<{ readonly copies: Readonly<Record<string, number>>; readonly warned: string }> {
  const rows = replication === null ? [] : [{ replication, durable_writes }];
  const hosts = centres.map((datacenter) => ({ datacenter }));
  const said: string[] = [];
  const warn = (_: unknown, sentence: string): void => void said.push(sentence);
  const log = { debug() {}, info() {}, warn, error() {}, isEnabled: () => true } as unknown as Log;
  const client = { execute: async () => ({ rows }), hosts: { values: () => hosts } };
  const { copies } = await readReplication(client as never, settings, log);
  return { copies: Object.fromEntries(copies), warned: said.join(' ') };
}

const topology = (copies: Readonly<Record<string, string>>) => ({ class: 'NetworkTopologyStrategy', ...copies });
const simple = { class: 'org.apache.cassandra.locator.SimpleStrategy', replication_factor: '3' };
const THREE = ['dc1', 'dc1', 'dc1'];

describe('the replication of the keyspace', () => {
  it('[AX-192] is taken without a word where each of three copies has a node', async () => {
    expect(await read(topology({ dc1: '3' }), THREE)).toEqual({ copies: { dc1: 3 }, warned: '' });
    expect(await read(simple, THREE)).toEqual({ copies: { '*': 3 }, warned: '' });
  });

  it('[AX-193] is refused where SimpleStrategy spreads it over data centres, in each of which a code could be redeemed', async () => {
    await expect(read(simple, [...THREE, 'dc2'])).rejects.toMatchObject({
      kind: 'config',
      message: expect.stringMatching(/SimpleStrategy.*dc1, dc2.*redeemed once in each.*NetworkTopologyStrategy/),
    });
  });

  it('[AX-193] is warned of where a node that is down ends all decisions, or where copies have no node', async () => {
    expect((await read(topology({ dc1: '1' }), ['dc1'])).warned).toMatch(/fewer than three copies/);
    expect((await read(topology({ dc1: '3' }), ['dc1'])).warned).toMatch(
      /more copies in a data centre than that has nodes/,
    );
    expect((await read(topology({ dc1: '3', dc2: '3' }), THREE)).warned).toMatch(/more copies in a data centre/);
  });

  it('[AX-192] is refused where the keyspace is missing, or keeps nothing here, nothing known, or nothing durably', async () => {
    const refusals = [
      [read(null, THREE), /gatehouse is not there.*gatehouse migrate/],
      [read(topology({ dc2: '3' }), THREE), /keeps no copy in the data centre dc1.*dc2/],
      [read(topology({ dc1: '3/1' }), THREE), /transient copies.*whole numbers/],
      [read({ class: 'LocalStrategy' }, THREE), /no known number of copies/],
      [read(topology({ dc1: '3' }), THREE, false), /durable_writes = true/],
    ] as const;
    for (const [refused, message] of refusals)
      await expect(refused).rejects.toMatchObject({ kind: 'config', message: expect.stringMatching(message) });
  });
});
