import type { FailureLimit, Settings } from '../server/config.ts';

/** One way in which failures count. */
export interface LockoutRule {
  /** Names its counters in the store. */
  readonly counter: string;
  /** What failures are counted for. */
  readonly per: readonly ('account' | 'network')[];
  readonly limit: FailureLimit;
  /** `lock`: no try for `lockSeconds`. `slow`: one try each `lockSeconds`, but for networks the account is known from. */
  readonly effect: 'lock' | 'slow';
  /** What the person hears: the text of a wrong password, or that there were too many (429). */
  readonly answer: 'wrong' | 'too-many';
}

type Lockout = Settings['login']['lockout'];

/** The rules in force. A stranger must not be able to lock an owner out, so the hard lock is per account and network (R42). */
export function lockoutRules({ account, accountAndNetwork, enabled, keys, network }: Lockout): readonly LockoutRule[] {
  if (!enabled) return [];
  const perNetwork = {
    counter: 'login-network',
    per: ['network'],
    limit: network,
    effect: 'lock',
    answer: 'too-many',
  } as const;
  // AX-227: the reference system counts per client, the machine at the other end, and per user, wherever from.
  if (keys === 'axway')
    return [
      perNetwork,
      { counter: 'login-user', per: ['account'], limit: accountAndNetwork, effect: 'lock', answer: 'wrong' },
    ];
  return [
    perNetwork,
    { counter: 'login-pair', per: ['account', 'network'], limit: accountAndNetwork, effect: 'lock', answer: 'wrong' },
    { counter: 'login-account', per: ['account'], limit: account, effect: 'slow', answer: 'wrong' },
  ];
}
