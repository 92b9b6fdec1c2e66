import { dateText, listText, mapText, memberText, secondsText } from './as-text.ts';
import type { SelectorSources } from './sources.ts';

/** Reads one attribute; `argument` is what stands in the quotes of a selector that has some. */
export type Reader = (sources: SelectorSources, argument: string) => string;

/** Selectors without an argument, by what stands between `${` and `}` (parity.md 2.10). */
export const PLAIN: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['client.id', ({ client }) => client?.id ?? ''],
  ['client.name', ({ client }) => client?.name ?? ''],
  ['authentication.application.id', ({ client }) => client?.applicationId ?? ''],
  ['authentication.subject.id', ({ subject }) => subject ?? ''],
  ['http.request.uri', ({ request }) => request?.path ?? ''],
  ['http.request.verb', ({ request }) => request?.method ?? ''],
  ['scopes.in.token', ({ scopes }) => scopes?.requested?.join(' ') ?? ''],
  ['scopes.for.token', ({ scopes }) => scopes?.granted?.join(' ') ?? ''],
  ['scopes.required', ({ scopes }) => scopes?.required?.join(' ') ?? ''],

  ['accesstoken.getValue()', ({ token }) => token?.value ?? ''],
  ['accesstoken.getExpiration()', ({ token }) => dateText(token?.record.expiresAt)],
  ['accesstoken.getExpiresIn()', ({ now, token }) => secondsText(token?.record.expiresAt, now)],
  ['accesstoken.isExpired()', ({ now, token }) => (token ? String(now >= token.record.expiresAt) : '')],
  ['accesstoken.getTokenType()', ({ token }) => token?.data.type ?? ''],
  // AX-144: whoever reads attributes never holds a refresh token.
  ['accesstoken.getRefreshToken()', ({ token }) => token?.data.refresh?.digest ?? ''],
  ['accesstoken.getOAuth2RefreshToken().getValue()', ({ token }) => token?.data.refresh?.digest ?? ''],
  ['accesstoken.getOAuth2RefreshToken().getExpiration()', ({ token }) => dateText(token?.data.refresh?.expiresAt)],
  [
    'accesstoken.getOAuth2RefreshToken().getExpiresIn()',
    ({ now, token }) => secondsText(token?.data.refresh?.expiresAt, now),
  ],
  [
    'accesstoken.getOAuth2RefreshToken().hasExpired()',
    ({ now, token }) => (token?.data.refresh ? String(now >= token.data.refresh.expiresAt) : ''),
  ],
  ['accesstoken.hasRefresh()', ({ token }) => (token ? String(token.data.refresh !== undefined) : '')],
  ['accesstoken.getScope()', ({ token }) => token?.record.scope.join(' ') ?? ''],
  ['accesstoken.getAdditionalInformation()', ({ token }) => mapText(token?.data.metadata)],

  ['accesstoken.authn.getUserAuthentication()', ({ token }) => token?.record.subject ?? ''],
  ['accesstoken.authn.getAuthorizationRequest().getScope()', ({ token }) => listText(token?.record.scope)],
  ['accesstoken.authn.getAuthorizationRequest().getClientId()', ({ token }) => token?.record.clientId ?? ''],
  ['accesstoken.authn.getAuthorizationRequest().getState()', ({ token }) => token?.data.state ?? ''],
  ['accesstoken.authn.getAuthorizationRequest().getRedirectUri()', ({ token }) => token?.data.redirectUri ?? ''],
  ['accesstoken.authn.getAuthorizationRequest().getParameters()', ({ token }) => mapText(token?.data.request)],

  // As with a refresh token: its digest, never the code.
  ['authzcode.getCode()', ({ code }) => code?.state.code?.hash ?? ''],
  ['authzcode.getState()', ({ code }) => code?.data.state ?? ''],
  ['authzcode.getApplicationName()', ({ client, code }) => (code ? (client?.name ?? '') : '')],
  ['authzcode.getExpiration()', ({ code }) => dateText(code?.state.code?.expiresAt)],
  ['authzcode.getExpiresIn()', ({ code, now }) => secondsText(code?.state.code?.expiresAt, now)],
  ['authzcode.getRedirectURI()', ({ code }) => code?.data.redirectUri ?? ''],
  ['authzcode.getScopes()', ({ code }) => listText(code?.data.scope)],
  ['authzcode.getUserIdentity()', ({ code }) => code?.register.subject ?? ''],
  ['authzcode.getAdditionalInformation()', ({ code }) => mapText(code?.data.metadata)],

  ['oauth.client.details.getClientType()', ({ client }) => client?.type ?? ''],
  ['oauth.client.details.getApplication()', ({ client }) => client?.name ?? ''],
  // No client has a certificate yet.
  ['oauth.client.details.getBase64EncodedCert()', () => ''],
  ['oauth.client.details.getX509Cert()', () => ''],
  ['oauth.client.details.getApplication().getName()', ({ client }) => client?.name ?? ''],
  ['oauth.client.details.getApplication().getDescription()', ({ client }) => client?.description ?? ''],
  ['oauth.client.details.getApplication().getLogo()', ({ client }) => client?.logo ?? ''],
  ['oauth.client.details.getApplication().getApplicationID()', ({ client }) => client?.applicationId ?? ''],
  ['oauth.client.details.getApplication().getContactPhone()', ({ client }) => contact(client?.contacts, false)],
  ['oauth.client.details.getApplication().getContactEmail()', ({ client }) => contact(client?.contacts, true)],
  ['oauth.client.details.getClientID()', ({ client }) => client?.id ?? ''],
  // Secrets are hashes; whoever asks for one gets nothing (parity.md 8.3).
  ['oauth.client.details.getClientSecret()', () => ''],
  ['oauth.client.details.getRedirectURLs()', ({ client }) => listText(client?.redirectUris)],
  ['oauth.client.details.getScopes()', ({ client }) => listText(client?.scopes)],
  ['oauth.client.details.getDefaultScopes()', ({ client }) => listText(client?.defaultScopes)],
  ['oauth.client.details.isEnabled()', ({ client }) => (client ? String(client.enabled) : '')],
]);

/** Selectors with a quoted argument: what stands before it, and after. */
export const WITH_ARGUMENT: readonly { readonly before: string; readonly after: string; readonly read: Reader }[] = [
  {
    before: 'accesstoken.getAdditionalInformation().get(',
    after: ')',
    read: ({ token }, name) => memberText(token?.data.metadata, name),
  },
  {
    before: 'accesstoken.authn.getAuthorizationRequest().getParameters().get(',
    after: ')',
    read: ({ token }, name) => memberText(token?.data.request, name),
  },
  {
    before: 'authzcode.getAdditionalInformation().get(',
    after: ')',
    read: ({ code }, name) => memberText(code?.data.metadata, name),
  },
  {
    before: 'http.client.getCgiArgument(',
    after: ')',
    read: ({ request }, name) => request?.parameter(name) ?? '',
  },
  { before: 'http.headers[', after: ']', read: ({ request }, name) => request?.header(name) ?? '' },
];

/** Contacts are one list: what has an `@` is an address, anything else a number. */
function contact(contacts: readonly string[] | undefined, email: boolean): string {
  return contacts?.find((text) => text.includes('@') === email) ?? '';
}
