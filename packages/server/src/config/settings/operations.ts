import { DEFAULT_LIMITS, STORE_LIMITS } from '@gatehouse/core';
import type { Setting } from '../setting.ts';
import { filledText, flag, oneOf, text, textLike, whole } from '../value-types.ts';

const cap = (name: string, most: number, meaning: string, unit = 'bytes'): Setting => ({
  key: `limits.${name}`,
  type: whole(1, most),
  ...(unit === '' ? {} : { unit }),
  meaning,
});

/** Limits, logs and metrics. */
export const OPERATIONS_SETTINGS: readonly Setting[] = [
  cap('requestLine', 65_536, 'Method, path and query of a request; past it 414.'),
  cap('headers', 262_144, 'All headers of a request; past it 431.'),
  cap('authorization', 65_536, 'The `Authorization` header.'),
  cap('body', 1_048_576, 'A body; past it 413.'),
  cap('parameters', 1_000, 'Parameters of a form or query.', ''),
  // Here and below, what no store keeps and no registration takes is no limit either.
  cap('clientId', STORE_LIMITS.clientId, '`client_id`.'),
  cap('clientSecret', 4_096, '`client_secret`.'),
  cap('username', 1_024, '`username`.'),
  cap('password', 4_096, '`password`; checked before it is hashed.'),
  cap('redirectUri', DEFAULT_LIMITS.redirectUri, '`redirect_uri`.'),
  cap('state', 16_384, '`state`.'),
  cap('nonce', 4_096, '`nonce`.'),
  cap('shortText', 4_096, 'Any other short parameter.'),
  cap('scope', STORE_LIMITS.scope, '`scope`, as a whole.'),
  cap('scopeTokens', 1_000, 'Scopes in it.', ''),
  cap('scopeToken', 1_024, 'One scope.'),
  cap('resources', 100, '`resource` parameters.', ''),
  cap('handle', 1_024, 'A token or code.'),
  cap('jwt', 65_536, 'A JWT that is sent, of whatever kind.'),
  cap('saml', 262_144, 'A SAML assertion that is sent, in base64url.'),
  // The parser’s own limit of depth is 256.
  cap('xmlDepth', 128, 'Elements inside each other, in XML.', ''),
  cap('xmlElements', 5_000, 'Elements in a document, and as many attributes.', ''),
  cap('xmlAttributes', 256, 'Attributes of one element.', ''),
  cap('xmlNamespaces', 512, 'Namespace declarations in a document.', ''),
  cap('xmlPrefixes', 64, 'Prefixes that a signature keeps (`InclusiveNamespaces`).', ''),
  cap('joseHeader', 8_192, 'The header of a JWT, decoded.'),
  cap('assertionId', 1_024, 'A `jti`, a `kid`, the `ID` of a SAML assertion.'),
  cap('jwks', 1_048_576, 'A key set that is fetched.'),
  cap('jwksKeys', 1_000, 'Keys in a key set.', ''),
  cap('keptParameters', 16_384, 'Parameters of a request that are stored with its tokens; those beyond are left out.'),
  cap('slowHashesPerCore', 64, 'Passwords that are hashed at the same time, for each core.', ''),
  cap('slowHashesWaiting', 10_000, 'Passwords that wait for that; further ones are answered 503.', ''),
  cap('storeCallMs', 60_000, 'One call of the store.', 'ms'),
  {
    key: 'monitoring.enabled',
    type: flag,
    meaning: 'Whether use is counted per client and service.',
    reference: 'metricsMask',
  },
  {
    key: 'monitoring.serviceName',
    type: text,
    meaning: 'The service that use is counted under; empty: the endpoint.',
    reference: 'serviceName',
  },
  {
    key: 'monitoring.clientAttribute',
    type: oneOf('authentication.application.id', 'authentication.subject.id'),
    meaning: 'What use is counted by: the application, or the owner.',
    reference: 'clientAttributeName',
  },
  {
    key: 'monitoring.compositeContext',
    type: flag,
    meaning: 'Whether all endpoints count as one service.',
    reference: 'compositeContext',
  },
  {
    key: 'monitoring.recordOutbound',
    type: flag,
    meaning: 'Accepted for mapping; the server makes no outbound calls.',
    reference: 'recordOutboundTxns',
    effect: 'none',
  },
  { key: 'metrics.enabled', type: flag, meaning: 'Whether metrics are given out in the format of Prometheus.' },
  {
    key: 'metrics.path',
    type: textLike(/^\/[A-Za-z0-9/._~-]+$/, 'a path that starts with /'),
    meaning: 'Path of the metrics.',
  },
  {
    key: 'metrics.port',
    type: whole(0, 65_535),
    meaning: 'A port of their own for the metrics; left out, they are on the server’s, for everybody who reaches it.',
  },
  { key: 'metrics.host', type: filledText, meaning: 'Name or address that port is on.' },
  {
    key: 'log.level',
    type: oneOf('debug', 'info', 'warn', 'error', 'silent'),
    meaning: 'How much is logged. No level shows a handle, secret, code, cookie or password.',
  },
  {
    key: 'log.format',
    type: oneOf('auto', 'json', 'text'),
    meaning: 'A JSON object a line, or lines for people; `auto`: for people on a terminal.',
  },
];
