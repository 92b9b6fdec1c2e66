import type { Client } from '../client/client.ts';
import { validateClient } from '../client/validate-client.ts';
import {
  type Answer,
  APP_SECRET,
  aFrontDoor,
  type Call,
  type FrontDoor,
} from '../endpoints/front-door.test-support.ts';
import { JWT_BEARER, jwtBearer } from '../grants/jwt-bearer.ts';
import { NOON, type WorldOptions } from '../grants/world.test-support.ts';
import { ec, type JwtOptions, makeJwt, type Signer } from '../jwt/jwt.test-support.ts';
import { validateTrustedIssuer } from './validate-trusted-issuer.ts';

/** A world with a client `robot` that has a key, a client `app` with a secret that may bring the assertions of `idp`. */

export const ISSUER = 'https://issuer.example';
export const TOKEN_ENDPOINT = 'https://issuer.example/api/oauth/token';
export const NOW_SECONDS = NOON / 1000;
export const ROBOT: Signer = ec('robot-1');
export const IDP: Signer = ec('idp-1');

export interface AssertionWorld extends FrontDoor {
  grant(assertion: string, form?: Record<string, string>, call?: Call): Promise<Answer>;
  /** As the proof of its client. */
  prove(assertion: string): Promise<Answer>;
  /** The refusals' checks so far. */
  checks(): readonly unknown[];
  /** Access tokens and replay entries that the store holds. */
  issued(): number;
}

export interface AssertionWorldOptions extends WorldOptions {
  readonly robot?: Partial<Client>;
  readonly idp?: Readonly<Record<string, unknown>>;
}

export function anAssertionWorld({ idp, robot, ...options }: AssertionWorldOptions = {}): AssertionWorld {
  const trusted = validateTrustedIssuer({ issuer: 'https://idp.example', jwks: { keys: [IDP.jwk] }, ...idp });
  const door = aFrontDoor({
    hooks: { mapAssertedSubject: ({ subject }) => (subject?.value === 'ann@idp' ? 'ann' : null) },
    ...options,
    grants: [jwtBearer],
    settings: { trustedIssuers: new Map([[trusted.issuer, trusted]]), ...options.settings },
  });
  const grantTypes = [JWT_BEARER, 'client_credentials'];
  door.clients.set('robot', {
    ...validateClient({
      id: 'robot',
      jwks: { keys: [ROBOT.jwk] },
      grantTypes,
      scopes: ['read'],
      defaultScopes: ['read'],
    }),
    ...robot,
  });
  const app = door.clients.get('app') as Client;
  door.clients.set('app', { ...app, grantTypes: [...app.grantTypes, JWT_BEARER] });
  return {
    ...door,
    grant: (assertion, form = {}, call = {}) =>
      door.token({ grant_type: JWT_BEARER, assertion, ...form }, { basic: null, ...call }),
    prove: (assertion) =>
      door.token(
        {
          grant_type: 'client_credentials',
          client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
          client_assertion: assertion,
        },
        { basic: null },
      ),
    checks: () => door.events.filter(({ name }) => name === 'request.refused').map(({ event }) => event['check']),
    issued: () => door.events.filter(({ name }) => name === 'token.issued').length,
  };
}

export const withApp: Call = { basic: ['app', APP_SECRET] };

/** What a client says of itself in a grant. */
export function robotClaims(over: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    iss: 'robot',
    sub: 'robot',
    aud: ISSUER,
    exp: NOW_SECONDS + 60,
    iat: NOW_SECONDS,
    jti: crypto.randomUUID(),
    ...over,
  };
}

export function idpClaims(over: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return robotClaims({ iss: 'https://idp.example', sub: 'ann@idp', ...over });
}

export const robotJwt = (over?: Readonly<Record<string, unknown>>, options?: JwtOptions): string =>
  makeJwt(ROBOT, robotClaims(over), options);

export const idpJwt = (over?: Readonly<Record<string, unknown>>, options?: JwtOptions): string =>
  makeJwt(IDP, idpClaims(over), options);
