import { endpointRequest } from '../http/endpoint-request.ts';
import { commonHeaders } from '../http/respond.ts';
import type { Call, Room } from './handling.ts';

/** parity.md 1.7, letter for letter. */
const SUCCESS = "<html>Congrats! You've hit an OAuth protected resource</html>";

/** The sample of a protected resource: what the operator's own ones do with `validateAccessToken`. */
export function protectedResource(room: Room, path: string): (call: Call) => Promise<Response> {
  return async (call) => {
    const request = await endpointRequest(call.c, room.mountPath + path, call.traceId, room.reading);
    const decision = await room.server.validateAccessToken(request);
    const headers = { ...commonHeaders(call.traceId), 'Cache-Control': 'no-store' };
    if (decision.kind === 'refused')
      return new Response(null, { status: decision.status, headers: { ...headers, ...decision.headers } });
    return new Response(call.c.req.method === 'HEAD' ? null : SUCCESS, {
      headers: { ...headers, 'Content-Type': 'text/html; charset=utf-8' },
    });
  };
}
