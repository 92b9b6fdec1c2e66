import { refuse } from '@gatehouse/connection';
import { isLegal, type Level, legalLevels, levelNamed, type SerialLevel, type Use } from './levels.ts';
import { copiesNeeded, copiesOffered, overlaps } from './overlap.ts';
import type { Replication } from './replication.ts';

/** What may be asked for, by setting. */
export interface ConsistencySettings {
  /** Of access tokens; default ONE. */
  readonly read?: Level;
  /** Of access tokens; default ANY. */
  readonly write?: Level;
  /** Of what decides: default LOCAL_SERIAL with one data centre, SERIAL with several. */
  readonly serial?: SerialLevel;
  /** Levels of single operations, in place of the ones above. */
  readonly operations?: Partial<Readonly<Record<Operation, Level>>>;
}

/**
 * - `issue`: an access token is written. `find`: it is looked up. `confirm`: it is looked up again, since the first
 *   look-up found nothing.
 * - `register`: a grant, session, consent, client or epoch is read, and what it is listed by is written and read.
 *   `commit`: what was decided about one becomes visible.
 */
export type Operation = 'issue' | 'find' | 'confirm' | 'register' | 'commit';

/** The level of every operation; `confirm` is null where the first look-up misses nothing that was answered. */
export interface LevelPlan extends Readonly<Record<Exclude<Operation, 'confirm'>, Level>> {
  readonly confirm: Level | null;
  readonly serial: SerialLevel;
}

const USE: Readonly<Record<Operation, Use>> = {
  issue: 'write',
  find: 'read',
  confirm: 'read',
  // Written with it too, so what only reads may be is not for it.
  register: 'commit',
  commit: 'commit',
};

/** From the cheapest on. */
const CONFIRMING: readonly Level[] = ['LOCAL_QUORUM', 'QUORUM', 'EACH_QUORUM', 'ALL'];

const DEFAULT_READ: Level = 'ONE';
const DEFAULT_WRITE: Level = 'ANY';

/**
 * What no cluster would take, found before one is asked.
 * @throws StoreError `config`, naming setting and level
 */
export function checkLevels({ read, write, serial, operations = {} }: ConsistencySettings): void {
  checkLevel('consistency.read', 'read', read);
  checkLevel('consistency.write', 'write', write);
  checkLevel('consistency.serial', 'serial', serial);
  for (const [name, level] of Object.entries(operations)) {
    if (!Object.hasOwn(USE, name))
      refuse(`consistency.operations.${name} is no operation; there are ${Object.keys(USE).join(', ')}.`);
    checkLevel(`consistency.operations.${name}`, USE[name as Operation], level);
  }
}

function checkLevel(setting: string, use: Use, level: Level | undefined): void {
  if (level === undefined) return;
  if (levelNamed(String(level)) !== level)
    refuse(
      `${setting} is ${JSON.stringify(level)}, which is no level of Cassandra; use ${legalLevels(use).join(', ')}.`,
    );
  if (!isLegal(use, level)) refuse(`${setting} cannot be ${level}, ${WHY[use]}; use ${legalLevels(use).join(', ')}.`);
}

const WHY: Readonly<Record<Use, string>> = {
  read: 'which is for writes: a hint can be stored, not asked',
  write: 'which is for reads and for lightweight transactions',
  commit: 'at which a later read may miss what was decided, and a code could be used twice',
  serial: 'since only SERIAL and LOCAL_SERIAL decide between two',
};

/**
 * The levels that this keyspace can carry.
 * @throws StoreError `config`, naming setting and level
 */
export function planLevels(
  settings: ConsistencySettings,
  replication: Replication,
  localDataCenter: string,
): LevelPlan {
  checkLevels(settings);
  const { operations = {} } = settings;
  const several = replication.copies.size > 1;
  const serial = settings.serial ?? (several ? 'SERIAL' : 'LOCAL_SERIAL');
  // What is decided in all data centres must be visible in all of them.
  const quorum: Level = several ? 'QUORUM' : 'LOCAL_QUORUM';
  const plan = {
    issue: operations.issue ?? settings.write ?? DEFAULT_WRITE,
    find: operations.find ?? settings.read ?? DEFAULT_READ,
    register: operations.register ?? quorum,
    commit: operations.commit ?? quorum,
    serial,
  };
  if (several && serial === 'LOCAL_SERIAL')
    refuse(
      `consistency.serial is LOCAL_SERIAL, which decides for one data centre, and the keyspace has copies in ${list(replication)}: a code could be redeemed once in each. Use SERIAL.`,
    );
  if (!overlaps(plan.register, plan.commit, replication))
    refuse(
      `consistency.operations.register ${plan.register} does not see everything that is committed at ${plan.commit} with copies in ${list(replication)}: a code could be used twice. Use ${quorum} for both.`,
    );
  // What registers are listed by is written at that level too, and failures are counted at it.
  if (!overlaps(plan.register, plan.register, replication))
    refuse(
      `consistency.operations.register ${plan.register} is one data centre's, and the keyspace has copies in ${list(replication)}: a revocation in one would miss what another has given. Use ${quorum}.`,
    );
  for (const [setting, level] of namedLevels(settings, plan)) {
    const [needed, offered] = [
      copiesNeeded(level, replication, localDataCenter),
      copiesOffered(level, replication, localDataCenter),
    ];
    if (needed > offered || (level.startsWith('LOCAL_') && offered === 0))
      refuse(
        `${setting} is ${level}, for which ${Math.max(1, needed)} copies must answer, and the keyspace keeps ${offered} (${list(replication)}): raise its replication, or use a lower level.`,
      );
  }
  return { ...plan, confirm: confirming(settings, plan, replication, localDataCenter) };
}

function namedLevels(
  { operations = {} }: ConsistencySettings,
  plan: Omit<LevelPlan, 'confirm'>,
): readonly (readonly [string, Level])[] {
  const of = (operation: Operation, otherwise: string): string =>
    operations[operation] === undefined ? otherwise : `consistency.operations.${operation}`;
  return [
    [of('find', 'consistency.read'), plan.find],
    [of('issue', 'consistency.write'), plan.issue],
    [of('register', 'consistency.operations.register'), plan.register],
    [of('commit', 'consistency.operations.commit'), plan.commit],
    ['consistency.serial', plan.serial],
    ...(operations.confirm === undefined ? [] : [['consistency.operations.confirm', operations.confirm] as const]),
  ];
}

/** Where the first look-up may miss a token that was answered, the level of the second. */
function confirming(
  { operations }: ConsistencySettings,
  { find, issue }: { readonly find: Level; readonly issue: Level },
  replication: Replication,
  localDataCenter: string,
): Level | null {
  if (overlaps(find, issue, replication)) return null;
  const findsMore = (level: Level): boolean =>
    overlaps(level, issue, replication) ||
    copiesNeeded(level, replication, localDataCenter) > copiesNeeded(find, replication, localDataCenter);
  const { confirm } = operations ?? {};
  if (confirm !== undefined && !findsMore(confirm))
    refuse(
      `consistency.operations.confirm is ${confirm}, which finds nothing that ${find} (find) has missed: use a level that asks more copies, or leave it out.`,
    );
  // After ANY there is no level that sees all: what is only a hint is nowhere to be read. Everybody is asked all the same.
  const level = confirm ?? CONFIRMING.find((one) => overlaps(one, issue, replication)) ?? 'ALL';
  return findsMore(level) ? level : null;
}

function list({ copies }: Replication): string {
  return [...copies].map(([centre, count]) => (centre === '*' ? `${count} in all` : `${centre}: ${count}`)).join(', ');
}
