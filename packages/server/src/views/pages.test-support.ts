import { Atomicity, type ConsentPrompt, type LoginPrompt, OAuthError } from '@gatehouse/core';
import type { PageRequest, RenderedPage, StartPageData, Views } from './views.ts';

/** Object mothers: every text that comes from outside or from a registry can be overridden. */

export const aRequest = (over: Partial<PageRequest> = {}): PageRequest => ({
  acceptLanguage: null,
  traceId: '0af7651916cd43dd8448eb211c80319c',
  ...over,
});

export const aLoginPrompt = (over: Partial<LoginPrompt> = {}): LoginPrompt => ({
  type: 'login',
  continueTo: '/api/oauth/authorize?client_id=SampleConfidentialApp',
  clientName: 'Sample App',
  loginHint: null,
  formToken: 'login-token',
  ...over,
});

export const aConsentPrompt = (over: Partial<ConsentPrompt> = {}): ConsentPrompt => ({
  type: 'consent',
  action: '/api/oauth/authorize?client_id=SampleConfidentialApp',
  interaction: 'sealed-request',
  formToken: 'consent-token',
  client: { id: 'SampleConfidentialApp', name: 'Sample App', description: 'To try things with.', hasLogo: true },
  subject: 'sampleuser',
  username: 'sampleuser',
  scopes: ['resource.READ', 'resource.WRITE'],
  alreadyGranted: ['audit'],
  audience: ['https://api.example.com'],
  accessTokenSeconds: 3600,
  refreshSeconds: 43_200,
  ...over,
});

export const aStartPage = (over: Partial<StartPageData> = {}): StartPageData => ({
  baseUrl: 'http://localhost:8089',
  version: '0.1.0',
  sample: {
    client: { id: 'SampleConfidentialApp', secret: 'sample-secret', scopes: ['resource.READ', 'resource.WRITE'] },
    redirectUri: 'http://127.0.0.1/callback',
    owner: { username: 'sampleuser', password: 'changeme' },
  },
  store: {
    name: 'cache:',
    capabilities: {
      change: Atomicity.process,
      additions: 'atomic',
      visibility: { registers: 'process', tokens: 'process', boundMs: 0 },
      expiry: 'sweep',
      expiryStep: 1,
      retention: 'may-evict',
      durable: false,
      listing: 'exact',
      clockTolerance: 0,
    },
  },
  userInfoPath: '/api/openid/user_info',
  enabledGrants: new Set(['authorization_code', 'implicit', 'password', 'client_credentials', 'refresh_token']),
  warnings: ['sampleData', 'plainHttp', 'ephemeralSecret', 'volatileStore'],
  ...over,
});

/** Every page there is; each text that could come from elsewhere is `text` where one is given. */
export function everyPage(views: Views, request: PageRequest, text?: string): Readonly<Record<string, RenderedPage>> {
  const or = (usual: string): string => text ?? usual;
  const error = new OAuthError('invalid_request', or('The redirect URI is not registered.'), { check: or('redirect') });
  const sample = {
    client: { id: or('SampleConfidentialApp'), secret: or('sample-secret'), scopes: [or('resource.READ')] },
    redirectUri: or('http://127.0.0.1/callback'),
    owner: { username: or('sampleuser'), password: or('changeme') },
  };
  const start = aStartPage({ sample, version: or('0.1.0') });
  return {
    login: views.renderPage(
      {
        kind: 'interact',
        prompt: aLoginPrompt({
          clientName: or('Sample App'),
          loginHint: or('sampleuser'),
          continueTo: or('/api/oauth/authorize?x=1'),
          formToken: or('token'),
        }),
      },
      request,
    ),
    requestAccess: views.renderPage(
      {
        kind: 'interact',
        prompt: aConsentPrompt({
          interaction: or('sealed'),
          client: { id: or('a-client'), name: or('Sample App'), description: or('To try things.'), hasLogo: true },
          subject: or('sampleuser'),
          username: or('sampleuser'),
          scopes: [or('mail'), 'other'],
          alreadyGranted: [or('audit')],
          audience: [or('https://api.example.com')],
        }),
      },
      request,
    ),
    showAccessCode: views.renderPage(
      { kind: 'code_page', code: or('code'), clientName: or('Sample App'), state: or('state') },
      request,
    ),
    formPost: views.renderPage(
      { kind: 'form_post', action: 'https://client.example/cb', fields: { [or('code')]: or('value') } },
      request,
    ),
    error: views.renderPage({ kind: 'error_page', status: 400, error }, { ...request, traceId: or(request.traceId) }),
    account: views.accountPage({ username: or('sampleuser'), formToken: or('token') }, request),
    loggedOut: views.renderPage({ kind: 'signed_out' }, request),
    start: views.startPage({ ...start, store: { ...start.store, name: or('cache:') } }, request),
    home: views.startPage({ ...start, sample: null }, request),
    notFound: views.notFoundPage(request),
  };
}

/** The tags of a page with their attributes' names, values left out: what markup from outside would change. */
export function skeleton(html: string): readonly string[] {
  return [...html.matchAll(/<[!/a-z][^>]*>/gi)].map(([tag]) => tag.replace(/="[^"]*"/g, '=""'));
}
