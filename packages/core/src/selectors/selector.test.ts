import { describe, expect, it } from 'vitest';
import type { Grant } from '../grants/grant.ts';
import { aClient } from '../grants/world.test-support.ts';
import { keyOf } from '../tokens/handle.ts';
import { compileSelector } from './selector.ts';
import { resolveSelectorList, resolveSelectors } from './selector-map.ts';
import type { SelectorSources } from './sources.ts';
import { PLAIN } from './vocabulary.ts';

const NOON = Date.UTC(2012, 9, 5, 16, 16, 54);
const DIGEST = keyOf('refresh_hash', 'a refresh token');
const CODE_DIGEST = keyOf('code_hash', 'a code');

const code: Grant = {
  register: { subject: 'admin' },
  data: {
    state: 'xyz',
    redirectUri: 'https://client.example/cb',
    scope: ['read', 'write'],
    metadata: { Name: 'John', Department: 'Engineering' },
  },
  state: { v: 1, code: { hash: CODE_DIGEST, expiresAt: NOON + 20_500, spentAt: null }, refresh: null },
} as unknown as Grant;

const ALL: SelectorSources = {
  now: NOON,
  client: aClient({
    id: 'app',
    name: 'Sample App',
    description: 'A sample',
    logo: '/logo.png',
    contacts: ['+1 555 0100', 'ops@client.example'],
    applicationId: 'app-7',
    secrets: [{ hash: 'sha256:secret' }],
    redirectUris: ['https://client.example/cb', 'https://client.example/other'],
  }),
  subject: 'admin',
  token: {
    value: 'gA1TheHandle',
    record: { clientId: 'app', subject: 'admin', scope: ['read', 'write'], expiresAt: NOON + 3_599_999 },
    data: {
      v: 1,
      applicationId: 'app-7',
      type: 'Bearer',
      grantType: 'authorization_code',
      metadata: { Department: 'Engineering', 'Access Token Expiry Date': 'soon' },
      request: { scope: 'read', redirect_uri: 'https://client.example/cb' },
      redirectUri: 'https://client.example/cb',
      state: 'xyz',
      refresh: { digest: DIGEST, expiresAt: NOON + 43_199_000 },
    },
  },
  code,
  request: {
    method: 'GET',
    path: '/api/things',
    header: (name) => (name.toLowerCase() === 'x-token' ? 'from-a-header' : null),
    parameter: (name) => (name === 'access_token' ? 'from-a-form' : undefined),
  },
  scopes: { requested: ['read', 'more'], granted: ['read'], required: ['resource.READ', 'resource.WRITE'] },
};

const read = (text: string, sources: SelectorSources = ALL): string => compileSelector(text).resolve(sources);

describe('a setting with selectors', () => {
  it('[AX-9] is text with attributes filled in', () => {
    expect(read('${client.id}')).toBe('app');
    expect(read('of ${client.id} for ${authentication.subject.id}.')).toBe('of app for admin.');
    expect(read('no selector, $ and } and {')).toBe('no selector, $ and } and {');
    expect(read('')).toBe('');
  });

  it('[AX-129] [AX-85] reads the request and the application', () => {
    expect(read('${http.request.verb} ${http.request.uri}')).toBe('GET /api/things');
    expect(read('${authentication.application.id}')).toBe('app-7');
  });

  it('[AX-120] [AX-127] reads a parameter or header by the name in its quotes', () => {
    expect(read("${http.client.getCgiArgument('access_token')}")).toBe('from-a-form');
    expect(read('${http.client.getCgiArgument("other")}')).toBe('');
    expect(read('${http.headers["X-Token"]}')).toBe('from-a-header');
  });

  it('[AX-122] reads metadata of the token, names with spaces and braces included', () => {
    expect(read('${accesstoken.getAdditionalInformation().get("Department")}')).toBe('Engineering');
    expect(read('${accesstoken.getAdditionalInformation().get("Access Token Expiry Date")}')).toBe('soon');
    expect(read('${accesstoken.getAdditionalInformation().get("a}b")}')).toBe('');
  });

  it('[AX-83] reads the scopes asked for, granted and wanted', () => {
    expect(read('${scopes.in.token}|${scopes.for.token}|${scopes.required}')).toBe(
      'read more|read|resource.READ resource.WRITE',
    );
  });

  it.each([
    ['getValue()', 'gA1TheHandle'],
    ['getExpiration()', 'Fri Oct 05 17:16:53 GMT 2012'],
    ['getExpiresIn()', '3599'],
    ['isExpired()', 'false'],
    ['getTokenType()', 'Bearer'],
    ['getRefreshToken()', DIGEST],
    ['getOAuth2RefreshToken().getValue()', DIGEST],
    ['getOAuth2RefreshToken().getExpiration()', 'Sat Oct 06 04:16:53 GMT 2012'],
    ['getOAuth2RefreshToken().getExpiresIn()', '43199'],
    ['getOAuth2RefreshToken().hasExpired()', 'false'],
    ['hasRefresh()', 'true'],
    ['getScope()', 'read write'],
    ['getAdditionalInformation()', '{Department=Engineering, Access Token Expiry Date=soon}'],
  ])('[AX-140] [AX-144] accesstoken.%s is %s', (accessor, text) => {
    expect(read(`\${accesstoken.${accessor}}`)).toBe(text);
  });

  it.each([
    ['getUserAuthentication()', 'admin'],
    ['getAuthorizationRequest().getScope()', '[read, write]'],
    ['getAuthorizationRequest().getClientId()', 'app'],
    ['getAuthorizationRequest().getState()', 'xyz'],
    ['getAuthorizationRequest().getRedirectUri()', 'https://client.example/cb'],
    ['getAuthorizationRequest().getParameters()', '{scope=read, redirect_uri=https://client.example/cb}'],
    ['getAuthorizationRequest().getParameters().get("scope")', 'read'],
  ])('[AX-141] accesstoken.authn.%s is %s', (accessor, text) => {
    expect(read(`\${accesstoken.authn.${accessor}}`)).toBe(text);
  });

  it.each([
    ['getCode()', CODE_DIGEST],
    ['getState()', 'xyz'],
    ['getApplicationName()', 'Sample App'],
    ['getExpiration()', 'Fri Oct 05 16:17:14 GMT 2012'],
    ['getExpiresIn()', '20'],
    ['getRedirectURI()', 'https://client.example/cb'],
    ['getScopes()', '[read, write]'],
    ['getUserIdentity()', 'admin'],
    ['getAdditionalInformation()', '{Name=John, Department=Engineering}'],
    ['getAdditionalInformation().get("Name")', 'John'],
  ])('[AX-142] authzcode.%s is %s', (accessor, text) => {
    expect(read(`\${authzcode.${accessor}}`)).toBe(text);
  });

  it.each([
    ['getClientType()', 'confidential'],
    ['getApplication()', 'Sample App'],
    ['getBase64EncodedCert()', ''],
    ['getX509Cert()', ''],
    ['getApplication().getName()', 'Sample App'],
    ['getApplication().getDescription()', 'A sample'],
    ['getApplication().getLogo()', '/logo.png'],
    ['getApplication().getApplicationID()', 'app-7'],
    ['getApplication().getContactPhone()', '+1 555 0100'],
    ['getApplication().getContactEmail()', 'ops@client.example'],
    ['getClientID()', 'app'],
    ['getClientSecret()', ''],
    ['getRedirectURLs()', '[https://client.example/cb, https://client.example/other]'],
    ['getScopes()', '[read, write]'],
    ['getDefaultScopes()', '[read]'],
    ['isEnabled()', 'true'],
  ])('[AX-143] oauth.client.details.%s is %j', (accessor, text) => {
    expect(read(`\${oauth.client.details.${accessor}}`)).toBe(text);
  });

  it('reads as empty text where nothing is known yet', () => {
    for (const name of PLAIN.keys()) expect(read(`\${${name}}`, { now: NOON })).toBe('');
    expect(read('${accesstoken.getAdditionalInformation().get("x")}', { now: NOON })).toBe('');
    expect(read("${http.client.getCgiArgument('x')}", { now: NOON })).toBe('');
  });

  it('[AX-144] never shows a secret, a code or a refresh token', () => {
    const everything = [...PLAIN.keys()].map((name) => read(`\${${name}}`)).join(' ');
    expect(everything).not.toMatch(/sha256:secret|a refresh token|a code/);
  });

  it('[SEC-61] has no selector of the prototype, and no member of it', () => {
    for (const name of ['constructor', '__proto__', 'toString', 'client.constructor'])
      expect(() => compileSelector(`\${${name}}`)).toThrow(`There is no selector "\${${name}}"`);
    for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty'])
      expect(read(`\${accesstoken.getAdditionalInformation().get("${name}")}`)).toBe('');
  });

  it.each([
    '${client.ID}',
    '${client.id',
    '${client.id }',
    '${}',
    '${ }',
    '${${client.id}}',
    '${1+1}',
    '${process.env}',
    '${http.client.getCgiArgument(access_token)}',
    '${http.client.getCgiArgument("a", "b")}',
    '${http.client.getCgiArgument(\'a")}',
    '${http.client.getCgiArgument("")}',
    '${http.client.getCgiArgument()}',
    '${accesstoken.getAdditionalInformation().get("a").length()}',
    '${accesstoken.getAdditionalInformation().get("a}',
  ])('is refused, and named, when it has no such selector: %s', (text) => {
    expect(() => compileSelector(text)).toThrow(/selector/);
  });
});

describe('many settings at once', () => {
  it('[AX-77] fill in each value of a map and each entry of a list', () => {
    const metadata = { Client: '${client.id}', Fixed: 'x' };
    expect(resolveSelectors(metadata, ALL)).toEqual({ Client: 'app', Fixed: 'x' });
    expect(resolveSelectors(metadata, { now: NOON, client: aClient({ id: 'other' }) })).toMatchObject({
      Client: 'other',
    });
    expect(resolveSelectorList(['${http.request.uri}', 'read'], ALL)).toEqual(['/api/things', 'read']);
  });
});
