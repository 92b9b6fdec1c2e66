import type { AuthorizationServer } from '@gatehouse/core';
import { commonHeaders } from '../http/respond.ts';
import type { Call } from './handling.ts';

/** RFC 8414 3. */
export const METADATA_PATH = '/.well-known/oauth-authorization-server';
/** OpenID Connect Discovery 4: behind an issuer's path, where RFC 8414 has it before. */
export const DISCOVERY_PATH = '/.well-known/openid-configuration';
/** RFC 7517 5, under the base path. */
export const KEY_SET_PATH = '/jwks';

interface PublicAnswer {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** The same for everybody, scripts of any origin included. */
function publicAnswer(value: unknown, type: string): PublicAnswer {
  return {
    body: JSON.stringify(value),
    headers: {
      'Content-Type': type,
      'Cache-Control': 'public, max-age=300',
      'Access-Control-Allow-Origin': '*',
      'X-Content-Type-Options': 'nosniff',
    },
  };
}

/** RFC 8414 3.2, and OpenID Connect Discovery 4.2: one value for both. */
export function metadataAnswer(server: AuthorizationServer): PublicAnswer {
  return publicAnswer(server.metadata(), 'application/json');
}

/** What anybody may read, by its path; what is off is not there. */
export function publicDocuments(server: AuthorizationServer): ReadonlyMap<string, PublicAnswer> {
  const { basePath, openid } = server.context.settings;
  const metadata = metadataAnswer(server);
  const keySet = server.keySet();
  return new Map([
    [METADATA_PATH, metadata],
    ...(keySet && openid.discovery ? [[DISCOVERY_PATH, metadata] as const] : []),
    ...(keySet ? [[basePath + KEY_SET_PATH, publicAnswer(keySet, 'application/jwk-set+json')] as const] : []),
  ]);
}

export function publicDocument({ body, headers }: PublicAnswer): (call: Call) => Promise<Response> {
  return async ({ traceId }) => new Response(body, { headers: { ...commonHeaders(traceId), ...headers } });
}
