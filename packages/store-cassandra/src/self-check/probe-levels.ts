import { randomBytes } from 'node:crypto';
import { type Key, StoreError } from '@gatehouse/core';
import { orderedBy, writtenAt } from '../lives.ts';
import { addedRow, registerParams, type TokenRow, tokenParams } from '../rows.ts';
import { causeOf, faultOf } from '../session/fault.ts';
import type { Checked } from './checked.ts';

/** A namespace that no issuer has; what is written there ends within seconds. */
const TENANT = '~probe';
const TTL_SECONDS = 5;

type ProbeOptions = Pick<Checked, 'session' | 'plan' | 'clock' | 'deadline' | 'log'>;

/**
 * Uses every level once: a cluster may forbid what Cassandra allows (guardrails, managed services), and says so only
 * then. What is out of reach just now is no reason not to start.
 * @throws StoreError `config`, naming setting and level
 */
export async function probeLevels({ session, plan, clock, deadline, log }: ProbeOptions): Promise<void> {
  const key = randomBytes(32).toString('base64url') as Key;
  const token: TokenRow = {
    ...{ kind: 'access_token' as const, key, grantId: null, clientId: 'probe', subject: null, attempt: 'probe' },
    ...{ scope: [], audience: [], issuedAt: 1, expiresAt: 1, purgeAt: 1, data: '{}', clientEpoch: 0 },
  };
  const session_ = addedRow(
    {
      ...{ kind: 'session' as const, key, clientId: null, subject: null, sessionId: null },
      ...{ createdAt: 1, expiresAt: 1, purgeAt: 1, data: '{}', state: '{}' },
    },
    'probe',
    0,
  );
  const at = { tenant_id: TENANT, token_hash: key };
  const probes: readonly (readonly [string, () => Promise<unknown>])[] = [
    [
      `consistency.write (or consistency.operations.issue) ${plan.issue}`,
      () =>
        session.run(
          'add_token',
          { ...tokenParams(TENANT, token), ttl: TTL_SECONDS, written_at: writtenAt(clock.now()) },
          plan.issue,
          deadline(),
        ),
    ],
    [
      `consistency.read (or consistency.operations.find) ${plan.find}`,
      () => session.run('find_token', at, plan.find, deadline()),
    ],
    [
      `consistency.operations.confirm ${plan.confirm}`,
      () => session.run('find_token', at, plan.confirm ?? plan.find, deadline()),
    ],
    [
      `consistency.operations.commit ${plan.commit} or consistency.serial ${plan.serial}`,
      () => session.decide('add_session', { ...registerParams(TENANT, session_), ttl: TTL_SECONDS }, plan, deadline()),
    ],
    [
      `consistency.operations.register ${plan.register}, or the old timestamps of what registers are listed by`,
      () =>
        session.run(
          'note_oauth_subject_sessions',
          {
            ...{ tenant_id: TENANT, subject_hash: key, session_key: key },
            ...{ ttl: TTL_SECONDS, written_at: orderedBy(clock.now()) },
          },
          plan.register,
          deadline(),
        ),
    ],
    [
      `consistency.operations.register ${plan.register}`,
      () => session.run('find_session', { tenant_id: TENANT, session_key: key }, plan.register, deadline()),
    ],
  ];
  for (const [what, probe] of probes) await probed(what, probe, log);
}

/** @param what setting and level */
export function notTaken(what: string, cause: unknown): StoreError {
  return new StoreError('config', `The cluster does not take ${what}: ${causeOf(cause).message}`, {
    cause: causeOf(cause),
  });
}

async function probed(what: string, probe: () => Promise<unknown>, log: Checked['log']): Promise<void> {
  try {
    await probe();
  } catch (error) {
    const cause = error instanceof StoreError ? error.cause : error;
    const fault = faultOf(cause);
    if (fault === 'invalid') throw notTaken(what, cause);
    if (fault === 'forbidden')
      throw new StoreError(
        'config',
        'The user of the store may not read or write its tables: GRANT SELECT and MODIFY, see the end of sql/cassandra/oauth-server.cql.',
        { cause },
      );
    log.warn({ store: 'cassandra', cause }, `The cluster cannot serve ${what} just now.`);
  }
}
