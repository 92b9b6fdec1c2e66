import { type AuthorizationServer, type Client, LOGIN_PATH, type Log, silentLog } from '@gatehouse/core';
import { Hono } from 'hono';
import type { PathHooks } from './config/config.ts';
import type { CertificateHeader } from './http/client-certificate.ts';
import { type CookieRecipes, cookieRecipes } from './http/cookie-recipes.ts';
import { corsOfClients } from './http/cors.ts';
import { type AppContext, type Connection, type NodeBindings, nodeConnection } from './http/endpoint-request.ts';
import { mountPathOf } from './http/mount-path.ts';
import { commonHeaders } from './http/respond.ts';
import type { LastSweep } from './maintenance/sweep-loop.ts';
import { accountPage, pageResponse } from './routes/account.ts';
import { type AssetFolder, assets } from './routes/assets.ts';
import { clientLogo, LOGO_PATH } from './routes/client-logo.ts';
import { endpointHandler, endpointRoutes, methodsOf } from './routes/endpoints.ts';
import { type Call, handler, type RequestMetrics, type Room, type RouteOptions } from './routes/handling.ts';
import { type Health, health, live, ready } from './routes/health.ts';
import { METADATA_PATH, metadataAnswer, publicDocument, publicDocuments } from './routes/metadata.ts';
import { notFound } from './routes/not-found.ts';
import { protectedResource } from './routes/protected.ts';
import { createRequestLog } from './telemetry/request-log.ts';
import { VERSION } from './version.ts';
import { createViews, type StartPageData, type Views } from './views/index.ts';

/** What the app needs besides core; everything has a default. */
export interface AppOptions {
  /** The pages; default: ours. */
  readonly views?: Views;
  /** Names and attributes of the two cookies; default: VIDUSR and VIDTXN, as strict as the issuer's scheme allows. */
  readonly cookies?: CookieRecipes;
  /** Proxies in front, each of which adds to `X-Forwarded-For`; default 0: these headers are ignored. */
  readonly trustedHops?: number;
  /** How the nearest of them hands on the certificate of a client; default: none does. */
  readonly certificateHeader?: CertificateHeader;
  /** How a request reached the process; default: what @hono/node-server says. */
  readonly connection?: (c: AppContext) => Connection;
  readonly log?: Log;
  readonly metrics?: RequestMetrics;
  /** Around every path, and around single ones. */
  readonly hooks?: Pick<PathHooks, 'request' | 'response'>;
  readonly paths?: Readonly<Record<string, PathHooks>>;
  /** Clients whose origins may ask whether they may call; default: none, so that scripts cannot send `Authorization`. */
  readonly clients?: () => AsyncIterable<Client> | Iterable<Client>;
  /** Files under `/xlib/` and `/docs/`. */
  readonly assets?: AssetFolder;
  readonly docs?: AssetFolder;
  /** What the start page says beside the neutral; default: a neutral page. */
  readonly start?: Partial<Pick<StartPageData, 'sample' | 'warnings' | 'baseUrl'>>;
  /** False from the moment the server is told to stop; default: always true. */
  readonly ready?: () => boolean;
  /** For health; default: nobody sweeps here. */
  readonly lastSweep?: () => LastSweep | null;
  /** Serves the sample resource; default true. */
  readonly sampleResource?: boolean;
}

/** What {@link createApp} gives: a Hono app. */
export type GatehouseApp = Hono<{ Bindings: NodeBindings }>;

const GET: RouteOptions = { methods: ['GET'] };
const ANY: RouteOptions = { methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] };

function startData(server: AuthorizationServer, options: AppOptions): StartPageData {
  const { settings, store } = server.context;
  return {
    baseUrl: options.start?.baseUrl ?? settings.issuer.replace(/\/$/, ''),
    version: VERSION,
    sample: options.start?.sample ?? null,
    store: { name: store.name, capabilities: store.capabilities },
    enabledGrants: settings.enabledGrants,
    userInfoPath: server.keySet() === null ? null : settings.openid.userInfoPath,
    warnings: options.start?.warnings ?? [],
  };
}

/** What a browser that is not posting sees at the path of the login form. */
function pagesOf(room: Room): ReadonlyMap<string, (call: Call) => Promise<Response>> {
  const home = (call: Call): Response =>
    new Response(null, { status: 303, headers: { ...commonHeaders(call.traceId), Location: `${room.mountPath}/` } });
  return new Map([[LOGIN_PATH, accountPage(room, LOGIN_PATH, home)]]);
}

/** The authorization server as a Hono app, to be served by itself or mounted in another app under the issuer's path. */
export function createApp(server: AuthorizationServer, options: AppOptions = {}): GatehouseApp {
  const { settings, runtime, clients, store } = server.context;
  const mountPath = mountPathOf(settings.issuer);
  const cookies =
    options.cookies ?? cookieRecipes({ issuer: settings.issuer, chosen: { owner: false, browser: false } });
  const views = options.views ?? createViews({ basePath: settings.basePath, mountPath });
  const log = options.log ?? silentLog;
  const room: Room = {
    server,
    reading: {
      base: new URL(settings.issuer).origin,
      cookies,
      trustedHops: options.trustedHops ?? 0,
      bodyLimit: settings.limits.body,
      certificateHeader: options.certificateHeader ?? null,
      connection: options.connection ?? nodeConnection,
    },
    rendering: { views, cookies },
    log,
    requestLog: createRequestLog(log, runtime.events),
    metrics: options.metrics ?? null,
    hooks: options.hooks ?? {},
    paths: new Map(Object.entries(options.paths ?? {})),
    mountPath,
  };

  const app: GatehouseApp = new Hono();
  const add = (path: string, methods: RouteOptions, route: (call: Call) => Promise<Response>): void => {
    app.all(path, handler(room, path, methods, route));
  };

  const cors = corsOfClients({
    directory: clients,
    listed: options.clients ?? (() => []),
    clock: runtime.clock,
    listSeconds: Math.max(1, settings.clientCacheSeconds),
  });
  for (const route of endpointRoutes(settings, server.keySet() !== null)) {
    const post = endpointHandler(room, route, cors);
    const get = pagesOf(room).get(route.path);
    add(route.path, methodsOf(route), get ? (call) => (call.c.req.method === 'POST' ? post : get)(call) : post);
  }
  for (const [path, answer] of publicDocuments(server)) add(path, GET, publicDocument(answer));
  const state: Health = {
    store,
    clock: runtime.clock,
    version: VERSION,
    ready: options.ready ?? (() => true),
    lastSweep: options.lastSweep ?? (() => null),
  };
  add('/health', GET, health(state));
  add('/health/live', GET, live());
  add('/health/ready', GET, ready(state));
  if (options.sampleResource !== false) {
    const path = `${settings.basePath}/protected`;
    add(path, { methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] }, protectedResource(room, path));
  }
  add(`${settings.basePath}${LOGO_PATH}:id`, GET, clientLogo(clients, mountPath));
  if (options.assets) add('/xlib/*', GET, assets(options.assets, '/xlib/'));
  if (options.docs) add('/docs/*', GET, assets(options.docs, '/docs/'));
  const start = startData(server, options);
  const startPage = async (call: Call): Promise<Response> => pageResponse(call, views.startPage(start, call.page));
  const missing = handler(room, '(none)', ANY, notFound(room));
  add('/', GET, startPage);
  app.notFound(missing);
  if (mountPath !== '') {
    // Mounted, Hono asks the outer app about what is not found here, and takes `/auth/` for another path than `/auth`.
    const home = handler(room, '/', GET, startPage);
    app.all('/*', (c) => (c.req.path === `${mountPath}/` ? home : missing)(c));
  }
  return app;
}

/**
 * Where RFC 8414 3.1 puts the metadata of an issuer with a path: at the root of the host, outside of the mount. To be
 * routed beside the app: `own.route('/', createMetadataApp(server))`.
 */
export function createMetadataApp(server: AuthorizationServer): GatehouseApp {
  const app: GatehouseApp = new Hono();
  const { body, headers } = metadataAnswer(server);
  return app.get(METADATA_PATH + mountPathOf(server.context.settings.issuer), () => new Response(body, { headers }));
}
