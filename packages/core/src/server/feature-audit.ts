import type { Client } from '../client/client.ts';
import type { StoreCapabilities } from '../store/capabilities.ts';
import type { Settings } from './config.ts';

/** Seconds a code should live by ASVS 5.0 10.4.3 at its third level. */
const ADVISED_CODE_SECONDS = 60;

/** What is audited. */
export interface AuditSubject {
  readonly settings: Settings;
  readonly capabilities: StoreCapabilities;
  /** Of the keys that ID tokens are signed with; default: none. */
  readonly signingAlgorithms?: readonly string[];
  /** Those in the configuration. */
  readonly clients: readonly Client[];
}

interface Weakness {
  /** What it weakens, and what to do: a sentence naming the setting. */
  readonly says: string;
  found(subject: AuditSubject): boolean;
}

interface ClientWeakness {
  readonly says: string;
  found(client: Client): boolean;
}

/** Everything that is on and weaker than it could be, one sentence each (RFC 9700, security.md 4.1). */
export function auditFeatures(subject: AuditSubject): string[] {
  return [
    ...SERVER.filter(({ found }) => found(subject)).map(({ says }) => says),
    ...CLIENT.flatMap(({ found, says }) => {
      const ids = subject.clients.filter(found).map(({ id }) => id);
      return ids.length === 0 ? [] : [`${says}: ${ids.join(', ')}.`];
    }),
  ];
}

const SERVER: readonly Weakness[] = [
  {
    says: 'issuer is plain http: passwords, codes and tokens travel in the clear.',
    found: ({ settings }) => settings.issuer.startsWith('http:'),
  },
  {
    says: 'compat is axway: some answers have the reference system’s statuses instead of the standards’.',
    found: ({ settings }) => settings.compat === 'axway',
  },
  {
    says: `authorize.code.ttlSeconds is above ${ADVISED_CODE_SECONDS}: a code that leaks can be used that long.`,
    found: ({ settings }) => settings.authorize.code.ttlSeconds > ADVISED_CODE_SECONDS,
  },
  {
    says: 'authorize.requirePkce is public: confidential clients may leave out PKCE whatever they register.',
    found: ({ settings }) => settings.authorize.requirePkce === 'public',
  },
  {
    says: 'authorize.skipConsent is on: owners are not asked.',
    found: ({ settings }) => settings.authorize.skipConsent,
  },
  {
    says: 'login.lockout.enabled is off: passwords can be guessed without end.',
    found: ({ settings }) => !settings.login.lockout.enabled,
  },
  {
    says: 'login.lockout.keys is axway: a stranger can lock an owner out.',
    found: ({ settings }) => settings.login.lockout.keys === 'axway',
  },
  {
    says: 'refresh.graceSeconds is 0: a client whose answer is lost has to start over.',
    found: ({ settings }) => settings.refresh.graceSeconds === 0,
  },
  {
    says: 'grants.….refreshToken.mode is preserve: a stolen refresh token is not noticed (RFC 9700 4.14.2).',
    found: ({ settings }) => [...settings.grants.values()].some(({ refreshToken }) => refreshToken.mode === 'preserve'),
  },
  {
    says: 'resource.acceptQueryToken is on: tokens in URLs end up in logs and histories.',
    found: ({ settings }) => settings.resource.acceptQueryToken,
  },
  {
    says: 'tokeninfo.acceptQueryToken is on: tokens in URLs end up in logs and histories.',
    found: ({ settings }) => settings.tokeninfo.acceptQueryToken,
  },
  {
    says: 'tokeninfo.anonymous is on: whoever holds a token can ask what it is worth.',
    found: ({ settings }) => settings.tokeninfo.anonymous,
  },
  {
    says: 'assertion.allowReplayAfterRestart is on: the store forgets at a restart which assertions were used, and each can be used once more.',
    found: ({ capabilities, settings }) => settings.assertion.allowReplayAfterRestart && !capabilities.durable,
  },
  {
    says: 'assertion.typedAttributes is on: values of SAML attributes may carry an xsi:type, which a stricter reader refuses.',
    found: ({ settings }) => settings.assertion.typedAttributes,
  },
  {
    says: 'assertion.maxSeconds, or assertionMaxSeconds of a trusted issuer, is above 300: an assertion that leaks before it is used is good that long.',
    found: ({ settings: { assertion, trustedIssuers } }) =>
      assertion.maxSeconds > 300 ||
      [...trustedIssuers.values()].some(({ assertionMaxSeconds }) => (assertionMaxSeconds ?? 0) > 300),
  },
  {
    says: 'clientAuthentication.allowedMethods has client_secret_jwt: its secrets have to be kept so that the server can read them.',
    found: ({ settings }) => settings.clientAuthentication.allowedMethods.includes('client_secret_jwt'),
  },
  {
    says: 'idToken.keys has no RSA key: clients that know RS256 alone, which OpenID Connect Discovery asks of every server, take none of its ID tokens.',
    found: ({ signingAlgorithms = [] }) => signingAlgorithms.length > 0 && !signingAlgorithms.includes('RS256'),
  },
  {
    says: 'store: what it holds is gone after a restart, and everybody signs in again.',
    found: ({ capabilities }) => !capabilities.durable,
  },
  {
    says: 'store: when it is full it drops live access tokens.',
    found: ({ capabilities }) => capabilities.retention === 'may-evict',
  },
  {
    says: 'store: a fresh token may be unknown for a moment on another node.',
    found: ({ capabilities }) => capabilities.visibility.tokens === 'eventual',
  },
];

const CLIENT: readonly ClientWeakness[] = [
  {
    says: 'requirePkce is off for public clients, against RFC 9700 2.1.1',
    found: (client) => client.type === 'public' && !client.requirePkce,
  },
  {
    says: 'requirePkce is off for confidential clients',
    found: (client) => client.type === 'confidential' && !client.requirePkce,
  },
  {
    says: 'allowPlainPkce is on, which hides nothing from whoever reads the request',
    found: (client) => client.allowPlainPkce,
  },
  {
    says: 'grantTypes has implicit, which puts tokens into URLs (RFC 9700 2.1.2)',
    found: (client) => client.grantTypes.includes('implicit'),
  },
  {
    says: 'grantTypes has password, which shows the client the owner’s password (RFC 9700 2.4)',
    found: (client) => client.grantTypes.includes('password'),
  },
  {
    says: 'mayAssertOwners is on, so whoever has the client’s key speaks for every owner',
    found: (client) => client.mayAssertOwners,
  },
  {
    says: 'assertionAudience is token_endpoint, against RFC 10070: another server’s client assertion could be taken here',
    found: (client) => client.assertionAudience === 'token_endpoint',
  },
  {
    says: 'rawBasic is on, against RFC 6749 2.3.1',
    found: (client) => client.rawBasic,
  },
  {
    says: 'skipConsent is on, so owners are not asked',
    found: (client) => client.skipConsent,
  },
  {
    says: 'corsOrigins has *, so any site’s script may read the answers',
    found: (client) => client.corsOrigins.includes('*'),
  },
];
