import { signedInAccount } from '@gatehouse/core';
import { endpointRequest } from '../http/endpoint-request.ts';
import { commonHeaders, setCookies } from '../http/respond.ts';
import type { RenderedPage } from '../views/index.ts';
import type { Call, Room } from './handling.ts';

/** GET of the login or logout path: who is signed in, with the form that signs out; else what `otherwise` says. */
export function accountPage(
  room: Room,
  path: string,
  otherwise: (call: Call) => Response,
): (call: Call) => Promise<Response> {
  const { views, cookies } = room.rendering;
  return async (call) => {
    const request = await endpointRequest(call.c, room.mountPath + path, call.traceId, room.reading);
    const account = await signedInAccount(room.server.context, request);
    if (!account) return otherwise(call);
    const { username, formToken } = account;
    return pageResponse(
      call,
      views.accountPage({ username, formToken }, call.page),
      setCookies(account.cookies, cookies),
    );
  };
}

/** A rendered page as an answer. */
export function pageResponse(
  call: Call,
  { status, headers, html }: RenderedPage,
  cookies: readonly string[] = [],
): Response {
  const all = Object.entries({ ...commonHeaders(call.traceId), ...headers });
  return new Response(call.c.req.method === 'HEAD' ? null : html, {
    status,
    headers: [...all, ...cookies.map((line): [string, string] => ['Set-Cookie', line])],
  });
}
