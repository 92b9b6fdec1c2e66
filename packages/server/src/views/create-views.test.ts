import { OAuthError } from '@gatehouse/core';
import { describe, expect, test } from 'vitest';
import { createViews } from './create-views.ts';
import { aConsentPrompt, aLoginPrompt, aRequest, aStartPage, everyPage, skeleton } from './pages.test-support.ts';

const views = createViews({ basePath: '/api/oauth' });

const login = (over = {}, request = aRequest()): string =>
  views.renderPage({ kind: 'interact', prompt: aLoginPrompt(over) }, request).html;
const consent = (over = {}, request = aRequest()): string =>
  views.renderPage({ kind: 'interact', prompt: aConsentPrompt(over) }, request).html;

describe('markup from a registry or a request', () => {
  const usual = everyPage(views, aRequest());
  test.each([
    ['closes an attribute and a tag', '"><script>alert(1)</script>'],
    ['closes an attribute in single quotes', "' onfocus='alert(1)' autofocus='"],
    ['is an element that runs by itself', '<img src=x onerror=alert(1)>'],
    ['closes a title, a style or a script', '</title></style></script><svg onload=alert(1)>'],
    ['is a placeholder of a template', '{{clientName}}{{>head}}{{{x}}}{clientName}'],
    ['begins a comment', '<!--'],
    ['is written with entities', '&lt;script&gt;&#x3c;'],
    ['has no quotes', '` onmouseover=alert(1) x=`'],
  ])('[SEC-93] %s: inert on every page', (_, text) => {
    for (const [name, page] of Object.entries(everyPage(views, aRequest(), text))) {
      expect(skeleton(page.html), name).toEqual(skeleton(usual[name]?.html ?? ''));
      expect(page.headers['Content-Security-Policy'], name).toBe(usual[name]?.headers['Content-Security-Policy']);
    }
  });

  test('[SEC-93] a scope with markup is one checkbox whose value is that text', () => {
    const html = consent({ scopes: ['"><b>x</b>'] });
    expect(html).toContain('name="scope" value="&quot;&gt;&lt;b&gt;x&lt;/b&gt;"');
    expect(html.match(/type="checkbox"/g)).toHaveLength(1);
  });

  test('[SEC-93] a name that turns text round does not reach the sentence', () => {
    expect(login({ clientName: 'Good\u202Eevil\u2066' })).toContain('to continue to Goodevil<');
  });

  test.each(['javascript:alert(1)', ' JaVaScRiPt:alert(1)', 'data:text/html,x', 'vbscript:x', '\u0001javascript:x'])(
    '[SEC-93] a form never posts to %j',
    (action) => {
      const { html } = views.renderPage({ kind: 'form_post', action, fields: {} }, aRequest());
      expect(html).toContain('action=""');
    },
  );

  test.each(['https://client.example/cb?a=1', 'http://127.0.0.1:1/cb', 'com.example.app:/cb'])(
    'a form posts to %s',
    (action) => {
      const { html } = views.renderPage({ kind: 'form_post', action, fields: {} }, aRequest());
      expect(html).toContain(`action="${action}"`);
    },
  );
});

describe('headers', () => {
  const pages = Object.entries(everyPage(views, aRequest()));

  test.each(pages)('[SEC-137] [AX-10] of %s: not framed, not kept, nothing from elsewhere', (name, { headers }) => {
    expect(headers).toMatchObject({
      'X-Frame-Options': 'DENY',
      'X-Content-Type-Options': 'nosniff',
      // To a client it says whose it is, and no more.
      'Referrer-Policy': name === 'formPost' ? 'strict-origin' : 'same-origin',
      'Cache-Control': 'no-store',
      'Content-Type': 'text/html; charset=utf-8',
    });
    const policy = new Map(
      (headers['Content-Security-Policy'] ?? '').split('; ').map((directive) => {
        const [name = '', ...sources] = directive.split(' ');
        return [name, sources] as const;
      }),
    );
    expect(policy.get('default-src')).toEqual(["'none'"]);
    expect(policy.get('base-uri')).toEqual(["'none'"]);
    expect(policy.get('frame-ancestors')).toEqual(["'none'"]);
    for (const sources of policy.values())
      for (const source of sources) expect(source).toMatch(/^'(none|self|sha256-[A-Za-z\d+/]{43}=)'$/);
  });

  test.each(['login', 'requestAccess', 'formPost', 'account'])(
    'of %s say nothing of form-action: its post ends at a client, after redirects that are held against it',
    (name) => {
      expect(Object.fromEntries(pages)[name]?.headers['Content-Security-Policy']).not.toContain('form-action');
    },
  );

  test.each(['error', 'loggedOut', 'start', 'showAccessCode'])('of %s keep forms on this host', (name) => {
    expect(Object.fromEntries(pages)[name]?.headers['Content-Security-Policy']).toContain("form-action 'self'");
  });

  test('scripts run on the two pages that have one, by their hash', () => {
    const allowing = pages.filter(([, page]) => page.headers['Content-Security-Policy']?.includes('script-src'));
    expect(allowing.map(([name]) => name)).toEqual(['formPost', 'start']);
  });
});

describe('the login page', () => {
  test('[AX-223] has the fields of the reference system and posts to /oauth/login', () => {
    const html = login();
    expect(html).toContain('<form id="login-form" method="post" action="/oauth/login">');
    expect(html).toContain('name="continue" value="/api/oauth/authorize?client_id=SampleConfidentialApp"');
    expect(html).toContain('name="form_token" value="login-token"');
    expect(html).toMatch(/<label for="UserName">.*\n<input id="UserName" name="UserName" [^>]*autocomplete="username"/);
    expect(html).toMatch(
      /<label for="Passwd">.*\n<input id="Passwd" name="Passwd" type="password" autocomplete="current-password"/,
    );
  });

  test.each(['loginfailed', 'expired'])('[AX-224] has the message that the fragment #error=%s shows', (name) => {
    expect(login()).toMatch(
      new RegExp(`<p id="error=${name}" class="alert when-targeted" role="alert" tabindex="-1">[^<]+<`),
    );
  });

  test('puts the cursor where something is missing', () => {
    expect(login()).toMatch(/id="UserName"[^>]* autofocus /);
    const html = login({ loginHint: 'ada' });
    expect(html).toMatch(/id="UserName"[^>]*value="ada"/);
    expect(html).toMatch(/id="Passwd"[^>]* autofocus /);
    expect(html.match(/autofocus/g)).toHaveLength(1);
  });

  test('posts below the path that the app is mounted at', () => {
    const mounted = createViews({ basePath: '/api/oauth', mountPath: '/auth' });
    const { html } = mounted.renderPage({ kind: 'interact', prompt: aLoginPrompt() }, aRequest());
    expect(html).toContain('action="/auth/oauth/login"');
  });
});

describe('the consent page', () => {
  test('[AX-228] names the application and has the two buttons', () => {
    const html = consent();
    expect(html).toContain('Sample App is requesting permission to access:</h1>');
    expect(html).toContain('src="/api/oauth/application/image/SampleConfidentialApp"');
    expect(html).toContain('name="decision" value="allow">Allow Access</button>');
    expect(html).toContain('name="decision" value="deny">No thanks</button>');
  });

  test('[AX-228] shows no logo where there is none, and then loads nothing', () => {
    expect(consent({ client: { ...aConsentPrompt().client, hasLogo: false } })).not.toContain('<img');
  });

  test('[AX-229] has a ticked box for each scope to ask', () => {
    const html = consent();
    for (const scope of ['resource.READ', 'resource.WRITE'])
      expect(html).toContain(`<input type="checkbox" name="scope" value="${scope}" checked>`);
  });

  test('[AX-231] has no box for what is granted already, and names it', () => {
    const html = consent();
    expect(html).not.toContain('value="audit"');
    expect(html).toMatch(/<ul id="granted"[^>]*>\s*<li>audit<\/li>\s*<\/ul>/);
  });

  test('[SEC-37] can be shown with nothing left to ask', () => {
    const html = consent({ scopes: [] });
    expect(html).not.toContain('<fieldset');
    expect(html).toContain('value="allow"');
  });

  test('says whom it is used with, for how long, and who is signed in (R37)', () => {
    const html = consent({ accessTokenSeconds: 5400, refreshSeconds: 43_200 });
    expect(html).toContain('<dd>https://api.example.com</dd>');
    expect(html).toContain('Each access lasts 1 hour, 30 minutes.');
    expect(html).toContain('within 12 hours');
    expect(html).toContain('Signed in as sampleuser.');
    expect(consent({ refreshSeconds: null })).not.toContain('id="refresh-life"');
    expect(consent({ accessTokenSeconds: null, refreshSeconds: null })).not.toMatch(/Each access|How long/);
  });

  test('carries the sealed request and its token', () => {
    expect(consent()).toContain('name="interaction" value="sealed-request"');
    expect(consent()).toContain('name="form_token" value="consent-token"');
  });

  test('explains a scope that has words, and names the others by themselves', () => {
    const html = consent({ scopes: ['resource.READ', 'mail'] });
    expect(html).toContain('<span>Read the sample resource <code>resource.READ</code></span>');
    expect(html).toContain('<span>mail</span>');
  });
});

describe('the other pages', () => {
  test('[AX-29] a code is shown to be copied, with its state', () => {
    const { html, status } = views.renderPage(
      { kind: 'code_page', code: 'THE-CODE', clientName: 'Sample App', state: 'xyz' },
      aRequest(),
    );
    expect(status).toBe(200);
    expect(html).toMatch(/<code id="code"[^>]*>THE-CODE<\/code>/);
    expect(html).toContain('<code id="state">xyz</code>');
  });

  test('an error has a sentence, a code and a trace id, and nothing of what failed inside', () => {
    const cause = new Error('SELECT * FROM secrets');
    const error = new OAuthError('invalid_client', 'The client is not known.', {
      check: 'client-known',
      got: 'SECRET',
      cause,
    });
    const { html, status } = views.renderPage({ kind: 'error_page', status: 401, error }, aRequest());
    expect(status).toBe(401);
    expect(html).toMatch(/<p id="error-sentence" role="alert">The application that sent you here is not known/);
    expect(html).toContain('<code id="error-code">invalid_client</code>');
    expect(html).toContain('<code id="trace-id">0af7651916cd43dd8448eb211c80319c</code>');
    for (const inside of ['client-known', 'SECRET', 'SELECT']) expect(html).not.toContain(inside);
  });

  test('too many attempts are told from a server that is busy', () => {
    const error = new OAuthError('temporarily_unavailable', 'Too many attempts.', {
      check: 'network-limit',
      status: 429,
    });
    const { html } = views.renderPage({ kind: 'error_page', status: 429, error }, aRequest());
    expect(html).toContain('There were too many attempts from where you are.');
  });

  test.each(['form-token', 'form-site', 'form-origin'])(
    'a form that is not ours (%s) is told from a denial',
    (check) => {
      const error = new OAuthError('access_denied', 'The form was not sent from a page of this server.', { check });
      const { html } = views.renderPage({ kind: 'error_page', status: 403, error }, aRequest());
      expect(html).toContain('The form did not come from a page of this server, so nothing was done.');
    },
  );

  test('a form_post has its fields, a script and, without scripts, a button', () => {
    const { html } = views.renderPage(
      { kind: 'form_post', action: 'https://client.example/cb', fields: { code: 'c', state: 's', iss: 'i' } },
      aRequest(),
    );
    for (const [name, value] of Object.entries({ code: 'c', state: 's', iss: 'i' }))
      expect(html).toContain(`<input type="hidden" name="${name}" value="${value}">`);
    expect(html).toContain('<button id="go-on" type="submit">');
  });

  test('a signed-in owner can sign out by a post with a token', () => {
    const { html } = views.accountPage({ username: 'ada', formToken: 'out' }, aRequest());
    expect(html).toContain('You are signed in as ada.');
    expect(html).toContain('method="post" action="/oauth/logout"');
    expect(html).toContain('name="form_token" value="out"');
    const fields = { post_logout_redirect_uri: 'https://client.example/?a=1&b="2"', state: 's' };
    const prompt = { type: 'logout', username: 'ada', formToken: 'out', fields } as const;
    expect(views.renderPage({ kind: 'interact', prompt }, aRequest()).html).toContain(
      'name="post_logout_redirect_uri" value="https://client.example/?a=1&amp;b=&quot;2&quot;"',
    );
  });

  test('what is not there is a 404', () => {
    expect(views.notFoundPage(aRequest())).toMatchObject({ status: 404 });
  });
});

describe('the start page', () => {
  test('has a command or a link for every grant that is on', () => {
    const { html } = views.startPage(aStartPage(), aRequest());
    for (const id of [
      'clientCredentials',
      'password',
      'authorizationCode',
      'refresh',
      'protected',
      'tokeninfo',
      'introspect',
      'revoke',
    ])
      expect(html).toContain(`<pre id="curl-${id}"`);
    for (const id of ['authorizationCode', 'implicit']) expect(html).toContain(`id="open-${id}"`);
  });

  test('leaves out a grant that is off', () => {
    const { html } = views.startPage(aStartPage({ enabledGrants: new Set(['client_credentials']) }), aRequest());
    expect(html).toContain('id="try-clientCredentials"');
    for (const id of ['password', 'implicit', 'authorizationCode', 'refresh'])
      expect(html).not.toContain(`id="try-${id}"`);
  });

  test('warns, and names the store and what it promises', () => {
    const { html } = views.startPage(aStartPage(), aRequest());
    expect(html).toContain('Sample clients and users with public passwords are loaded.');
    expect(html).toContain('Plain HTTP');
    expect(html).toContain('Store <code>cache:</code>');
    expect(html).toContain('A restart forgets everything.');
    expect(views.startPage(aStartPage({ warnings: [] }), aRequest()).html).not.toContain('id="warnings"');
  });

  test('without sample data says nothing of what is inside', () => {
    const { html } = views.startPage(aStartPage({ sample: null }), aRequest());
    for (const inside of ['8089', 'cache:', 'token', '0.1.0', 'curl']) expect(html).not.toContain(inside);
  });
});

describe('the language', () => {
  test('is the one the browser asks for, and said in the page and its headers', () => {
    const page = views.renderPage(
      { kind: 'interact', prompt: aLoginPrompt() },
      aRequest({ acceptLanguage: 'de-AT,de;q=0.9,en;q=0.8' }),
    );
    expect(page.headers).toMatchObject({ 'Content-Language': 'de', Vary: expect.stringContaining('Accept-Language') });
    expect(page.html).toContain('<html lang="de" dir="ltr">');
    expect(page.html).toContain('und weiter zu Sample App');
  });

  test('is English where none of the others is there', () => {
    expect(login({}, aRequest({ acceptLanguage: 'ja' }))).toContain('<html lang="en"');
  });

  test('of lifetimes is that of the page', () => {
    expect(consent({}, aRequest({ acceptLanguage: 'de' }))).toContain('Gültigkeit jedes Zugriffs: 1 Stunde.');
  });
});
