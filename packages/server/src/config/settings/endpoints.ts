import * as z from 'zod';
import type { Setting } from '../setting.ts';
import { filledText, flag, oneOf, ownForm, pairs, text, textLike, texts } from '../value-types.ts';
import { failureLimit } from './failure-limit.ts';

const parameter = textLike(/^[A-Za-z0-9_.-]{1,64}$/, 'a name of letters, digits, _ . and -');

/** Revocation, introspection, tokeninfo and the sample resource; and how their errors read. */
export const ENDPOINT_SETTINGS: readonly Setting[] = [
  { key: 'revoke.store', type: filledText, meaning: 'Named store, for mapping.', reference: 'tokenStore' },
  {
    key: 'revoke.clientAuth',
    type: oneOf('any', 'header', 'body'),
    meaning: 'Where client credentials are accepted at the revocation endpoint.',
    reference: 'AuthorizationHeader, QueryString',
  },
  ...failureLimit(
    'revoke.failures',
    'Unknown access tokens that clients without a secret may revoke from one network in the window, where a store shows tokens late.',
    '429',
  ),
  {
    key: 'introspection.ownAudienceOnly',
    type: flag,
    meaning: 'Whether a resource server sees tokens made for it alone.',
  },
  { key: 'tokeninfo.store', type: filledText, meaning: 'Named store, for mapping.', reference: 'tokenStore' },
  {
    key: 'tokeninfo.location',
    type: oneOf('body', 'query', 'selector'),
    meaning: 'Where the token is looked for; the query only with `acceptQueryToken`.',
    reference: 'accessTokenLocation: QUERYSTRING, SELECTOR',
  },
  { key: 'tokeninfo.parameter', type: parameter, meaning: 'Name of the field.', reference: 'access_token' },
  {
    key: 'tokeninfo.selector',
    type: text,
    meaning: 'Selector that gives the token, where the location is `selector`.',
    reference: 'accessTokenSelector',
  },
  {
    key: 'tokeninfo.extra',
    type: pairs,
    meaning: 'Further members of the answer, each with a selector.',
    reference: 'Return additional Access Token parameters',
  },
  {
    key: 'tokeninfo.anonymous',
    type: flag,
    meaning: 'Whether the token alone is enough; else a client must authenticate.',
  },
  {
    key: 'tokeninfo.acceptQueryToken',
    type: flag,
    meaning: 'Whether a token in a URL is taken. URLs end up in logs: for old clients only.',
  },
  ...failureLimit('tokeninfo.failures', 'Unknown tokens allowed from one network in the window.', '429'),
  { key: 'resource.store', type: filledText, meaning: 'Named store, for mapping.', reference: 'tokenStore' },
  {
    key: 'resource.location',
    type: oneOf('header', 'body', 'query', 'attribute'),
    meaning: 'Where the protected resource looks for the token.',
    reference: 'In Authorization Header, In query string/form body, In Attribute',
  },
  { key: 'resource.parameter', type: parameter, meaning: 'Name of the field, for body and query.' },
  {
    key: 'resource.attribute',
    type: text,
    meaning: 'A selector that gives the token, where the location is `attribute`.',
  },
  {
    key: 'resource.headerPrefix',
    type: textLike(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,32}$/, 'an authentication scheme such as "Bearer"'),
    meaning: 'The scheme in the `Authorization` header.',
    reference: 'with prefix',
  },
  {
    key: 'resource.scopes.match',
    type: oneOf('any', 'all'),
    meaning: 'Whether one of the listed scopes is enough, or the token must hold all.',
    reference: 'scopesMustMatch',
  },
  {
    key: 'resource.scopes.list',
    type: texts,
    meaning: 'Scopes of the protected resource; selectors are allowed.',
    reference: 'WithScopes',
  },
  {
    key: 'resource.removeCredentials',
    type: flag,
    meaning: 'Whether the token is taken off the request before it goes on.',
    reference: 'removeCredentials',
  },
  {
    key: 'resource.missingTokenChallenge',
    type: flag,
    meaning: 'Whether a missing token is answered by the bare 401 challenge of RFC 6750, instead of 400.',
  },
  {
    key: 'resource.acceptQueryToken',
    type: flag,
    meaning: 'Whether a token in a URL is taken. URLs end up in logs: for old clients only.',
  },
  {
    key: 'resource.realm',
    type: textLike(/^[\x20\x21\x23-\x5b\x5d-\x7e]{1,128}$/, 'a text without quotes and backslashes'),
    meaning: 'The realm of challenges.',
  },
  {
    key: 'errorDescriptions',
    type: ownForm(
      z.union([z.strictObject({ file: z.string().min(1) }), z.record(z.string(), z.string())]),
      'an object of descriptions by error code, or { file: "<path>" } with lines `code=description`',
    ),
    meaning: 'Descriptions in place of ours, by error code; or a file of lines `code=description`.',
    reference: 'OAUTH_ERROR_PROPERTIES_FILE',
  },
];
