import { expect, it } from 'vitest';
import { answerOf, aRequestPath, aSite, consentPage, loginPage } from '../authorize/browser.test-support.ts';
import { mountOf } from './own-path.ts';

const mount = (path: string) => mountOf({ url: new URL(`https://issuer.example${path}`) }, '/oauth/login');

it.each([
  ['/oauth/login', ''],
  ['/auth/oauth/login', '/auth'],
  ['/a.b/~c/oauth/login', '/a.b/~c'],
  ['//evil.test/oauth/login', ''],
  ['/a//oauth/login', ''],
  ['/a%2f/oauth/login', ''],
  ['/elsewhere', ''],
])('of %s is %j', (path, expected) => {
  expect(mount(path)).toBe(expected);
});

it('a server inside another app sends the browser back under the same path', async () => {
  const browser = aSite().browser();
  const page = loginPage(await browser.get(`/auth${aRequestPath()}`));
  expect(page.continueTo).toMatch(/^\/auth\/api\/oauth\/authorize\?/);
  const form = { UserName: 'ann', Passwd: 'changeme', continue: page.continueTo, form_token: page.formToken };
  const consent = consentPage(await browser.follow(await browser.post('/auth/oauth/login', form)));
  expect(consent.action).toMatch(/^\/auth\/api\/oauth\/authorize\?/);
  expect(answerOf(await browser.decide(consent))).toHaveProperty('code');
});
