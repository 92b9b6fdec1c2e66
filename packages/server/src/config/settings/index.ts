import type { Setting } from '../setting.ts';
import { ASSERTION_SETTINGS } from './assertions.ts';
import { AUTHORIZE_SETTINGS } from './authorize.ts';
import { CLIENT_SETTINGS, OWNER_SETTINGS } from './clients.ts';
import { COOKIE_SETTINGS } from './cookies.ts';
import { ENDPOINT_SETTINGS } from './endpoints.ts';
import { HOOK_SETTINGS } from './hooks.ts';
import { LISTENER_SETTINGS } from './listener.ts';
import { LOGIN_SETTINGS } from './login.ts';
import { MTLS_SETTINGS } from './mtls.ts';
import { OPENID_SETTINGS } from './openid.ts';
import { OPERATIONS_SETTINGS } from './operations.ts';
import { REPLICATION_SETTINGS } from './replication.ts';
import { STORE_SETTINGS } from './store.ts';
import { TOKEN_SETTINGS } from './tokens.ts';

/** Every setting there is, in the order of the manual. */
export const SETTING_GROUPS: readonly { readonly title: string; readonly settings: readonly Setting[] }[] = [
  { title: 'Server', settings: LISTENER_SETTINGS },
  { title: 'Store and secrets', settings: STORE_SETTINGS },
  { title: 'Tokens, for each grant', settings: TOKEN_SETTINGS },
  { title: 'Authorization and pages', settings: AUTHORIZE_SETTINGS },
  { title: 'Cookies', settings: COOKIE_SETTINGS },
  { title: 'Sign-in and failures', settings: LOGIN_SETTINGS },
  { title: 'Other endpoints', settings: ENDPOINT_SETTINGS },
  { title: 'OpenID Connect', settings: OPENID_SETTINGS },
  { title: 'Assertions', settings: ASSERTION_SETTINGS },
  { title: 'Certificates of clients', settings: MTLS_SETTINGS },
  { title: 'Clients', settings: CLIENT_SETTINGS },
  { title: 'Owners', settings: OWNER_SETTINGS },
  { title: 'Limits, logs and metrics', settings: OPERATIONS_SETTINGS },
  { title: 'Hooks', settings: HOOK_SETTINGS },
  { title: 'Replicated cache of the reference system', settings: REPLICATION_SETTINGS },
];

export const SETTINGS: readonly Setting[] = SETTING_GROUPS.flatMap((group) => group.settings);
