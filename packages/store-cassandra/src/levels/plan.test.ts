import { describe, expect, it, test } from 'vitest';
import { isLegal, LEVELS, type Level, levelNamed, type Use } from './levels.ts';
import { overlaps } from './overlap.ts';
import { type ConsistencySettings, checkLevels, planLevels } from './plan.ts';
import { promisesOf } from './promises.ts';
import { type Replication, replicationOf } from './replication.ts';

const three: Replication = { strategy: 'NetworkTopologyStrategy', copies: new Map([['dc1', 3]]) };
const one: Replication = { strategy: 'NetworkTopologyStrategy', copies: new Map([['dc1', 1]]) };
const twoCentres: Replication = {
  strategy: 'NetworkTopologyStrategy',
  copies: new Map([
    ['dc1', 3],
    ['dc2', 3],
  ]),
};

function refusal(settings: ConsistencySettings, replication = three): string {
  try {
    planLevels(settings, replication, 'dc1');
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('It was not refused.');
}

describe('levels', () => {
  /** Cassandra's own rules, read off its source and tried on its nodes by the live tests. */
  const LEGAL: Readonly<Record<Use, readonly Level[]>> = {
    read: LEVELS.filter((level) => level !== 'ANY'),
    write: LEVELS.filter((level) => level !== 'SERIAL' && level !== 'LOCAL_SERIAL'),
    commit: ['QUORUM', 'ALL', 'LOCAL_QUORUM', 'EACH_QUORUM'],
    serial: ['SERIAL', 'LOCAL_SERIAL'],
  };

  for (const use of Object.keys(LEGAL) as Use[])
    for (const level of LEVELS)
      it(`[AX-189] ${level} is ${LEGAL[use].includes(level) ? 'legal' : 'illegal'} to ${use}`, () => {
        expect(isLegal(use, level)).toBe(LEGAL[use].includes(level));
      });

  it('[AX-189] are read in any case, with dashes too, and no other word is one', () => {
    expect(LEVELS).toHaveLength(11);
    expect(levelNamed(' local-quorum ')).toBe('LOCAL_QUORUM');
    expect(levelNamed('quorums')).toBeUndefined();
  });
});

describe('what a setting is refused for', () => {
  const cases: readonly (readonly [ConsistencySettings, RegExp])[] = [
    [{ read: 'ANY' }, /consistency\.read cannot be ANY.*hint/],
    [{ write: 'SERIAL' }, /consistency\.write cannot be SERIAL/],
    [{ write: 'LOCAL_SERIAL' }, /consistency\.write cannot be LOCAL_SERIAL/],
    [{ serial: 'QUORUM' as never }, /consistency\.serial cannot be QUORUM.*SERIAL, LOCAL_SERIAL/],
    [{ read: 'MANY' as never }, /consistency\.read is "MANY", which is no level/],
    [{ operations: { find: 'ANY' } }, /consistency\.operations\.find cannot be ANY/],
    [{ operations: { commit: 'ANY' } }, /consistency\.operations\.commit cannot be ANY.*a code could be used twice/],
    [{ operations: { commit: 'ONE' } }, /consistency\.operations\.commit cannot be ONE/],
    [{ operations: { register: 'LOCAL_ONE' } }, /consistency\.operations\.register cannot be LOCAL_ONE/],
    [{ operations: { read: 'ONE' } as never }, /consistency\.operations\.read is no operation; there are issue, find/],
  ];
  for (const [settings, message] of cases)
    it(`[AX-188] ${JSON.stringify(settings)} is refused by name before anything is connected`, () => {
      expect(() => checkLevels(settings)).toThrow(message);
    });

  it('[AX-189] a level that more copies must answer than there are is refused by name', () => {
    expect(refusal({ read: 'THREE' }, one)).toMatch(/consistency\.read is THREE, for which 3 copies.*keeps 1/);
    expect(refusal({ write: 'TWO' }, one)).toMatch(/consistency\.write is TWO/);
    expect(refusal({ operations: { issue: 'TWO' } }, one)).toMatch(/consistency\.operations\.issue is TWO/);
  });

  it('[AX-193] LOCAL_SERIAL with two data centres is refused: a code could be redeemed in each', () => {
    expect(refusal({ serial: 'LOCAL_SERIAL' }, twoCentres)).toMatch(/LOCAL_SERIAL.*dc1: 3, dc2: 3.*Use SERIAL/);
  });

  it('[AX-193] registers that are read where they may not be visible yet are refused', () => {
    expect(refusal({ operations: { register: 'LOCAL_QUORUM', commit: 'LOCAL_QUORUM' } }, twoCentres)).toMatch(
      /register LOCAL_QUORUM does not see everything.*Use QUORUM for both/,
    );
  });

  it('[AX-193] what registers are listed by is written and read where all data centres meet, whatever commits reach', () => {
    for (const commit of ['EACH_QUORUM', 'ALL'] as const)
      expect(refusal({ operations: { register: 'LOCAL_QUORUM', commit } }, twoCentres)).toMatch(
        /register LOCAL_QUORUM is one data centre's.*would miss what another has given.*Use QUORUM/,
      );
    for (const register of ['QUORUM', 'EACH_QUORUM', 'ALL'] as const)
      expect(planLevels({ operations: { register } }, twoCentres, 'dc1').register).toBe(register);
  });
});

describe('the plan', () => {
  it('[AX-188] reads at ONE and writes at ANY unless told otherwise, and decides at a quorum all the same', () => {
    expect(planLevels({}, three, 'dc1')).toEqual({
      find: 'ONE',
      issue: 'ANY',
      confirm: 'ALL',
      register: 'LOCAL_QUORUM',
      commit: 'LOCAL_QUORUM',
      serial: 'LOCAL_SERIAL',
    });
  });

  it('[AX-193] decides across data centres where there are several', () => {
    const plan = planLevels({ read: 'LOCAL_QUORUM', write: 'LOCAL_QUORUM' }, twoCentres, 'dc1');
    expect([plan.serial, plan.commit, plan.register]).toEqual(['SERIAL', 'QUORUM', 'QUORUM']);
    // A token of the other data centre is asked for where a quorum of each must have it.
    expect(plan.confirm).toBe('EACH_QUORUM');
  });

  it('[AX-188] asks a second time only where the first look may miss what was answered', () => {
    const confirm = (read: Level, write: Level, replication = three) =>
      planLevels({ read, write }, replication, 'dc1').confirm;
    expect(confirm('QUORUM', 'QUORUM')).toBeNull();
    expect(confirm('ONE', 'ALL')).toBeNull();
    expect(confirm('ONE', 'QUORUM')).toBe('LOCAL_QUORUM');
    expect(confirm('ONE', 'ONE')).toBe('ALL');
    expect(confirm('TWO', 'ONE')).toBe('ALL');
    // As many copies, in other places.
    expect(confirm('QUORUM', 'LOCAL_QUORUM', twoCentres)).toBe('EACH_QUORUM');
    // With one copy there is nobody else to ask.
    expect(confirm('ONE', 'ANY', one)).toBeNull();
  });

  it('[AX-188] refuses a second look that finds nothing more than the first', () => {
    const confirm = (level: Level): ConsistencySettings => ({
      read: 'ONE',
      write: 'ONE',
      operations: { confirm: level },
    });
    expect(refusal(confirm('ONE'), three)).toMatch(/confirm is ONE, which finds nothing that ONE \(find\) has missed/);
    expect(refusal(confirm('LOCAL_ONE'), twoCentres)).toMatch(/confirm is LOCAL_ONE/);
    expect(planLevels(confirm('TWO'), three, 'dc1').confirm).toBe('TWO');
  });

  it('[AX-188] takes the level of a single operation in place of that of all', () => {
    const plan = planLevels({ read: 'ONE', operations: { find: 'QUORUM', issue: 'TWO', commit: 'ALL' } }, three, 'dc1');
    expect([plan.find, plan.issue, plan.commit]).toEqual(['QUORUM', 'TWO', 'ALL']);
  });

  for (const read of LEVELS)
    for (const write of LEVELS)
      it(`[AX-188] read ${read}, write ${write}: a plan, or a refusal that names one of them`, () => {
        const legal = isLegal('read', read) && isLegal('write', write);
        if (legal) expect(planLevels({ read, write }, three, 'dc1')).toMatchObject({ find: read, issue: write });
        else
          expect(refusal({ read, write })).toMatch(
            new RegExp(`consistency\\.(read|write) cannot be (${read}|${write})`),
          );
      });
});

describe('R + W > RF', () => {
  test('[AX-188] with three copies, by arithmetic', () => {
    const counts = {
      ANY: 0,
      ONE: 1,
      LOCAL_ONE: 1,
      TWO: 2,
      THREE: 3,
      QUORUM: 2,
      LOCAL_QUORUM: 2,
      EACH_QUORUM: 2,
      ALL: 3,
    };
    for (const [read, r] of Object.entries(counts))
      for (const [write, w] of Object.entries(counts))
        expect(overlaps(read as Level, write as Level, three), `${read}/${write}`).toBe(r + w > 3);
  });

  test('[AX-193] with two data centres of three, case by case', () => {
    const expected: readonly (readonly [Level, Level, boolean])[] = [
      ['LOCAL_QUORUM', 'LOCAL_QUORUM', false],
      ['LOCAL_QUORUM', 'EACH_QUORUM', true],
      ['EACH_QUORUM', 'LOCAL_QUORUM', true],
      ['QUORUM', 'QUORUM', true],
      ['QUORUM', 'LOCAL_QUORUM', false],
      ['LOCAL_ONE', 'EACH_QUORUM', false],
      ['LOCAL_ONE', 'ALL', true],
      ['ALL', 'ONE', true],
      ['ALL', 'ANY', false],
      ['QUORUM', 'EACH_QUORUM', true],
    ];
    for (const [read, write, holds] of expected)
      expect(overlaps(read, write, twoCentres), `${read}/${write}`).toBe(holds);
  });
});

describe('promises', () => {
  const said = (read: Level, write: Level) => promisesOf(planLevels({ read, write }, three, 'dc1'), three, 500);

  it('[AX-188] says of ONE and ANY that a token may be missed, where it is asked again, and what ANY is', () => {
    const { tokens, boundMs, sentences } = said('ONE', 'ANY');
    expect([tokens, boundMs]).toEqual(['eventual', 1_000]);
    expect(sentences.join('\n')).toMatch(/may miss a token.*again at ALL/);
    expect(sentences.join('\n')).toMatch(/as a hint/);
  });

  it('[AX-188] says of a second look that meets every answered write no more than that', () => {
    const [, sentence] = said('ONE', 'QUORUM').sentences;
    expect(sentence).toMatch(/one that finds nothing is made again at LOCAL_QUORUM before it counts\.$/);
    expect(said('ONE', 'ONE').sentences[1]).toMatch(/after 500 ms at LOCAL_QUORUM\).*only it has is refused\.$/);
  });

  it('[AX-193] says of QUORUM that every read meets every answered write', () => {
    const { tokens, boundMs, sentences } = said('QUORUM', 'QUORUM');
    expect([tokens, boundMs]).toEqual(['cluster', 0]);
    expect(sentences.join('\n')).toMatch(/every read meets every answered write/);
  });

  it('says first, whatever is chosen, that nothing is used twice', () => {
    for (const level of ['ONE', 'QUORUM', 'ALL'] as const)
      expect(said(level, level).sentences[0]).toMatch(/LOCAL_SERIAL.*nothing is used twice/);
  });
});

describe('replication', () => {
  it('[AX-192] is read for both strategies, whatever package their class is in', () => {
    const simple = { class: 'org.apache.cassandra.locator.SimpleStrategy', replication_factor: '3' };
    expect(replicationOf(simple)).toEqual({ strategy: 'SimpleStrategy', copies: new Map([['*', 3]]) });
    const topology = { class: 'NetworkTopologyStrategy', dc1: '3', dc2: '2', dc3: '0' };
    expect(replicationOf(topology)?.copies).toEqual(
      new Map([
        ['dc1', 3],
        ['dc2', 2],
      ]),
    );
    expect(replicationOf({ class: 'LocalStrategy' })).toBeNull();
    expect(replicationOf({ class: 'EverywhereStrategy' })).toBeNull();
  });
});
