import { describe, expect, it } from 'vitest';
import { type DecidingLevels, decidingLevels, disagreement, levelsOf, numberOf, replacement } from './deciding.ts';
import { legalLevels } from './levels.ts';
import { type ConsistencySettings, planLevels } from './plan.ts';
import { type Replication, replicationOf } from './replication.ts';

const topology = (copies: Readonly<Record<string, number>>): Replication => ({
  strategy: 'NetworkTopologyStrategy',
  copies: new Map(Object.entries(copies)),
});

function deciding(replication: Replication, settings: ConsistencySettings = {}): DecidingLevels {
  return decidingLevels(planLevels(settings, replication, 'dc1'), replication);
}

/** Whether a server of the second is refused where one of the first has recorded its levels. */
function apart(recorded: DecidingLevels, own: DecidingLevels): boolean {
  return disagreement(own, numberOf(recorded)) !== null;
}

const ONE = topology({ dc1: 3 });
const TWO = topology({ dc1: 3, dc2: 3 });

/** Every choice of what decides that the keyspace can carry. */
function everyPlan(replication: Replication): readonly DecidingLevels[] {
  const plans: DecidingLevels[] = [];
  for (const serial of ['SERIAL', 'LOCAL_SERIAL'] as const)
    for (const commit of legalLevels('commit'))
      for (const register of legalLevels('commit'))
        try {
          plans.push(deciding(replication, { serial, operations: { commit, register } }));
        } catch {
          // Refused by itself.
        }
  return plans;
}

describe('servers of one keyspace', () => {
  it('[AX-193] are told apart once it has another data centre: those of before go on deciding in theirs alone', () => {
    expect(apart(deciding(ONE), deciding(TWO))).toBe(true);
    expect(apart(deciding(TWO), deciding(ONE))).toBe(true);
  });

  it('[AX-193] are told apart then although the new ones use the words of the old: others of those may be local', () => {
    const settings = { serial: 'SERIAL', operations: { commit: 'QUORUM', register: 'QUORUM' } } as const;
    expect(apart(deciding(ONE, settings), deciding(TWO, settings))).toBe(true);
  });

  it('[AX-193] are told apart over several data centres by each level that decides', () => {
    const plans = everyPlan(TWO);
    expect(plans.length).toBeGreaterThan(8);
    for (const [index, one] of plans.entries())
      for (const [other, own] of plans.entries()) expect(apart(one, own)).toBe(index !== other);
  });

  it('[AX-192] are the same within one data centre, whatever their levels, copies and strategy', () => {
    const [first, ...others] = [
      ...everyPlan(ONE),
      ...everyPlan(topology({ dc1: 5 })),
      ...everyPlan(topology({ dc9: 1 })),
    ];
    expect(others.length).toBeGreaterThan(60);
    for (const own of others) expect(apart(first as DecidingLevels, own)).toBe(false);
    const simple = replicationOf({ class: 'SimpleStrategy', replication_factor: '3' }) as Replication;
    expect(apart(deciding(simple), deciding(ONE))).toBe(false);
  });

  it('[AX-192] are the same over several data centres whatever their copies, and where a third is added', () => {
    expect(apart(deciding(TWO), deciding(topology({ dc1: 5, dc2: 3 })))).toBe(false);
    expect(apart(deciding(TWO), deciding(topology({ dc1: 3, dc2: 3, dc3: 3 })))).toBe(false);
  });
});

describe('the number that a keyspace keeps', () => {
  it('is that of the protocol, and says again which levels they were', () => {
    expect([numberOf(deciding(ONE)), numberOf(deciding(TWO))]).toEqual([90_606, 80_404]);
    for (const levels of [...everyPlan(ONE), ...everyPlan(TWO)]) expect(levelsOf(numberOf(levels))).toEqual(levels);
  });

  for (const number of [0, 1, 80_400, 80_104, 70_404, 180_404, -1])
    it(`${number} is none of this release, and agrees with nobody`, () => {
      expect(levelsOf(number)).toBeNull();
      expect(disagreement(deciding(TWO), number)).toContain(`at levels that this release does not know (${number})`);
    });
});

it('both sides are named in the sentence', () => {
  expect(disagreement(deciding(TWO), numberOf(deciding(ONE)))).toBe(
    'This server decides across data centres (SERIAL, committed at QUORUM, read at QUORUM), and the servers of its keyspace within one data centre (LOCAL_SERIAL): one could use again what another has used.',
  );
  expect(replacement(deciding(TWO), numberOf(deciding(ONE)))).toMatch(
    /decided within one data centre \(LOCAL_SERIAL\), and decide across data centres \(SERIAL.*\) from now on/,
  );
});
