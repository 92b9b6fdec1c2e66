import { createPrivateKey, type KeyObject, sign } from 'node:crypto';
import {
  type AuthorizationServer,
  createAuthorizationServer,
  createConfigClients,
  createEmitter,
  DEFAULT_SETTINGS,
  type Hooks,
  type Owner,
  SAML_BEARER,
  type Settings,
  type Store,
  samlBearer,
  type TrustedIssuer,
  validateTrustedIssuer,
} from '@gatehouse/core';
import { createCacheStore } from '@gatehouse/store-cache';
import {
  makeCertificateAuthority,
  type SamlParts,
  samlAssertion,
  samlEncoded,
  signSamlAssertion,
} from '@gatehouse/testkit';
import { samlReader } from './index.ts';
import { RSA, signed } from './reading.test-support.ts';

/** The token endpoint with the grant, a trusted issuer, clients and owners: a form goes in, an answer comes out. */

export const NOON: number = Date.UTC(2026, 10, 25, 12);
const SECRET = 'client-secret-client-secret-client';
const OWN = makeCertificateAuthority().issue();
const OWN_KEY = createPrivateKey(OWN.key);

export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface SamlWorld {
  readonly server: AuthorizationServer;
  readonly time: { now: number };
  readonly owners: Map<string, Owner>;
  readonly refusals: {
    readonly error: string;
    readonly check: string;
    readonly expected: string | null;
    readonly got: string | null;
  }[];
  /** How often the store wrote or remembered something. */
  readonly written: { count: number };
  /** Asks for a token with the assertion; by `app` unless told otherwise. */
  ask(assertion: string, form?: Readonly<Record<string, string>>): Promise<Answer>;
  /** What a token is worth. */
  introspect(token: unknown): Promise<Readonly<Record<string, unknown>>>;
  /** The check that refuses; the answer is then the one that every refusal has, and nothing was written. */
  refusedBy(assertion: string, form?: Readonly<Record<string, string>>): Promise<string>;
}

export interface SamlWorldOptions {
  readonly settings?: Partial<Settings>;
  readonly assertion?: Partial<Settings['assertion']>;
  readonly hooks?: Hooks;
  readonly store?: Store;
  readonly issuer?: Partial<TrustedIssuer>;
  readonly app?: Readonly<Record<string, unknown>>;
  readonly decryptionKeys?: readonly KeyObject[];
}

const owner = (subject: string, over: Partial<Owner> = {}): [string, Owner] => [
  subject,
  { subject, username: subject, enabled: true, locked: false, claims: {}, ...over },
];

/** By the trusted issuer, at noon. */
export function byIssuer(parts: SamlParts = {}): string {
  return samlEncoded(signed({ now: NOON, ...parts }));
}

/** By the client `app` itself, with the key of its certificate. */
export function byClient(parts: SamlParts = {}): string {
  return samlEncoded(
    signSamlAssertion(samlAssertion({ now: NOON, issuer: 'app', subject: 'app', ...parts }), { key: OWN_KEY }),
  );
}

/** What proves the client `app` by the same key (RFC 7523 2.2). */
export function clientJwt(jti: string): string {
  const claims = { iss: 'app', sub: 'app', aud: 'https://issuer.example', exp: NOON / 1000 + 60, jti };
  const input = [{ alg: 'ES256' }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  const signature = sign('sha256', Buffer.from(input), { key: OWN_KEY, dsaEncoding: 'ieee-p1363' });
  return `${input}.${signature.toString('base64url')}`;
}

export function samlWorld(options: SamlWorldOptions = {}): SamlWorld {
  const time = { now: NOON };
  const owners = new Map([
    owner('sampleuser'),
    owner('locked', { locked: true }),
    owner('disabled', { enabled: false }),
  ]);
  const written = { count: 0 };
  const inner = options.store ?? createCacheStore({ clock: { now: () => time.now } });
  const store: Store = {
    ...inner,
    name: inner.name,
    capabilities: inner.capabilities,
    write: (write) => {
      written.count++;
      return inner.write(write);
    },
    find: (kind, key) => inner.find(kind, key),
    revoke: (...call) => inner.revoke(...call),
    list: (...call) => inner.list(...call),
    once: (...call) => inner.once(...call),
    count: (...call) => inner.count(...call),
    clear: (...call) => inner.clear(...call),
    open: () => inner.open(),
    ping: () => inner.ping(),
    sweep: (sweep) => inner.sweep(sweep),
    close: () => inner.close(),
  };
  const events = createEmitter();
  const refusals: SamlWorld['refusals'] = [];
  events.on('request.refused', ({ check, error, expected, got }) => refusals.push({ check, error, expected, got }));
  const common = { scopes: ['read', 'write'], defaultScopes: ['read'], grantTypes: [SAML_BEARER] };
  const issuer = validateTrustedIssuer({
    issuer: 'https://idp.example',
    jwks: { keys: [RSA.publicKey.export({ format: 'jwk' })] },
    ...options.issuer,
  });
  const server = createAuthorizationServer({
    settings: {
      issuer: 'https://issuer.example',
      trustedIssuers: new Map([[issuer.issuer, issuer]]),
      ...options.settings,
      // The store of these tests forgets with the process.
      assertion: { ...DEFAULT_SETTINGS.assertion, allowReplayAfterRestart: true, ...options.assertion },
    },
    store,
    clients: createConfigClients([
      { id: 'app', secret: SECRET, certificates: [OWN.certificate], ...common, ...options.app },
      { id: 'other', secret: SECRET, ...common },
      { id: 'spa', type: 'public', ...common },
      { id: 'plain', secret: SECRET, scopes: ['read'], defaultScopes: ['read'] },
    ]),
    owners: { authenticate: async () => null, find: async (subject) => owners.get(subject) ?? null },
    secrets: ['a server secret of at least thirty-two bytes'],
    hooks: { mapAssertedSubject: ({ subject }) => subject?.value ?? null, ...options.hooks },
    runtime: { clock: { now: () => time.now }, events },
    grants: [samlBearer(async () => samlReader)],
    decryptionKeys: options.decryptionKeys ?? [],
  });

  let opened: Promise<void> | undefined;
  async function call(endpoint: AuthorizationServer['token'], form: Readonly<Record<string, string>>): Promise<Answer> {
    opened ??= server.open();
    await opened;
    const response = await endpoint({
      method: 'POST',
      url: new URL('https://issuer.example/api/oauth/token'),
      headers: new Headers({ 'content-type': 'application/x-www-form-urlencoded' }),
      body: new URLSearchParams(form).toString(),
      clientAddress: '192.0.2.1',
      traceId: 'trace-1',
      ownerCookie: null,
      browserCookie: null,
    });
    if (response.kind !== 'data') throw new Error(`The endpoint answered ${response.kind}.`);
    return { status: response.status, body: response.body };
  }

  const ask: SamlWorld['ask'] = (assertion, form = {}) => {
    const credentials = form['client_id'] === 'spa' ? {} : { client_id: 'app', client_secret: SECRET };
    return call(server.token, { grant_type: SAML_BEARER, assertion, ...credentials, ...form });
  };
  return {
    server,
    time,
    owners,
    refusals,
    written,
    ask,
    async introspect(token) {
      const form = { token: String(token), client_id: 'app', client_secret: SECRET };
      return (await call(server.introspect, form)).body;
    },
    async refusedBy(assertion, form) {
      const before = written.count;
      const { body, status } = await ask(assertion, form);
      if (status === 200) return 'accepted';
      if (status !== 400 || body['error'] !== 'invalid_grant') return `${status} ${String(body['error'])}`;
      if (written.count !== before) return 'something was written';
      if (JSON.stringify(body).includes(assertion.slice(0, 40))) return 'the assertion was answered';
      return refusals.at(-1)?.check ?? 'no reason was logged';
    },
  };
}
