import type { EndpointRequest } from '../endpoints/endpoint.ts';
import { OAuthError } from '../oauth/errors.ts';

/**
 * Whether a form was posted from a page of ours, as far as the browser says (R34): by `Sec-Fetch-Site`, else by
 * `Origin`. A program sends neither; the form's token answers for those.
 * @throws OAuthError `access_denied`, to be shown on a page
 */
export function requireSameOrigin({ headers }: Pick<EndpointRequest, 'headers'>, issuer: string): void {
  const site = headers.get('sec-fetch-site');
  const origin = headers.get('origin');
  // `null`, what sandboxed frames and some redirects send, is nobody's origin.
  const own = site === null ? origin === null || origin === new URL(issuer).origin : OWN_SITES.has(site);
  if (own) return;
  throw new OAuthError('access_denied', 'The form was not sent from a page of this server.', {
    check: site === null ? 'form-origin' : 'form-site',
    expected: site === null ? new URL(issuer).origin : [...OWN_SITES].join(' or '),
    got: 'another one',
  });
}

// `none`: typed, reloaded, or opened from the history by the person at the browser.
const OWN_SITES: ReadonlySet<string> = new Set(['same-origin', 'none']);
