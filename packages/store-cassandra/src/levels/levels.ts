/** Every consistency level of Cassandra, by the names of its documentation. */
export type Level =
  | 'ANY'
  | 'ONE'
  | 'TWO'
  | 'THREE'
  | 'QUORUM'
  | 'ALL'
  | 'LOCAL_QUORUM'
  | 'EACH_QUORUM'
  | 'SERIAL'
  | 'LOCAL_SERIAL'
  | 'LOCAL_ONE';

export type SerialLevel = 'SERIAL' | 'LOCAL_SERIAL';

/** What a statement does, as far as it decides which levels are legal. */
export type Use = 'read' | 'write' | 'commit' | 'serial';

/** What Cassandra itself takes, use by use; anything else it refuses with an error of the request. */
const LEGAL: Readonly<Record<Use, ReadonlySet<Level>>> = {
  // A read at SERIAL finishes what a lightweight transaction has begun; none is ever answered by a hint.
  read: new Set([
    'ONE',
    'TWO',
    'THREE',
    'QUORUM',
    'ALL',
    'LOCAL_QUORUM',
    'EACH_QUORUM',
    'SERIAL',
    'LOCAL_SERIAL',
    'LOCAL_ONE',
  ]),
  write: new Set(['ANY', 'ONE', 'TWO', 'THREE', 'QUORUM', 'ALL', 'LOCAL_QUORUM', 'EACH_QUORUM', 'LOCAL_ONE']),
  // ANY, ONE and the like are legal to Cassandra, and would let a read miss what was decided.
  commit: new Set(['QUORUM', 'ALL', 'LOCAL_QUORUM', 'EACH_QUORUM']),
  serial: new Set(['SERIAL', 'LOCAL_SERIAL']),
};

export const LEVELS: readonly Level[] = [...new Set([...LEGAL.read, ...LEGAL.write])];

export function legalLevels(use: Use): readonly Level[] {
  return LEVELS.filter((level) => LEGAL[use].has(level));
}

export function isLegal(use: Use, level: Level): boolean {
  return LEGAL[use].has(level);
}

/** A level as it is written in a setting: `local_quorum` and `LOCAL-QUORUM` too. Undefined: there is none of this name. */
export function levelNamed(text: string): Level | undefined {
  const name = text.trim().toUpperCase().replaceAll('-', '_');
  return LEVELS.find((level) => level === name);
}
