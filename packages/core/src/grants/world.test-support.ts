import type { KeyObject } from 'node:crypto';
import type { FetchDocument } from '../assertions/fetch-document.ts';
import { createKeySets } from '../assertions/key-sets.ts';
import type { VerificationKey } from '../assertions/verification-key.ts';
import type { Client } from '../client/client.ts';
import type { EndpointRequest } from '../endpoints/endpoint.ts';
import type { SigningKey } from '../keys/signing-key.ts';
import { type Form, parseForm } from '../oauth/form.ts';
import type { Owner } from '../owner/owner.ts';
import { createRuntime } from '../runtime/runtime.ts';
import type { Settings } from '../server/config.ts';
import type { ServerContext } from '../server/context.ts';
import { DEFAULT_LIMITS, DEFAULT_SETTINGS } from '../server/defaults.ts';
import type { Hooks } from '../server/hooks.ts';
import { createServerSecrets } from '../server/secrets.ts';
import { guardStore } from '../store/guarded-store.ts';
import { createMemoryStore } from '../store/memory-store.test-support.ts';
import type { Store } from '../store/store.ts';
import { familyOfCode, grantKey, keyOf, makeCode } from '../tokens/handle.ts';
import { type GrantData, type GrantState, grantLife, writeJson } from './grant.ts';

/** Object mothers: each test overrides only what it is about. */

export const NOON = Date.UTC(2026, 0, 1, 12);
const SECRET = 'a server secret of at least thirty-two bytes';

export function aClient(over: Partial<Client> = {}): Client {
  return {
    id: 'app',
    name: 'App',
    description: '',
    logo: null,
    contacts: [],
    applicationId: over.id ?? 'app',
    type: 'confidential',
    enabled: true,
    secrets: [],
    authMethods: ['client_secret_basic', 'client_secret_post'],
    redirectUris: ['https://client.example/cb'],
    postLogoutRedirectUris: [],
    grantTypes: ['authorization_code', 'refresh_token'],
    responseTypes: ['code'],
    scopes: ['read', 'write'],
    defaultScopes: ['read'],
    audience: [],
    requirePkce: false,
    allowPlainPkce: false,
    rawBasic: false,
    skipConsent: false,
    corsOrigins: [],
    tlsClientAuth: null,
    certificateBoundTokens: false,
    sealedSecrets: [],
    mayAssertOwners: false,
    idTokenSignedResponseAlg: null,
    assertionAudience: 'issuer',
    jwks: null,
    jwksUri: null,
    certificates: [],
    assertionAlgorithms: [],
    assertionMaxSeconds: null,
    ...over,
  };
}

export function anOwner(over: Partial<Owner> = {}): Owner {
  return { subject: 'ann', username: 'ann', enabled: true, locked: false, claims: {}, ...over };
}

export interface World {
  readonly context: ServerContext;
  readonly store: Store;
  readonly clients: Map<string, Client>;
  readonly owners: Map<string, Owner>;
  readonly time: { now: number };
  readonly events: { readonly name: string; readonly event: Readonly<Record<string, unknown>> }[];
}

export interface WorldOptions {
  readonly store?: Store;
  readonly settings?: Partial<Settings>;
  readonly hooks?: Hooks;
  readonly secrets?: readonly string[];
  readonly fetchDocument?: FetchDocument;
  readonly decryptionKeys?: readonly KeyObject[];
  readonly signingKeys?: readonly SigningKey[];
  readonly retiredKeys?: readonly VerificationKey[];
}

const EVENTS = [
  'token.issued',
  'token.retried',
  'token.revoked',
  'grant.revoked',
  'request.refused',
  'store.behind',
  'store.unknown_outcome',
] as const;

export function aWorld({
  decryptionKeys = [],
  fetchDocument,
  hooks = {},
  retiredKeys = [],
  secrets = [SECRET],
  settings,
  signingKeys = [],
  store = createMemoryStore(),
}: WorldOptions = {}): World {
  const time = { now: NOON };
  const clients = new Map([['app', aClient()]]);
  const owners = new Map([['ann', anOwner()]]);
  const runtime = createRuntime({ clock: { now: () => time.now } });
  const events: World['events'] = [];
  for (const name of EVENTS) runtime.events.on(name, (event) => events.push({ name, event: { ...event } }));
  const complete: Settings = { ...DEFAULT_SETTINGS, issuer: 'https://issuer.example', ...settings };
  const context: ServerContext = {
    settings: complete,
    store: guardStore(store, { events: runtime.events, callMs: 60_000, sleep: async () => undefined }),
    runtime,
    clients: { find: async (id) => clients.get(id) },
    owners: {
      authenticate: async () => null,
      find: async (subject) => owners.get(subject) ?? null,
    },
    secrets: createServerSecrets(secrets),
    hooks,
    decryptionKeys,
    signingKeys,
    retiredKeys,
    keySets: createKeySets({ clock: runtime.clock, log: runtime.log, limits: complete.limits, fetchDocument }),
  };
  return { context, store, clients, owners, time, events };
}

export interface CodeOptions {
  readonly data?: Partial<GrantData>;
  readonly clientId?: string;
  readonly subject?: string;
  readonly sessionId?: ReturnType<typeof keyOf> | null;
  readonly ttlMs?: number;
}

/** A grant with an unspent code, as the consent page leaves it. @returns the code */
export async function aCode(
  world: World,
  { clientId = 'app', data = {}, sessionId = null, subject = 'ann', ttlMs = 600_000 }: CodeOptions = {},
): Promise<string> {
  const code = makeCode(world.context.runtime.entropy, 30);
  const now = world.time.now;
  const facts: GrantData = {
    v: 1,
    origin: 'authorization_code',
    redirectUri: 'https://client.example/cb',
    challenge: null,
    scope: ['read', 'write'],
    requestedScope: ['read', 'write'],
    audience: [],
    nonce: null,
    state: 'xyz',
    authenticatedAt: now,
    consent: false,
    endsAt: now + 2_592_000_000,
    interactionEndsAt: null,
    metadata: {},
    request: {},
    ...data,
  };
  const state: GrantState = {
    v: 1,
    code: { hash: keyOf('code_hash', code), expiresAt: now + ttlMs, spentAt: null },
    refresh: null,
  };
  await world.store.write({
    attempt: `code-${code.slice(3, 13)}`,
    add: [
      {
        kind: 'grant',
        key: grantKey(familyOfCode(code, world.context.secrets, 0)),
        clientId,
        subject,
        sessionId,
        createdAt: now,
        ...grantLife(state, facts, null),
        data: writeJson(facts),
        state: writeJson(state),
      },
    ],
  });
  return code;
}

export function aForm(parameters: Readonly<Record<string, string>>): Form {
  return parseForm(new URLSearchParams(parameters).toString(), DEFAULT_LIMITS, new Set(['resource']));
}

export function aRequest(over: Partial<EndpointRequest> = {}): EndpointRequest {
  return {
    method: 'POST',
    url: new URL('https://issuer.example/api/oauth/token'),
    headers: { get: () => null },
    body: '',
    clientAddress: '192.0.2.1',
    traceId: 'trace-1',
    ownerCookie: null,
    browserCookie: null,
    ...over,
  } as EndpointRequest;
}
