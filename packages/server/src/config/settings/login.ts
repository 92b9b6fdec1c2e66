import type { Setting } from '../setting.ts';
import { clientAuthMethods, flag, oneOf, whole } from '../value-types.ts';
import { failureLimit } from './failure-limit.ts';

const limit = (key: string, whose: string, reference?: string): readonly Setting[] =>
  failureLimit(key, `Failures allowed ${whose} in the window.`, 'no try', reference);

/** Sessions of owners, and what failures lead to. */
export const LOGIN_SETTINGS: readonly Setting[] = [
  {
    key: 'login.sessionSeconds',
    type: whole(1, 2_592_000),
    unit: 's',
    meaning: 'How long an owner stays signed in.',
    reference: 'session life',
  },
  { key: 'login.lockout.enabled', type: flag, meaning: 'Whether failed sign-ins lock.', reference: 'lock-out' },
  {
    key: 'login.lockout.keys',
    type: oneOf('network', 'axway'),
    meaning: 'What failures are counted by: account and network, or, as the reference system does, client and user.',
  },
  ...limit('login.lockout.accountAndNetwork', 'to one account from one network', 'user 6 per 5 min, lock 30 min'),
  ...limit('login.lockout.account', 'to one account from anywhere'),
  ...limit('login.lockout.network', 'from one network', 'client 5 per 1 min'),
  {
    key: 'clientAuthentication.allowedMethods',
    type: clientAuthMethods,
    meaning: 'Methods of client authentication that exist on this server at all.',
  },
  ...limit('clientAuthentication.failures', 'to one client from one network'),
];
