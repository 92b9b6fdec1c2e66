import { anOwner } from '../clients/owner.ts';
import { CALLBACK, CONFIDENTIAL } from '../clients/sample.ts';

export interface Tokens {
  readonly access_token: string;
  readonly refresh_token: string;
}

/** What a client that sends forms with its secret is answered. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Credentials {
  readonly id: string;
  readonly secret: string;
}

/** @throws TypeError of `fetch` where the connection ends without an answer */
export async function post(
  origin: string,
  endpoint: 'token' | 'introspect' | 'revoke',
  form: Readonly<Record<string, string>>,
  { id, secret }: Credentials = CONFIDENTIAL,
): Promise<Answer> {
  const response = await fetch(`${origin}/api/oauth/${endpoint}`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${id}:${secret}`)}` },
    body: new URLSearchParams(form),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? {} : JSON.parse(text) };
}

/** Signs the sample owner in and allows. @returns what the token endpoint takes */
export async function authorizedCode(origin: string): Promise<Readonly<Record<string, string>>> {
  const url = new URL(`${origin}/api/oauth/authorize`);
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id: CONFIDENTIAL.id,
    redirect_uri: CALLBACK,
    scope: 'resource.READ',
  }).toString();
  const code = (await anOwner().authorize(url)).searchParams.get('code') ?? '';
  return { grant_type: 'authorization_code', code, redirect_uri: CALLBACK };
}

/** @throws Error where they are refused */
export async function tokensFor(origin: string, form: Readonly<Record<string, string>>): Promise<Tokens> {
  const { status, body } = await post(origin, 'token', form);
  if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`);
  return body as unknown as Tokens;
}

export const refreshOf = ({ refresh_token }: Pick<Tokens, 'refresh_token'>): Readonly<Record<string, string>> => ({
  grant_type: 'refresh_token',
  refresh_token,
});

/** @returns whether a server takes the access token for one that lives */
export async function isActive(origin: string, { access_token }: Pick<Tokens, 'access_token'>): Promise<boolean> {
  return (await post(origin, 'introspect', { token: access_token })).body['active'] === true;
}
