import { aWorld, type World, type WorldOptions } from '../grants/world.test-support.ts';
import type { ResourceSettings } from '../server/config.ts';
import { DEFAULT_RESOURCE } from '../server/defaults.ts';
import type { NewToken } from '../store/records.ts';
import { keyOf, makeAccessToken } from '../tokens/handle.ts';
import { writeTokenData } from '../tokens/token-data.ts';
import { type ResourceDecision, validateAccessToken } from './validate-access-token.ts';

/** A protected resource, its five challenges word for word, and who comes with what. */

const REALM = 'Bearer realm="DefaultRealm", ';
export const NOT_FOUND: string = `${REALM}error="invalid_request", error_description="Unable to find token in the message."`;
export const UNKNOWN: string = `${REALM}error="invalid_token", error_description="Unable to find the access token in persistent storage."`;
export const EXPIRED: string = `${REALM}error="invalid_token", error_description="The access token expired."`;
export const NO_CLIENT: string = `${REALM}error="invalid_token", error_description="The client app was not found or is disabled."`;
export const scopes = (list: string): string =>
  `${REALM}error="insufficient_scope", error_description="scope(s) associated with access token are not valid to ` +
  `access this resource.", scope="Scopes must match ${list}"`;

interface Request {
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: string;
  readonly url?: string;
  readonly body?: string;
  readonly settings?: Partial<ResourceSettings>;
}

export interface Gate extends World {
  /** A live token of `app` with these members instead. */
  token(over?: Partial<NewToken>, metadata?: Record<string, string>): Promise<string>;
  ask(request: Request): Promise<ResourceDecision>;
  bearer(handle: string, request?: Request): Promise<ResourceDecision>;
}

export function aGate(options: WorldOptions = {}): Gate {
  const world = aWorld(options);
  const ask: Gate['ask'] = ({ body = '', headers = {}, method = 'GET', settings, url = '/api/oauth/protected' }) =>
    validateAccessToken(
      world.context,
      { method, url: new URL(url, 'https://issuer.example'), headers: new Headers(headers), body, traceId: 'trace-9' },
      { ...DEFAULT_RESOURCE, ...settings },
    );
  return {
    ...world,
    ask,
    bearer: (handle, request = {}) =>
      ask({ ...request, headers: { authorization: `Bearer ${handle}`, ...request.headers } }),
    async token(over = {}, metadata = {}) {
      const handle = makeAccessToken(world.context.runtime.entropy, 54);
      const now = world.time.now;
      await world.store.write({
        attempt: handle.slice(3, 25),
        add: [
          {
            kind: 'access_token',
            key: keyOf('access_token', handle),
            grantId: null,
            clientId: 'app',
            subject: null,
            scope: ['resource.READ'],
            audience: [],
            issuedAt: now,
            expiresAt: now + 3_600_000,
            purgeAt: now + 3_660_000,
            data: writeTokenData({
              v: 1,
              applicationId: 'app',
              type: 'Bearer',
              grantType: 'client_credentials',
              metadata,
            }),
            ...over,
          },
        ],
      });
      return handle;
    },
  };
}

export function refusal(decision: ResourceDecision): { status: number; challenge: string | undefined } {
  if (decision.kind === 'allowed') throw new Error('The request was allowed.');
  return { status: decision.status, challenge: decision.headers['WWW-Authenticate'] };
}
