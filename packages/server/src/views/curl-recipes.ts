import type { SampleData } from './views.ts';

/** One thing to try: a link to open first, a command that works as it is pasted, or both. */
export interface Recipe {
  /** Also of its messages: `start.recipe.<id>.heading` and `.intro`. */
  readonly id: string;
  /** Shown only where the server has this grant. */
  readonly grant?: string;
  /** Shown only where the server speaks OpenID Connect. */
  readonly openid?: true;
  readonly link?: string;
  readonly command?: string;
}

interface RecipeWorld {
  readonly endpoint: (name: string) => string;
  readonly sample: SampleData;
}

/** RFC 8252 7.3: any port of a loopback address goes, so one where somebody answers: this server. */
function onThisPort(redirectUri: string, ownUrl: string): string {
  const { port, protocol } = new URL(ownUrl);
  const loopback = redirectUri.startsWith('http://127.0.0.1/') && protocol === 'http:' && port !== '';
  return loopback ? redirectUri.replace('127.0.0.1', `127.0.0.1:${port}`) : redirectUri;
}

// The example of RFC 7636 appendix B: good to try with, and secret to nobody.
const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
const BEARER = '-H "Authorization: Bearer $TOKEN"';
const OUT_OF_BAND = 'urn:ietf:wg:oauth:2.0:oob';

/** Every grant and endpoint of the sample client, as a person tries them in a POSIX shell. */
export function curlRecipes(world: RecipeWorld): readonly Recipe[] {
  const { endpoint, sample } = world;
  const { client, owner } = sample;
  const scope = client.scopes.join(' ');
  // RFC 6749 2.3.1: both halves of Basic are form-encoded first.
  const basic = `-u ${quote(`${encodeURIComponent(client.id)}:${encodeURIComponent(client.secret)}`)}`;
  const field = (name: string, value: string): string => quote(`${name}=${value}`);
  const curl = (name: string, fields: readonly string[], flags: readonly string[] = [basic]): string => {
    const parts = [...flags, ...fields.map(dataFlag)].map((part) => `${part} \\\n `);
    return ['curl', ...parts, endpoint(name)].join(' ');
  };

  const ownCredentials = [field('grant_type', 'client_credentials'), field('scope', scope)];
  const ownersPassword = [
    field('grant_type', 'password'),
    field('username', owner.username),
    field('password', owner.password),
    field('scope', scope),
  ];
  /** The member of an answer goes into a variable; what follows the command is pasted with it. */
  const keep = (variable: string, member: string, fields: readonly string[]): string =>
    `${variable}=$(${curl('token', fields, ['-s', basic])} |\n  sed 's/.*"${member}":"\\([^"]*\\)".*/\\1/')\n`;
  const keepToken = keep('TOKEN', 'access_token', ['grant_type=client_credentials']);
  const authorize = (parameters: Readonly<Record<string, string>>): string =>
    `${endpoint('authorize')}?${new URLSearchParams({ client_id: client.id, scope, ...parameters })}`;

  return [
    { id: 'clientCredentials', grant: 'client_credentials', command: curl('token', ownCredentials) },
    { id: 'password', grant: 'password', command: curl('token', ownersPassword) },
    {
      id: 'authorizationCode',
      grant: 'authorization_code',
      link: authorize({
        response_type: 'code',
        redirect_uri: OUT_OF_BAND,
        code_challenge: CHALLENGE,
        code_challenge_method: 'S256',
      }),
      // One command, so that `read` asks the person and does not take the next pasted line.
      command: `printf 'Code: ' && read -r CODE &&\n${curl('token', [
        field('grant_type', 'authorization_code'),
        field('redirect_uri', OUT_OF_BAND),
        field('code_verifier', VERIFIER),
        '"code=$CODE"',
      ])}`,
    },
    {
      id: 'openid',
      grant: 'authorization_code',
      openid: true,
      link: authorize({
        response_type: 'code',
        redirect_uri: OUT_OF_BAND,
        scope: 'openid profile',
        code_challenge: CHALLENGE,
        code_challenge_method: 'S256',
      }),
      command: `printf 'Code: ' && read -r CODE &&\n${keep('TOKEN', 'access_token', [
        field('grant_type', 'authorization_code'),
        field('redirect_uri', OUT_OF_BAND),
        field('code_verifier', VERIFIER),
        '"code=$CODE"',
      ])}${curl('userInfo', [], [BEARER])}`,
    },
    {
      id: 'implicit',
      grant: 'implicit',
      link: authorize({
        response_type: 'token',
        redirect_uri: onThisPort(sample.redirectUri, endpoint('')),
        state: 'try',
      }),
      command: `printf 'Token: ' && read -r TOKEN &&\n${curl('protected', [], ['-i', BEARER])}`,
    },
    {
      id: 'refresh',
      grant: 'refresh_token',
      command:
        keep('REFRESH_TOKEN', 'refresh_token', ownersPassword) +
        curl('token', [field('grant_type', 'refresh_token'), '"refresh_token=$REFRESH_TOKEN"']),
    },
    {
      id: 'protected',
      command: keepToken + curl('protected', [], ['-i', BEARER]),
    },
    { id: 'tokeninfo', command: keepToken + curl('tokeninfo', ['"access_token=$TOKEN"'], []) },
    { id: 'introspect', command: keepToken + curl('introspect', ['"token=$TOKEN"']) },
    { id: 'revoke', command: keepToken + curl('revoke', ['"token=$TOKEN"'], ['-i', basic]) },
  ];
}

/** `-d` sends as it is: right for what needs no encoding, and shorter to read. */
function dataFlag(field: string): string {
  return /^"|^[\w.:=/-]+$/.test(field) ? `-d ${field}` : `--data-urlencode ${field}`;
}

/** One word of a POSIX shell; left bare where nothing in it is special. */
function quote(text: string): string {
  return /^[\w.:=/@%-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
