import type { ClientAuthMethod } from '../client/client.ts';
import type { StoreCapabilities } from '../store/capabilities.ts';
import type { Settings } from './config.ts';

/** What uses an assertion up, and is worth nothing where a restart forgets that. */
const ASSERTION_GRANTS: readonly string[] = [
  'urn:ietf:params:oauth:grant-type:jwt-bearer',
  'urn:ietf:params:oauth:grant-type:saml2-bearer',
];
const ASSERTION_METHODS: readonly string[] = ['private_key_jwt', 'client_secret_jwt'];

/** Whether the store remembers for as long as it must which assertions were used (R44), or a setting says never mind. */
export function remembersAssertions(
  { assertion }: Pick<Settings, 'assertion'>,
  { durable }: Pick<StoreCapabilities, 'durable'>,
): boolean {
  return durable || assertion.allowReplayAfterRestart;
}

/** Whether a grant or a method of client authentication takes an assertion. */
export function takesAssertions(name: string): boolean {
  return ASSERTION_GRANTS.includes(name) || ASSERTION_METHODS.includes(name);
}

/** The authorization endpoint's own, which no handler of the token endpoint has. */
const FRONT_CHANNEL = 'implicit';

/**
 * The settings without what nobody handles (SAML where no reader is) and what this store cannot keep, or no
 * connection can show: grants and methods
 * that are not there are not advertised either.
 */
export function offeredSettings(
  settings: Settings,
  capabilities: StoreCapabilities,
  handlers: ReadonlyMap<string, unknown>,
): Settings {
  const handled = [...settings.enabledGrants].filter((grant) => grant === FRONT_CHANNEL || handlers.has(grant));
  const remembers = remembersAssertions(settings, capabilities);
  const kept = (name: string): boolean => remembers || !takesAssertions(name);
  const { allowedMethods } = settings.clientAuthentication;
  return {
    ...settings,
    enabledGrants: new Set(handled.filter(kept)),
    clientAuthentication: {
      ...settings.clientAuthentication,
      allowedMethods: allowedMethods.filter((method) => kept(method) && canBeShown(method, settings)),
    },
  };
}

/** Whether a certificate that a method needs can be shown, and judged (RFC 8705 2). */
function canBeShown(method: ClientAuthMethod, { mtls }: Pick<Settings, 'mtls'>): boolean {
  if (method === 'tls_client_auth') return mtls.enabled && mtls.authorities.length > 0;
  return method !== 'self_signed_tls_client_auth' || mtls.enabled;
}
