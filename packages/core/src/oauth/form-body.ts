import type { EndpointRequest } from '../endpoints/endpoint.ts';
import type { Limits } from '../server/config.ts';
import { OAuthError } from './errors.ts';
import { type Form, mergeForms, parseForm, parseQuery } from './form.ts';
import { isUtf8, parseMediaType } from './media-type.ts';

/** What never belongs into a URL, where it would end in logs, histories and `Referer` (R15, RFC 9700 4.3.2). */
const CREDENTIALS: readonly string[] = [
  'access_token',
  'assertion',
  'client_assertion',
  'client_secret',
  'code',
  'code_verifier',
  'grant_type',
  'password',
  'refresh_token',
  'token',
];

export interface FormBodyOptions {
  /** Parameters that may come more than once. */
  readonly repeatable?: ReadonlySet<string>;
  /** The one credential that a deployment takes from the query. */
  readonly queryCredential?: string;
}

/**
 * The form of a POST (RFC 6749 3.2). The query is not read, only held against it: no credential, and nothing twice.
 * @throws OAuthError `invalid_request`: 405 with `Allow` for another method, 413 over the limit, else 400
 */
export function requireFormBody(request: EndpointRequest, limits: Limits, options: FormBodyOptions = {}): Form {
  if (request.method !== 'POST')
    throw new OAuthError('invalid_request', 'This endpoint takes POST requests only.', {
      check: 'request-method',
      expected: 'POST',
      got: /^[A-Z]{1,20}$/.test(request.method) ? request.method : 'another method',
      status: 405,
      headers: { Allow: 'POST' },
    });
  requireFormType(request);
  const body = parseForm(request.body, limits, options.repeatable);
  if (request.url.search.length > 1) {
    const query = parseQuery(request.url.search, limits, options.repeatable);
    refuseCredentials(query, options.queryCredential);
    mergeForms(query, body);
  }
  return body;
}

/** A request whose query is read beside its body, so that the two are not held against each other. */
export function withoutQuery(request: EndpointRequest): EndpointRequest {
  const url = new URL(request.url);
  url.search = '';
  return { ...request, url };
}

/** @throws OAuthError `invalid_request` where a credential is in the query, with or without a value */
export function refuseCredentials(query: Form, allowed?: string): void {
  for (const name of CREDENTIALS)
    if (name !== allowed && query.sent(name))
      throw new OAuthError('invalid_request', 'Credentials must not be sent in the query of the URL.', {
        check: 'credentials-in-query',
        expected: 'credentials in the body or the Authorization header',
        got: `${name} in the query`,
      });
}

function requireFormType(request: EndpointRequest): void {
  const text = request.headers.get('content-type');
  // A POST without body and type is a form without parameters; what is missing in it is said by whoever needs it.
  if (text === null && request.body === '') return;
  const media = text === null ? null : parseMediaType(text);
  if (media?.type !== 'application/x-www-form-urlencoded' || !isUtf8(media))
    throw new OAuthError('invalid_request', 'The body must be application/x-www-form-urlencoded in UTF-8.', {
      check: 'content-type',
      expected: 'application/x-www-form-urlencoded',
      got: text === null ? 'no content type' : 'another content type or charset',
    });
}
