import { describe, expect, test } from 'vitest';
import { curlRecipes } from './curl-recipes.ts';
import { aStartPage } from './pages.test-support.ts';

const endpoint = (name: string): string => `http://localhost:8089/api/oauth/${name}`;
const sample = aStartPage().sample as NonNullable<ReturnType<typeof aStartPage>['sample']>;
const recipe = (id: string, over = {}) =>
  curlRecipes({ endpoint, sample: { ...sample, ...over } }).find((one) => one.id === id);

describe('a command to try', () => {
  test('is one line for the shell, and easy to read', () => {
    expect(recipe('password')?.command).toBe(
      [
        'curl -u SampleConfidentialApp:sample-secret \\',
        '  -d grant_type=password \\',
        '  -d username=sampleuser \\',
        '  -d password=changeme \\',
        "  --data-urlencode 'scope=resource.READ resource.WRITE' \\",
        '  http://localhost:8089/api/oauth/token',
      ].join('\n'),
    );
  });

  test('quotes for the shell, and encodes the halves of Basic (RFC 6749 2.3.1)', () => {
    const owner = { username: "o'hara $HOME", password: '`id`;&' };
    const client = { ...sample.client, secret: "a:b+'%$" };
    const { command } = recipe('password', { owner, client }) ?? {};
    expect(command).toContain("-u 'SampleConfidentialApp:a%3Ab%2B'\\''%25%24'");
    expect(command).toContain("--data-urlencode 'username=o'\\''hara $HOME'");
    expect(command).toContain("--data-urlencode 'password=`id`;&'");
  });

  test('asks for the code in the same command, so that a paste does not answer for the person', () => {
    expect(recipe('authorizationCode')?.command).toMatch(/^printf 'Code: ' && read -r CODE &&\ncurl /);
  });

  test('opens the authorization endpoint with PKCE', () => {
    const url = new URL(recipe('authorizationCode')?.link ?? '');
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      response_type: 'code',
      client_id: 'SampleConfidentialApp',
      redirect_uri: 'urn:ietf:wg:oauth:2.0:oob',
      code_challenge_method: 'S256',
    });
  });

  test.each([
    ['http://127.0.0.1/callback', 'http://127.0.0.1:8089/callback'],
    ['http://127.0.0.1:7000/callback', 'http://127.0.0.1:7000/callback'],
    ['https://localhost/callback', 'https://localhost/callback'],
  ])('leads an implicit answer to %s: %s', (redirectUri, used) => {
    const url = new URL(recipe('implicit', { redirectUri })?.link ?? '');
    expect(url.searchParams.get('redirect_uri')).toBe(used);
  });
});
