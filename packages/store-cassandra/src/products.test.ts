import { describe, expect, it } from 'vitest';
import type { Level } from './levels/levels.ts';
import { planLevels } from './levels/plan.ts';
import { type ProductName, productFaults } from './products.ts';

const three = { strategy: 'NetworkTopologyStrategy', copies: new Map([['dc1', 3]]) };

function faults(name: ProductName, read: Level, write: Level, more: { version?: string; tablets?: boolean } = {}) {
  const plan = planLevels({ read, write }, three, 'dc1');
  return productFaults({ name, version: '5.0.9', tablets: false, ...more }, plan);
}

/** By the documentation of each service; none of them has been run against. */
describe('what speaks CQL and is not Apache Cassandra', () => {
  it('[AX-189] Amazon Keyspaces takes writes at LOCAL_QUORUM only, and few levels of reads', () => {
    const legal = [
      ...faults('keyspaces', 'LOCAL_QUORUM', 'LOCAL_QUORUM', { version: '3.11.2' }),
      ...faults('keyspaces', 'ONE', 'LOCAL_QUORUM', { version: '3.11.2' }),
    ];
    expect(legal.join(' ')).not.toMatch(/consistency/);
    expect(faults('keyspaces', 'ONE', 'ANY').join(' ')).toMatch(/consistency\.write is ANY.*Amazon Keyspaces refuses/);
    expect(faults('keyspaces', 'QUORUM', 'LOCAL_QUORUM').join(' ')).toMatch(/consistency\.read is QUORUM/);
  });

  it('Amazon Keyspaces is refused at every level: it does not take the timestamps of what registers are listed by', () => {
    expect(faults('keyspaces', 'LOCAL_QUORUM', 'LOCAL_QUORUM')).toEqual([
      expect.stringMatching(/no timestamp that is older than two days.*cannot carry this store/),
    ]);
  });

  it('[AX-189] Astra refuses ANY and ONE for writes', () => {
    expect(faults('astra', 'LOCAL_QUORUM', 'LOCAL_QUORUM')).toEqual([]);
    expect(faults('astra', 'ONE', 'ANY').join(' ')).toMatch(/consistency\.write is ANY.*Astra DB refuses/);
    expect(faults('astra', 'ONE', 'ONE').join(' ')).toMatch(/consistency\.write is ONE/);
  });

  it('ScyllaDB knows no lightweight transactions in tablets before 2025.4', () => {
    const tablets = (version: string) => faults('scylladb', 'ONE', 'ONE', { version, tablets: true });
    expect(tablets('2025.3.1').join(' ')).toMatch(/tablets.*ScyllaDB 2025\.3\.1.*'enabled': false/);
    expect(tablets('6.2.0').join(' ')).toMatch(/tablets/);
    expect(tablets('2025.4.0')).toEqual([]);
    expect(faults('scylladb', 'ONE', 'ANY', { version: '2025.1.0', tablets: false })).toEqual([]);
  });

  it('Cassandra before 4.0 is refused: its reads at QUORUM may step back', () => {
    expect(faults('cassandra', 'ONE', 'ANY', { version: '3.11.19' }).join(' ')).toMatch(/3\.11\.19.*4\.0 or later/);
    expect(faults('cassandra', 'ONE', 'ANY', { version: '4.0.0' })).toEqual([]);
  });
});
