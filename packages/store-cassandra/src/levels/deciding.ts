import type { Level } from './levels.ts';
import type { LevelPlan } from './plan.ts';
import type { Replication } from './replication.ts';

/** What all servers of a keyspace must have in common, or two of them decide past each other. */
export type DecidingLevels = Pick<LevelPlan, 'serial' | 'commit' | 'register'>;

/** With one data centre all legal levels reach a majority of the same copies, whatever they are called. */
const WITHIN_ONE: DecidingLevels = { serial: 'LOCAL_SERIAL', commit: 'LOCAL_QUORUM', register: 'LOCAL_QUORUM' };

/**
 * What of a plan must be that of all others. Who decides within one data centre is told from who decides across
 * several, even by the same words: once there are several, the others of the one may be at its local levels.
 */
export function decidingLevels({ serial, commit, register }: LevelPlan, { copies }: Replication): DecidingLevels {
  return copies.size > 1 ? { serial, commit, register } : WITHIN_ONE;
}

/** Their numbers in the protocol of Cassandra, which do not change. */
const NUMBERS = {
  serial: { SERIAL: 8, LOCAL_SERIAL: 9 },
  others: { QUORUM: 4, ALL: 5, LOCAL_QUORUM: 6, EACH_QUORUM: 7 } as Readonly<Partial<Record<Level, number>>>,
} as const;

/** As a keyspace keeps them, in one number: two digits for each of serial, commit and register. */
export function numberOf({ serial, commit, register }: DecidingLevels): number {
  return NUMBERS.serial[serial] * 10_000 + otherNumber(commit) * 100 + otherNumber(register);
}

/** Null: this release knows no such levels. */
export function levelsOf(number: number): DecidingLevels | null {
  const serial = named(NUMBERS.serial, Math.floor(number / 10_000));
  const commit = named(NUMBERS.others, Math.floor(number / 100) % 100);
  const register = named(NUMBERS.others, number % 100);
  return serial && commit && register ? { serial, commit, register } : null;
}

/** That a server of these levels is none of the servers that have those; null: it is. */
export function disagreement(own: DecidingLevels, recorded: number): string | null {
  if (numberOf(own) === recorded) return null;
  return `This server decides ${wordsOf(own)}, and the servers of its keyspace ${recordedWords(recorded)}: one could use again what another has used.`;
}

/** What is said where these levels are recorded in place of those. */
export function replacement(own: DecidingLevels, recorded: number): string {
  return `The servers of the keyspace decided ${recordedWords(recorded)}, and decide ${wordsOf(own)} from now on: whichever still runs answers nothing until it is started again.`;
}

function recordedWords(recorded: number): string {
  const levels = levelsOf(recorded);
  return levels === null ? `at levels that this release does not know (${recorded})` : wordsOf(levels);
}

function wordsOf({ serial, commit, register }: DecidingLevels): string {
  return serial === 'LOCAL_SERIAL'
    ? `within one data centre (${serial})`
    : `across data centres (${serial}, committed at ${commit}, read at ${register})`;
}

function otherNumber(level: Level): number {
  const number = NUMBERS.others[level];
  if (number === undefined) throw new TypeError(`Nothing is decided at ${level}.`);
  return number;
}

function named<T extends string>(numbers: Readonly<Partial<Record<T, number>>>, wanted: number): T | undefined {
  return (Object.keys(numbers) as T[]).find((name) => numbers[name] === wanted);
}
