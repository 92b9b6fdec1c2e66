import type { Clock, Deadline } from '@gatehouse/core';
import type { KeptRows } from './kept-rows.ts';
import type { DecidingLevels } from './levels/deciding.ts';
import type { LevelPlan } from './levels/plan.ts';
import type { NotedMonths } from './noted-months.ts';
import type { Session } from './session/session.ts';

/** Where the calls of one open store do their work. */
export interface Room {
  readonly session: Session;
  readonly tenant: string;
  readonly plan: LevelPlan;
  /** What of the plan all servers of the keyspace have in common. */
  readonly deciding: DecidingLevels;
  readonly toleranceMs: number;
  readonly confirmMs: number;
  readonly pageSize: number;
  readonly clock: Clock;
  readonly kept: KeptRows;
  readonly months: NotedMonths;
}

/** One call: the room, and the time there is. */
export interface Call extends Room {
  readonly deadline: Deadline;
}
