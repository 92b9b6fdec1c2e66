import type { Clock, Deadline, Log } from '@gatehouse/core';
import type { Client } from 'cassandra-driver';
import type { ConnectionSettings } from '../connection/settings.ts';
import type { LevelPlan } from '../levels/plan.ts';
import type { Driver } from '../session/driver.ts';
import type { SentStatement, Session } from '../session/session.ts';

export interface Opening {
  readonly settings: ConnectionSettings;
  readonly driver: Driver | undefined;
  readonly observe: ((statement: SentStatement) => void) | undefined;
  readonly toleranceMs: number;
  readonly clock: Clock;
  readonly log: Log;
}

/** What a check looks at. */
export interface Checked extends Opening {
  readonly driver: Driver;
  readonly client: Client;
  readonly session: Session;
  readonly plan: LevelPlan;
  /** A new one for each question: a cluster that has just started is slow. */
  readonly deadline: () => Deadline;
}
