import type { ClientDirectory } from '@gatehouse/core';
import { commonHeaders } from '../http/respond.ts';
import { type Call, Refused } from './handling.ts';

/** AX-233. */
export const LOGO_PATH = '/application/image/';

const DATA = /^data:(image\/(?:png|jpeg|gif|webp|svg\+xml));base64,([A-Za-z0-9+/]+={0,2})$/;

// What a browser takes for a path of ours, too: it reads a backslash as a slash, and does not read tabs and line ends.
const OWN_PATH = /^\/(?!\/)[!-[\]-~]*$/;

/** The picture of an application for the consent page: data that was registered, or a path of ours; never fetched from elsewhere. */
export function clientLogo(clients: ClientDirectory, mountPath: string): (call: Call) => Promise<Response> {
  return async ({ c, traceId }) => {
    const client = await clients.find(c.req.param('id') ?? '');
    const logo = client?.enabled ? client.logo : null;
    // One answer for an unknown client and one without a picture.
    if (logo === null)
      throw new Refused({ status: 404, description: 'There is no such picture.', check: 'client-logo' });
    const [, type, data] = DATA.exec(logo) ?? [];
    const headers = {
      ...commonHeaders(traceId),
      'Cache-Control': 'public, max-age=300',
      // A picture that is opened by itself stays a picture: an SVG could hold a script.
      'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    };
    if (type !== undefined && data !== undefined)
      return new Response(new Uint8Array(Buffer.from(data, 'base64')), {
        headers: { ...headers, 'Content-Type': type },
      });
    if (OWN_PATH.test(logo))
      return new Response(null, { status: 302, headers: { ...headers, Location: mountPath + logo } });
    throw new Refused({ status: 404, description: 'There is no such picture.', check: 'client-logo' });
  };
}
