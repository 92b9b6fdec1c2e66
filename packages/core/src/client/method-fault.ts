import type { Settings } from '../server/config.ts';
import type { Client, ClientAuthMethod } from './client.ts';

export interface MethodFault {
  readonly check: 'client-auth-method' | 'client-enabled';
  readonly expected: string;
  readonly got?: ClientAuthMethod;
}

/** What keeps a client that has proved itself from being let in: the registration, the settings, or that it is disabled. */
export function methodFault(
  { clientAuthentication }: Pick<Settings, 'clientAuthentication'>,
  { authMethods, enabled }: Pick<Client, 'authMethods' | 'enabled'>,
  used: ClientAuthMethod,
): MethodFault | null {
  const allowed = authMethods.filter((method) => clientAuthentication.allowedMethods.includes(method));
  if (!allowed.includes(used)) return { check: 'client-auth-method', expected: proofBy(allowed), got: used };
  return enabled ? null : { check: 'client-enabled', expected: 'a client that is enabled' };
}

/** For the operator. */
export function proofBy(methods: readonly ClientAuthMethod[]): string {
  return methods.length === 0
    ? 'a method that the client and the server both allow'
    : `a proof by ${methods.join(' or ')}`;
}
