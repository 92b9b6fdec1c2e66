import {
  type AuthorizationServer,
  type Endpoint,
  type EndpointRequest,
  type EndpointResponse,
  LOGIN_PATH,
  LOGOUT_PATH,
  OAuthError,
  type Settings,
} from '@gatehouse/core';
import { type CorsPolicy, claimedClient, corsHeaders, preflightHeaders } from '../http/cors.ts';
import { endpointRequest } from '../http/endpoint-request.ts';
import { commonHeaders, respond } from '../http/respond.ts';
import type { Call, Room, RouteOptions } from './handling.ts';

type EndpointName = 'authorize' | 'token' | 'revoke' | 'introspect' | 'tokeninfo' | 'userInfo' | 'login' | 'logout';

export interface EndpointRoute extends RouteOptions {
  readonly path: string;
  readonly endpoint: EndpointName;
  /** Whether what goes wrong before the endpoint is shown to a person. */
  readonly shows: 'page' | 'data';
  /** Whether scripts of a client's origins may call it (RFC 9700 2.6: never the authorization endpoint). */
  readonly cors: boolean;
  /** Whether the token says who asks: what is refused before is anybody's who may call. */
  readonly tellsClient?: true;
}

/** The endpoints, by the paths the reference system has them at. */
export function endpointRoutes(
  { basePath, openid }: Pick<Settings, 'basePath' | 'openid'>,
  speaksOpenid: boolean,
): readonly EndpointRoute[] {
  return [
    // Not HEAD: it would make a code that nobody reads.
    {
      path: `${basePath}/authorize`,
      endpoint: 'authorize',
      methods: ['GET', 'POST'],
      head: false,
      shows: 'page',
      cors: false,
    },
    { path: `${basePath}/token`, endpoint: 'token', methods: ['POST'], shows: 'data', cors: true },
    { path: `${basePath}/revoke`, endpoint: 'revoke', methods: ['POST'], shows: 'data', cors: true },
    { path: `${basePath}/tokeninfo`, endpoint: 'tokeninfo', methods: ['POST'], shows: 'data', cors: false },
    { path: `${basePath}/introspect`, endpoint: 'introspect', methods: ['POST'], shows: 'data', cors: false },
    ...(speaksOpenid
      ? ([
          {
            path: openid.userInfoPath,
            endpoint: 'userInfo',
            methods: ['GET', 'POST'],
            shows: 'data',
            cors: true,
            tellsClient: true,
          },
        ] as const)
      : []),
    { path: LOGIN_PATH, endpoint: 'login', methods: ['GET', 'POST'], shows: 'page', cors: false },
    { path: LOGOUT_PATH, endpoint: 'logout', methods: ['GET', 'POST'], shows: 'page', cors: false },
  ];
}

/** Methods of a route, with the question that browsers ask before a script may call it. */
export function methodsOf(route: EndpointRoute): RouteOptions {
  return route.cors ? { ...route, methods: [...route.methods, 'OPTIONS'] } : route;
}

function beforeTheEndpoint(shows: EndpointRoute['shows'], error: OAuthError): EndpointResponse {
  return shows === 'page'
    ? { kind: 'error_page', status: error.status, error }
    : {
        kind: 'data',
        status: error.status,
        format: 'json',
        body: { error: error.code, error_description: error.message },
        headers: { 'Cache-Control': 'no-store', Pragma: 'no-cache', ...error.headers },
      };
}

async function preflight(call: Call, route: EndpointRoute, cors: CorsPolicy): Promise<Response> {
  const origin = call.c.req.raw.headers.get('origin');
  const allowed = origin !== null && (await cors.mayCall(origin));
  return new Response(null, {
    status: 204,
    headers: {
      ...commonHeaders(call.traceId),
      Allow: methodsOf(route).methods.join(', '),
      Vary: 'Origin',
      ...(allowed ? preflightHeaders(origin, route.methods) : {}),
    },
  });
}

/** What one endpoint of core answers, over HTTP. */
export function endpointHandler(room: Room, route: EndpointRoute, cors: CorsPolicy): (call: Call) => Promise<Response> {
  const own = room.paths.get(route.path)?.handler;
  const endpoint: Endpoint = own ?? endpointOf(room.server, route.endpoint);
  const path = room.mountPath + route.path;
  const mayRead = (origin: string, request: EndpointRequest, response: EndpointResponse): Promise<boolean> => {
    const client = response.clientId ?? claimedClient(request.headers, request.body);
    return client === null && route.tellsClient ? cors.mayCall(origin) : cors.mayRead(origin, client);
  };
  return async (call) => {
    const { c, traceId } = call;
    if (route.cors && c.req.method === 'OPTIONS') return preflight(call, route, cors);
    let response: EndpointResponse;
    let more: Record<string, string> = {};
    try {
      const request = await endpointRequest(c, path, traceId, room.reading);
      response = await endpoint(request);
      if (route.cors) {
        const origin = request.headers.get('origin');
        more = { Vary: 'Origin' };
        if (origin !== null && (await mayRead(origin, request, response))) more = { ...more, ...corsHeaders(origin) };
      }
    } catch (error) {
      if (!(error instanceof OAuthError)) throw error;
      room.requestLog.note(traceId, 'refused', { ...error.failed });
      response = beforeTheEndpoint(route.shows, error);
    }
    return respond(response, call.page, room.rendering, more);
  };
}

function endpointOf(server: AuthorizationServer, name: EndpointName): Endpoint {
  return server[name];
}
