import { createHash } from 'node:crypto';
import {
  type ConsentPrompt,
  DEFAULT_SETTINGS,
  type Endpoint,
  type EndpointResponse,
  LOGIN_PATH,
  LOGOUT_PATH,
  type LoginPrompt,
} from '@gatehouse/core';
import { CALLBACK, encode, type Fields, ISSUER, OWNER_PASSWORD, request, type Site } from './site.ts';

const AUTHORIZE = `${DEFAULT_SETTINGS.basePath}/authorize`;

/** 43 characters, as RFC 7636 4.1 asks. */
export const VERIFIER = 'a-verifier-of-the-suite-that-is-long-enough';
export const CHALLENGE: string = createHash('sha256').update(VERIFIER).digest('base64url');

/** The owner's side: cookies are kept, our own redirects are followed. */
export class Browser {
  owner: string | null = null;
  browser: string | null = null;
  readonly #site: Site;

  constructor(site: Site) {
    this.#site = site;
  }

  /** From an authorization request to its code: signs in where asked, and allows everything. */
  async code(parameters: Fields = {}): Promise<string> {
    const { code } = await this.answer(parameters);
    if (code === undefined) throw new TypeError('An authorization request was answered without a code.');
    return code;
  }

  /** The same, up to whatever its answer holds. */
  async answer(parameters: Fields = {}): Promise<Readonly<Record<string, string>>> {
    const query = encode({
      response_type: 'code',
      client_id: 'app',
      redirect_uri: CALLBACK,
      scope: 'read write',
      ...parameters,
    });
    let page = await this.#send(this.#site.server.authorize, 'GET', `${AUTHORIZE}?${query}`);
    if (page.kind === 'interact' && page.prompt.type === 'login') page = await this.#signIn(page.prompt);
    if (page.kind === 'interact' && page.prompt.type === 'consent') page = await this.#allow(page.prompt);
    if (page.kind !== 'redirect') throw new TypeError(`An authorization request ended with ${describe(page)}.`);
    const { hash, searchParams } = new URL(page.location);
    return Object.fromEntries(hash === '' ? searchParams : new URLSearchParams(hash.slice(1)));
  }

  /** Signs out, by the page that asks. */
  async signOut(): Promise<void> {
    const { logout } = this.#site.server;
    const page = await this.#send(logout, 'GET', LOGOUT_PATH);
    if (page.kind !== 'interact' || page.prompt.type !== 'logout')
      throw new TypeError(`A sign-out began with ${describe(page)}.`);
    await this.#send(logout, 'POST', LOGOUT_PATH, encode({ form_token: page.prompt.formToken }));
  }

  async #signIn({ continueTo, formToken }: LoginPrompt): Promise<EndpointResponse> {
    const form = { UserName: 'ann', Passwd: OWNER_PASSWORD, continue: continueTo, form_token: formToken };
    const signedIn = await this.#send(this.#site.server.login, 'POST', LOGIN_PATH, encode(form));
    if (signedIn.kind !== 'redirect') throw new TypeError(`Signing in ended with ${describe(signedIn)}.`);
    return this.#send(this.#site.server.authorize, 'GET', signedIn.location);
  }

  #allow({ action, interaction, formToken, scopes }: ConsentPrompt): Promise<EndpointResponse> {
    const form = { interaction, form_token: formToken, scope: scopes, decision: 'allow' };
    return this.#send(this.#site.server.authorize, 'POST', action, encode(form));
  }

  async #send(endpoint: Endpoint, method: string, path: string, body = ''): Promise<EndpointResponse> {
    const type: Record<string, string> =
      method === 'POST' ? { 'content-type': 'application/x-www-form-urlencoded' } : {};
    const response = await endpoint(
      request({
        method,
        url: new URL(path, ISSUER),
        headers: new Headers(type),
        body,
        ownerCookie: this.owner,
        browserCookie: this.browser,
      }),
    );
    const { browser, owner } = response.cookies ?? {};
    if (owner !== undefined) this.owner = owner;
    if (browser !== undefined) this.browser = browser;
    return response;
  }
}

function describe(response: EndpointResponse): string {
  if (response.kind === 'redirect') return `a redirect to ${response.location}`;
  if (response.kind === 'error_page') return `an error page, ${response.error.code} by ${response.error.failed.check}`;
  return response.kind;
}
