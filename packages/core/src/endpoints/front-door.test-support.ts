import { hashMachineSecret } from '../client/secret-hash.ts';
import { authorizationCode } from '../grants/authorization-code.ts';
import { clientCredentials } from '../grants/client-credentials.ts';
import type { GrantHandler } from '../grants/grant-handler.ts';
import { password } from '../grants/password.ts';
import { refreshToken } from '../grants/refresh-token.ts';
import { aClient, aRequest, aWorld, type World, type WorldOptions } from '../grants/world.test-support.ts';
import type { Endpoint, EndpointResponse } from './endpoint.ts';
import { introspectEndpoint } from './introspect.ts';
import { revokeEndpoint } from './revoke.ts';
import { tokenEndpoint } from './token.ts';

/** The machine endpoints as a client meets them: a form goes in, a status and members come out. */

export const APP_SECRET = 'app-secret-app-secret-app-secret';
export const ALL_GRANTS = ['authorization_code', 'refresh_token', 'client_credentials', 'password'];

export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly kind: EndpointResponse['kind'];
}

export interface Call {
  /** Null: none. Default: the confidential client `app` with its secret, by Basic. */
  readonly basic?: readonly [string, string] | null;
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: string;
  readonly query?: string;
  readonly body?: string;
}

export interface FrontDoor extends World {
  token(form: Record<string, string>, call?: Call): Promise<Answer>;
  revoke(form: Record<string, string>, call?: Call): Promise<Answer>;
  introspect(form: Record<string, string>, call?: Call): Promise<Answer>;
  at(endpoint: Endpoint, form: Record<string, string>, call?: Call): Promise<Answer>;
}

function basic(id: string, secret: string): string {
  const encode = (text: string): string => new URLSearchParams({ x: text }).toString().slice(2);
  return `Basic ${Buffer.from(`${encode(id)}:${encode(secret)}`).toString('base64')}`;
}

export function aFrontDoor(options: WorldOptions & { grants?: readonly GrantHandler[] } = {}): FrontDoor {
  const world = aWorld(options);
  const secrets = [{ hash: hashMachineSecret(APP_SECRET) }];
  world.clients.set('app', aClient({ secrets, grantTypes: ALL_GRANTS }));
  world.clients.set('eve', aClient({ id: 'eve', secrets, grantTypes: ALL_GRANTS }));
  world.clients.set(
    'spa',
    aClient({ id: 'spa', type: 'public', authMethods: ['none'], grantTypes: ['authorization_code', 'refresh_token'] }),
  );
  const grants = [authorizationCode, refreshToken, clientCredentials, password, ...(options.grants ?? [])];
  const endpoints = {
    token: tokenEndpoint(world.context, new Map(grants.map((grant) => [grant.grantType, grant]))),
    revoke: revokeEndpoint(world.context),
    introspect: introspectEndpoint(world.context),
  };

  async function at(endpoint: Endpoint, form: Record<string, string>, call: Call = {}): Promise<Answer> {
    const credentials = call.basic === undefined ? (['app', APP_SECRET] as const) : call.basic;
    const headers = new Headers({
      'content-type': 'application/x-www-form-urlencoded',
      ...(credentials ? { authorization: basic(credentials[0], credentials[1]) } : {}),
      ...call.headers,
    });
    const response = await endpoint(
      aRequest({
        method: call.method ?? 'POST',
        url: new URL(`https://issuer.example/api/oauth/x${call.query ?? ''}`),
        headers,
        body: call.body ?? new URLSearchParams(form).toString(),
      }),
    );
    if (response.kind !== 'data' && response.kind !== 'empty')
      throw new Error(`A machine endpoint answered ${response.kind}.`);
    return {
      status: response.status,
      body: response.kind === 'data' ? response.body : {},
      headers: response.headers ?? {},
      kind: response.kind,
    };
  }

  return {
    ...world,
    at,
    token: (form, call) => at(endpoints.token, form, call),
    revoke: (form, call) => at(endpoints.revoke, form, call),
    introspect: (form, call) => at(endpoints.introspect, form, call),
  };
}
