import type { ConsentPrompt, Endpoint, EndpointResponse, LoginPrompt } from '../endpoints/endpoint.ts';
import { ALL_GRANTS, aFrontDoor, type FrontDoor } from '../endpoints/front-door.test-support.ts';
import { aClient, type WorldOptions } from '../grants/world.test-support.ts';
import { loginEndpoint } from '../owner/login-endpoint.ts';
import { logoutEndpoint } from '../owner/logout-endpoint.ts';
import { LOGIN_PATH, LOGOUT_PATH } from '../owner/own-path.ts';
import type { EventName } from '../runtime/events.ts';
import { createMemoryStore, type MemoryStore } from '../store/memory-store.test-support.ts';
import { authorizeEndpoint } from './authorize-endpoint.ts';

/** The owner's side of the server, as a browser meets it: cookies are kept, redirects are followed by hand. */

const ORIGIN = 'https://issuer.example';
export const AUTHORIZE = '/api/oauth/authorize';
export const CALLBACK = 'https://client.example/cb';
export const PASSWORD = 'changeme';

export interface Site extends FrontDoor {
  readonly store: MemoryStore;
  /** The user names whose passwords were checked, in order. */
  readonly checked: string[];
  browser(clientAddress?: string): Browser;
}

const OWNER_EVENTS: readonly EventName[] = [
  'authorize.granted',
  'consent.decided',
  'login.succeeded',
  'login.failed',
  'logout',
];

export function aSite(options: WorldOptions = {}): Site {
  const store = createMemoryStore();
  const door = aFrontDoor({ store, ...options });
  const implicit = { grantTypes: [...ALL_GRANTS, 'implicit'], responseTypes: ['code', 'token'] };
  const app = door.clients.get('app');
  door.clients.set('app', aClient({ ...app, ...implicit }));
  const checked: string[] = [];
  const { owners } = door.context;
  owners.authenticate = async (username, password) => {
    checked.push(username);
    const owner = [...door.owners.values()].find((known) => known.username === username);
    return owner && password === PASSWORD && owner.enabled && !owner.locked ? owner : null;
  };
  for (const name of OWNER_EVENTS)
    door.context.runtime.events.on(name, (event) => door.events.push({ name, event: { ...event } }));
  const site: Site = { ...door, store, checked, browser: (address) => new Browser(site, address) };
  return site;
}

export interface Visit {
  readonly headers?: Readonly<Record<string, string>>;
  /** Opened by a link on another site: a strict cookie does not come along. */
  readonly fromElsewhere?: boolean;
}

export class Browser {
  owner: string | null = null;
  strict: string | null = null;
  readonly #address: string;
  readonly #endpoints: Readonly<Record<string, Endpoint>>;

  constructor(site: Site, address = '192.0.2.1') {
    this.#address = address;
    this.#endpoints = {
      [AUTHORIZE]: authorizeEndpoint(site.context),
      [LOGIN_PATH]: loginEndpoint(site.context),
      [LOGOUT_PATH]: logoutEndpoint(site.context),
    };
  }

  /** Opens a path of ours. */
  get(path: string, visit?: Visit): Promise<EndpointResponse> {
    return this.#send('GET', path, '', visit);
  }

  post(path: string, fields: Fields, visit?: Visit): Promise<EndpointResponse> {
    return this.#send('POST', path, encode(fields), visit);
  }

  /** An authorization request of the client `app`. */
  authorize(over: Fields = {}, visit?: Visit): Promise<EndpointResponse> {
    return this.get(aRequestPath(over), visit);
  }

  signIn(page: LoginPrompt, fields: Fields = {}, visit?: Visit): Promise<EndpointResponse> {
    const form = { UserName: 'ann', Passwd: PASSWORD, continue: page.continueTo, form_token: page.formToken };
    return this.post(LOGIN_PATH, { ...form, ...fields }, visit);
  }

  /** Says yes to everything that the page asks for, unless told otherwise. */
  decide(page: ConsentPrompt, fields: Fields = {}, visit?: Visit): Promise<EndpointResponse> {
    const form = {
      interaction: page.interaction,
      form_token: page.formToken,
      scope: page.scopes,
      decision: 'allow',
    };
    return this.post(page.action, { ...form, ...fields }, visit);
  }

  /** Goes where one of our own redirects leads. */
  follow(response: EndpointResponse): Promise<EndpointResponse> {
    return this.get(locationOf(response).replace(/#.*/, ''));
  }

  /** Up to the consent page of a fresh sign-in. */
  async toConsent(over: Fields = {}): Promise<ConsentPrompt> {
    const first = await this.authorize(over);
    const page = isLogin(first) ? await this.follow(await this.signIn(loginPage(first))) : first;
    return consentPage(page);
  }

  /** Up to the answer, with everything allowed. */
  async toAnswer(over: Fields = {}): Promise<EndpointResponse> {
    return this.decide(await this.toConsent(over));
  }

  async #send(method: string, path: string, body: string, visit: Visit = {}): Promise<EndpointResponse> {
    const url = new URL(path, ORIGIN);
    const [, endpoint] = Object.entries(this.#endpoints).find(([own]) => url.pathname.endsWith(own)) ?? [];
    if (!endpoint) throw new Error(`No endpoint of the owner's is at ${url.pathname}.`);
    const type = method === 'POST' ? { 'content-type': 'application/x-www-form-urlencoded' } : {};
    const response = await endpoint({
      method,
      url,
      headers: new Headers({ ...type, ...visit.headers }),
      body,
      clientAddress: this.#address,
      traceId: 'trace-1',
      ownerCookie: this.owner,
      browserCookie: visit.fromElsewhere ? null : this.strict,
    });
    const { browser, owner } = response.cookies ?? {};
    if (owner !== undefined) this.owner = owner;
    if (browser !== undefined) this.strict = browser;
    return response;
  }
}

export type Fields = Readonly<Record<string, string | readonly string[] | undefined>>;

function encode(fields: Fields): string {
  const pairs = Object.entries(fields).flatMap(([name, value]) =>
    value === undefined ? [] : [value].flat().map((one): [string, string] => [name, one]),
  );
  return new URLSearchParams(pairs).toString();
}

export function aRequestPath(over: Fields = {}): string {
  const parameters = {
    response_type: 'code',
    client_id: 'app',
    redirect_uri: CALLBACK,
    scope: 'read write',
    state: 'xyz',
  };
  return `${AUTHORIZE}?${encode({ ...parameters, ...over })}`;
}

function isLogin(response: EndpointResponse): boolean {
  return response.kind === 'interact' && response.prompt.type === 'login';
}

export function loginPage(response: EndpointResponse): LoginPrompt {
  if (response.kind === 'interact' && response.prompt.type === 'login') return response.prompt;
  throw new Error(`Not the login page: ${describe(response)}`);
}

export function consentPage(response: EndpointResponse): ConsentPrompt {
  if (response.kind === 'interact' && response.prompt.type === 'consent') return response.prompt;
  throw new Error(`Not the consent page: ${describe(response)}`);
}

export function locationOf(response: EndpointResponse): string {
  if (response.kind === 'redirect') return response.location;
  throw new Error(`Not a redirect: ${describe(response)}`);
}

/** What the client is told, by redirect. */
export function answerOf(response: EndpointResponse): Readonly<Record<string, string>> {
  const location = locationOf(response);
  const [, part] = /[?#](.*)$/.exec(location.replace(/^[^#]*(?=#)/, '')) ?? [];
  return Object.fromEntries(new URLSearchParams(part));
}

function describe(response: EndpointResponse): string {
  if (response.kind === 'redirect') return `a redirect to ${response.location}`;
  return response.kind === 'error_page'
    ? `an error page, ${response.error.code} by ${response.error.failed.check}`
    : response.kind;
}
