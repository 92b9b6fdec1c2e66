import { refusalBody, refusalHeaders } from '../http/refusal.ts';
import { pageResponse } from './account.ts';
import type { Call, Room } from './handling.ts';

const prefersHtml = (accept: string | null): boolean => {
  const html = accept?.indexOf('text/html') ?? -1;
  const json = accept?.indexOf('application/json') ?? -1;
  return html >= 0 && (json < 0 || html < json);
};

/** As the caller reads: a page for a person, JSON for a program. */
export function notFound(room: Room): (call: Call) => Promise<Response> {
  return async (call) => {
    const { c, traceId, page } = call;
    if (prefersHtml(c.req.raw.headers.get('accept')))
      return pageResponse(call, room.rendering.views.notFoundPage(page));
    const refusal = { status: 404, description: 'There is nothing at this address.', check: 'route' } as const;
    return new Response(refusalBody(refusal), { status: 404, headers: refusalHeaders(refusal, traceId) });
  };
}
