import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import {
  type AuthorizationServer,
  createAuthorizationServer,
  createConfigClients,
  DEFAULT_SETTINGS,
  type Endpoint,
  type EndpointRequest,
  type EventName,
  JWT_BEARER,
  type Owner,
  type Settings,
  type Store,
  signingKeyOf,
} from '@gatehouse/core';
import type { OpenOptions, Trial } from '../trial.ts';

/** A whole authorization server on the store of a trial, as its clients meet it: forms in, statuses and members out. */

export const ISSUER = 'https://issuer.example';
export const CALLBACK = 'https://client.example/cb';
export const CLIENT_SECRET = 'app-secret-that-a-machine-has-made';
export const OWNER_PASSWORD = 'correct horse battery staple';
export const SERVER_SECRET = 'server-secret-of-thirty-two-bytes-or-more';

const ALL_GRANTS = ['authorization_code', 'implicit', 'refresh_token', 'client_credentials', 'password'];
const CLIENTS = ['app', 'eve'].map((id) => ({
  id,
  secret: CLIENT_SECRET,
  grantTypes: ALL_GRANTS,
  redirectUris: [CALLBACK],
  scopes: ['read', 'write'],
  defaultScopes: ['read'],
  requirePkce: false,
}));

export const ROBOT = 'robot';
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
export const ROBOT_KEY: KeyObject = privateKey;
/** Has a key in place of a secret. */
const ROBOTS = {
  id: ROBOT,
  jwks: { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'robot-1', use: 'sig', alg: 'ES256' }] },
  grantTypes: [JWT_BEARER, 'client_credentials'],
  scopes: ['read'],
  defaultScopes: ['read'],
};

const SIGNING_KEY = signingKeyOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);

const ANN: Owner = { subject: 'owner-ann', username: 'ann', enabled: true, locked: false, claims: {} };

const EVENTS = ['grant.revoked', 'token.retried', 'store.behind', 'store.unknown_outcome', 'request.refused'] as const;

export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

export type Fields = Readonly<Record<string, string | readonly string[] | undefined>>;

/** What is proved is who gets what, not how soon: the deadline of a store's call is the store's own. */
const LIMITS: Settings['limits'] = { ...DEFAULT_SETTINGS.limits, storeCallMs: 60_000 };

/** Nor how soon a client asks again: none of 50 that do at once is to find the grace over. */
const REFRESH: Settings['refresh'] = { ...DEFAULT_SETTINGS.refresh, graceSeconds: 300 };

/** Nor is it what a store without a memory forgets at a restart. */
const ASSERTION: Settings['assertion'] = { ...DEFAULT_SETTINGS.assertion, allowReplayAfterRestart: true };

/** One node. Nodes of one trial share clients, owners and the server's secret, as nodes of one deployment do. */
export class Site {
  readonly server: AuthorizationServer;
  readonly events: { readonly name: EventName; readonly event: object }[] = [];

  constructor(t: Trial, store: Store = t.store, settings: Partial<Settings> = {}, clock: OpenOptions = {}) {
    const { clock: now, log } = t.opening(clock);
    this.server = createAuthorizationServer({
      settings: { issuer: ISSUER, limits: LIMITS, refresh: REFRESH, assertion: ASSERTION, ...settings },
      store,
      clients: createConfigClients([...CLIENTS, ROBOTS]),
      owners: {
        authenticate: async (username, password) =>
          username === ANN.username && password === OWNER_PASSWORD ? ANN : null,
        find: async (subject) => (subject === ANN.subject ? ANN : null),
      },
      secrets: [SERVER_SECRET],
      signingKeys: [SIGNING_KEY],
      runtime: { clock: now, log },
    });
    for (const name of EVENTS)
      this.server.context.runtime.events.on(name, (event) => this.events.push({ name, event }));
  }

  /** @param client whose secret is sent; null: none */
  token(form: Fields, client: string | null = 'app'): Promise<Answer> {
    return post(this.server.token, form, client);
  }

  redeem(code: string, more: Fields = {}, client = 'app'): Promise<Answer> {
    return this.token({ grant_type: 'authorization_code', code, redirect_uri: CALLBACK, ...more }, client);
  }

  refresh(token: string, more: Fields = {}, client = 'app'): Promise<Answer> {
    return this.token({ grant_type: 'refresh_token', refresh_token: token, ...more }, client);
  }

  revoke(token: string, client = 'app'): Promise<Answer> {
    return post(this.server.revoke, { token }, client);
  }

  tokeninfo(token: string): Promise<Answer> {
    return post(this.server.tokeninfo, { access_token: token }, null);
  }

  /** What introspection says; where tokens are eventual, once it is as wanted or the bound is over. */
  async isActive(t: Trial, token: string, wanted: boolean): Promise<boolean> {
    const look = async (): Promise<boolean> =>
      (await post(this.server.introspect, { token }, 'app')).body['active'] === true;
    return t.eventually(look, (active) => active === wanted);
  }

  sawEvent(name: EventName): boolean {
    return this.events.some((event) => event.name === name);
  }
}

export function encode(fields: Fields): string {
  const pairs = Object.entries(fields).flatMap(([name, value]) =>
    value === undefined ? [] : [value].flat().map((one): [string, string] => [name, one]),
  );
  return new URLSearchParams(pairs).toString();
}

export function request(members: Partial<EndpointRequest>): EndpointRequest {
  return {
    method: 'POST',
    url: new URL(`${ISSUER}${DEFAULT_SETTINGS.basePath}/token`),
    headers: { get: () => null },
    body: '',
    clientAddress: '192.0.2.1',
    traceId: 'trace-of-the-suite',
    ownerCookie: null,
    browserCookie: null,
    ...members,
  };
}

async function post(endpoint: Endpoint, form: Fields, client: string | null): Promise<Answer> {
  const headers = new Headers({ 'content-type': 'application/x-www-form-urlencoded' });
  if (client !== null)
    headers.set('authorization', `Basic ${Buffer.from(`${client}:${CLIENT_SECRET}`).toString('base64')}`);
  const response = await endpoint(request({ headers, body: encode(form) }));
  if (response.kind === 'data') return { status: response.status, body: response.body };
  if (response.kind === 'empty') return { status: response.status, body: {} };
  throw new TypeError(`A machine's endpoint answered with ${response.kind}.`);
}
