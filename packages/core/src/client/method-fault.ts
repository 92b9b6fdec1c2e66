import type { Settings } from '../server/config.ts';
import type { Client, ClientAuthMethod } from './client.ts';

/** What keeps a client that has proved itself from being let in: the registration, the settings, or that it is disabled. */
export function methodFault(
  settings: Pick<Settings, 'clientAuthentication'>,
  { authMethods, enabled }: Pick<Client, 'authMethods' | 'enabled'>,
  used: ClientAuthMethod,
): 'client-auth-method' | 'client-enabled' | null {
  if (!authMethods.includes(used) || !settings.clientAuthentication.allowedMethods.includes(used))
    return 'client-auth-method';
  return enabled ? null : 'client-enabled';
}
