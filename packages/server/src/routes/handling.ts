import { type AuthorizationServer, asOAuthError, isTold, type Log, OAuthError } from '@gatehouse/core';
import type { PathHooks, PathRequest } from '../config/config.ts';
import { originOf } from '../http/client-address.ts';
import type { AppContext, RequestReading } from '../http/endpoint-request.ts';
import { type Refusal, refusalBody, refusalHeaders } from '../http/refusal.ts';
import type { Rendering } from '../http/respond.ts';
import { newTraceId } from '../http/trace-id.ts';
import type { RequestLog } from '../telemetry/request-log.ts';
import type { PageRequest } from '../views/index.ts';

/** What every route works with. */
export interface Room {
  readonly server: AuthorizationServer;
  readonly reading: RequestReading;
  readonly rendering: Rendering;
  readonly log: Log;
  readonly requestLog: RequestLog;
  readonly metrics: RequestMetrics | null;
  readonly hooks: Pick<PathHooks, 'request' | 'response'>;
  readonly paths: ReadonlyMap<string, PathHooks>;
  /** What comes before every path of ours; empty where nothing does. */
  readonly mountPath: string;
}

export interface RequestMetrics {
  answered(path: string, method: string, status: number, ms: number): void;
}

/** One request on its way through a route. */
export interface Call {
  readonly c: AppContext;
  readonly traceId: string;
  /** Of the route, without the mount. */
  readonly path: string;
  readonly page: PageRequest;
}

/** Thrown by a route to answer with a {@link Refusal}. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.description);
    this.refusal = refusal;
  }
}

export interface RouteOptions {
  /** In the order of the `Allow` header. HEAD comes with GET, but where `head` is false. */
  readonly methods: readonly string[];
  readonly head?: false;
}

/** A proxy that spoke plain HTTP to a client has given away what the client sent (R34, BCP of RFC 9700 2.6). */
function requireHttps(room: Room, c: AppContext): void {
  const { reading } = room;
  if (reading.trustedHops === 0 || !reading.base.startsWith('https:')) return;
  const said = c.req.raw.headers.get('x-forwarded-proto');
  if (said === null) return;
  const { scheme } = originOf(c.req.raw.headers, reading.connection(c), reading.trustedHops);
  if (scheme !== 'https')
    throw new Refused({ status: 403, description: 'This server is used over https only.', check: 'forwarded-https' });
}

function requireMethod({ methods, head }: RouteOptions, method: string): void {
  if (methods.includes(method) || (method === 'HEAD' && head !== false && methods.includes('GET'))) return;
  throw new Refused({
    status: 405,
    description: `This address takes ${methods.join(' and ')} requests only.`,
    check: 'request-method',
    headers: { Allow: methods.join(', ') },
  });
}

function asRefusal(room: Room, call: Call, error: unknown): Refusal {
  if (error instanceof Refused) return error.refusal;
  // A store in trouble is told once, not with each request that it meets.
  if (!(error instanceof OAuthError) && !isTold(error))
    room.log.error({ traceId: call.traceId, path: call.path, error }, 'A request failed.');
  // A store that does not answer is 503 here as at every endpoint (SEC-90).
  const { status, message, failed, headers } = asOAuthError(error);
  return { status: status as Refusal['status'], description: message, check: failed.check, headers };
}

const pathRequest = (room: Room, { c, path, traceId }: Call): PathRequest => ({
  method: c.req.method,
  path,
  headers: c.req.raw.headers,
  clientAddress: originOf(c.req.raw.headers, room.reading.connection(c), room.reading.trustedHops).address,
  traceId,
});

/** AX-8: global request hook → hook of the path → the route → hook of the path → global response hook. */
async function throughHooks(room: Room, call: Call, route: (call: Call) => Promise<Response>): Promise<Response> {
  const own = room.paths.get(call.path);
  if (!own && !room.hooks.request && !room.hooks.response) return route(call);
  const request = pathRequest(room, call);
  let response = (await room.hooks.request?.(request)) ?? (await own?.request?.(request)) ?? (await route(call));
  if (own?.response) response = await own.response(request, response);
  if (room.hooks.response) response = await room.hooks.response(request, response);
  return response;
}

/** More is nobody's choice, and would leave the browser unheard. */
const MOST_UI_LOCALES = 5;

/** OpenID Connect Core 3.1.2.1: what the client says of its user comes before what the browser says. */
function languagesOf({ req }: AppContext): string | null {
  const sent = req.header('accept-language') ?? null;
  const uiLocales = req.query('ui_locales') ?? '';
  return uiLocales === '' ? sent : [...uiLocales.split(' ', MOST_UI_LOCALES), sent ?? ''].join(',');
}

/**
 * Most answers are no pages, and are not asked for a language. A class, for an accessor in an object literal gives each
 * request a shape of its own, which costs more than all else that happens here.
 */
class PageOfRequest implements PageRequest {
  readonly #c: AppContext;
  readonly traceId: string;

  constructor(c: AppContext, traceId: string) {
    this.#c = c;
    this.traceId = traceId;
  }

  get acceptLanguage(): string | null {
    return languagesOf(this.#c);
  }
}

/** Makes a route a handler: its trace id, methods, hooks, log line and whatever it throws. */
export function handler(
  room: Room,
  path: string,
  options: RouteOptions,
  route: (call: Call) => Promise<Response>,
): (c: AppContext) => Promise<Response> {
  const { requestLog, metrics, reading } = room;
  return async (c) => {
    const started = performance.now();
    const traceId = newTraceId(room.server.context.runtime.entropy);
    const { headers } = c.req.raw;
    const call: Call = { c, traceId, path, page: new PageOfRequest(c, traceId) };
    requestLog.begin(traceId);
    let response: Response;
    try {
      requireHttps(room, c);
      requireMethod(options, c.req.method);
      response = await throughHooks(room, call, route);
    } catch (error) {
      const refusal = asRefusal(room, call, error);
      requestLog.note(traceId, 'refused', { check: refusal.check });
      response = new Response(c.req.method === 'HEAD' ? null : refusalBody(refusal), {
        status: refusal.status,
        headers: refusalHeaders(refusal, traceId),
      });
    }
    const ms = performance.now() - started;
    metrics?.answered(path, c.req.method, response.status, ms);
    requestLog.end({
      traceId,
      method: c.req.method,
      path,
      status: response.status,
      ms,
      clientAddress: originOf(headers, reading.connection(c), reading.trustedHops).address,
    });
    return response;
  };
}
