import type { AuthorizationServer } from '@gatehouse/core';
import { commonHeaders } from '../http/respond.ts';
import type { Call } from './handling.ts';

/** RFC 8414 3. */
export const METADATA_PATH = '/.well-known/oauth-authorization-server';

/** The same for everybody, scripts of any origin included. */
export function metadataAnswer(server: AuthorizationServer): {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
} {
  return {
    body: JSON.stringify(server.metadata()),
    headers: {
      'Content-Type': 'application/json',
      'Cache-Control': 'public, max-age=300',
      'Access-Control-Allow-Origin': '*',
      'X-Content-Type-Options': 'nosniff',
    },
  };
}

export function metadata(server: AuthorizationServer): (call: Call) => Promise<Response> {
  const { body, headers } = metadataAnswer(server);
  return async ({ traceId }) => new Response(body, { headers: { ...commonHeaders(traceId), ...headers } });
}
