import type { EndpointResponse, StoreCapabilities } from '@gatehouse/core';

/** The answers of an endpoint that are pages; the others are the routes' own. */
export type PageResponse = Extract<
  EndpointResponse,
  { readonly kind: 'interact' | 'code_page' | 'error_page' | 'form_post' | 'signed_out' }
>;

/** What of the HTTP request shows on a page. */
export interface PageRequest {
  /** In the form of the header of that name; null: the default language. */
  readonly acceptLanguage: string | null;
  /** Shown on error pages, so that an operator finds the log record. */
  readonly traceId: string;
}

/** A page, ready to be sent. The headers are complete but for cookies and what the endpoint's own answer adds. */
export interface RenderedPage {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly html: string;
}

/** The pages that can be replaced, each by a file of its own; the names are the reference system's where it has one. */
export const TEMPLATE_NAMES = [
  'login',
  'requestAccess',
  'showAccessCode',
  'formPost',
  'error',
  'account',
  'loggedOut',
  'start',
  'home',
] as const;
export type TemplateName = (typeof TEMPLATE_NAMES)[number];

/** Where pages are and what they are made of. */
export interface ViewOptions {
  /** Replacements, by path; a page that is not named keeps its own. */
  readonly templates?: Readonly<Partial<Record<TemplateName, string>>>;
  /** More languages, or other words for some messages: JSON files `<language>.json`, by path. */
  readonly messages?: readonly string[];
  /** The language of a browser that asks for none we have; default `en`. */
  readonly defaultLanguage?: string;
  /** Under which the endpoints are: `/api/oauth`. */
  readonly basePath: string;
  /** What comes before every path of ours where the app is mounted in another; default none. */
  readonly mountPath?: string;
}

/** The signed-in owner's own page: who is signed in, and a form that signs out. */
export interface AccountPageData {
  /** The name the owner signed in with. */
  readonly username: string;
  /** Goes into the form as `form_token`; the post is to `/oauth/logout`. */
  readonly formToken: string;
  /** What else is posted with it: where a client wants the browser to go then. */
  readonly fields?: Readonly<Record<string, string>>;
}

/** The sample data a newcomer tries the server with. */
export interface SampleData {
  readonly client: { readonly id: string; readonly secret: string; readonly scopes: readonly string[] };
  /** Registered for the sample client, for the implicit grant's link. */
  readonly redirectUri: string;
  readonly owner: { readonly username: string; readonly password: string };
}

export type StartWarning = 'sampleData' | 'plainHttp' | 'ephemeralSecret' | 'volatileStore';

export interface StartPageData {
  /** Base of the URLs in the curl lines: where a browser reaches this server. */
  readonly baseUrl: string;
  readonly version: string;
  /** Null (production): a neutral page that says nothing of what is inside. */
  readonly sample: SampleData | null;
  readonly store: { readonly name: string; readonly capabilities: StoreCapabilities };
  /** By `grant_type` value; `implicit` for the front channel. */
  readonly enabledGrants: ReadonlySet<string>;
  /** Null: the server does not speak OpenID Connect. */
  readonly userInfoPath: string | null;
  readonly warnings: readonly StartWarning[];
}

/** Everything a browser is shown. Rendering neither waits nor fails: what can be wrong with a template is said at start. */
export interface Views {
  renderPage(response: PageResponse, request: PageRequest): RenderedPage;
  startPage(data: StartPageData, request: PageRequest): RenderedPage;
  /** GET of the login path by a browser that is signed in. */
  accountPage(data: AccountPageData, request: PageRequest): RenderedPage;
  notFoundPage(request: PageRequest): RenderedPage;
}
