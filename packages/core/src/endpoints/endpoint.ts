import type { OAuthError } from '../oauth/errors.ts';

/** HTTP reduced to what OAuth reads. */
export interface EndpointRequest {
  readonly method: string;
  /** Path and query only matter; scheme and host are never believed. */
  readonly url: URL;
  readonly headers: { get(name: string): string | null };
  /** The raw body text of a form or JSON post, within its limit; empty where there is none. */
  readonly body: string;
  /** As the trusted hops say; IPv6 not yet reduced to its /64. */
  readonly clientAddress: string;
  /** Goes into every log record and, as a header, to the client. */
  readonly traceId: string;
  /** The owner's cookie, if one was sent exactly once; opaque. */
  readonly ownerCookie: string | null;
  /**
   * The certificate of the client, DER, whose key it was seen to have by TLS or by a trusted proxy, and those that it
   * brought along. Null or left out: none.
   */
  readonly clientCertificate?: { readonly der: Uint8Array; readonly chain: readonly Uint8Array[] } | null;
  /** The interaction cookie that binds a sealed request to this browser, if one was sent exactly once. */
  readonly browserCookie: string | null;
}

/** Of the parameter `format`: JSON unless it is asked for. */
export type ResponseFormat = 'json' | 'urlencoded' | 'xml';

interface ResponseBase {
  readonly headers?: Readonly<Record<string, string>>;
  /** Whose answer it is, where the request does not name its client. */
  readonly clientId?: string;
  /** Cookies to set (`null`: to remove); names and attributes are the server's. */
  readonly cookies?: { readonly owner?: string | null; readonly browser?: string | null };
}

/** The login page is wanted before the request can go on. */
export interface LoginPrompt {
  readonly type: 'login';
  /** The path on this server that goes on after signing in: the request itself. */
  readonly continueTo: string;
  readonly clientName: string;
  readonly loginHint: string | null;
  readonly formToken: string;
}

/** The consent page is wanted. */
export interface ConsentPrompt {
  readonly type: 'consent';
  /** Path and query the form posts to: the authorization endpoint with the request, so that a stale page can start again. */
  readonly action: string;
  /** The accepted request, sealed; comes back as field `interaction`. */
  readonly interaction: string;
  readonly formToken: string;
  readonly client: {
    readonly id: string;
    readonly name: string;
    readonly description: string;
    readonly hasLogo: boolean;
  };
  readonly subject: string;
  /** What the owner calls themselves: the name to show. */
  readonly username: string;
  /** Only the scopes not yet authorised; each comes back as field `scope` when ticked. */
  readonly scopes: readonly string[];
  readonly alreadyGranted: readonly string[];
  readonly audience: readonly string[];
  /** Null where an ID token alone is asked for. */
  readonly accessTokenSeconds: number | null;
  /** Null where no refresh token will be given. */
  readonly refreshSeconds: number | null;
}

/** The owner is asked whether to sign out. */
export interface LogoutPrompt {
  readonly type: 'logout';
  /** The name to show. */
  readonly username: string;
  readonly formToken: string;
  /** To be posted with the form: where the browser goes then. */
  readonly fields: Readonly<Record<string, string>>;
}

/** HTTP reduced to what OAuth writes; whoever renders it needs every kind. */
export type EndpointResponse = ResponseBase &
  (
    | {
        readonly kind: 'data';
        readonly status: number;
        readonly format: ResponseFormat;
        readonly body: Readonly<Record<string, unknown>>;
      }
    | { readonly kind: 'empty'; readonly status: number }
    | { readonly kind: 'redirect'; readonly status: 302 | 303; readonly location: string }
    | { readonly kind: 'form_post'; readonly action: string; readonly fields: Readonly<Record<string, string>> }
    | { readonly kind: 'interact'; readonly prompt: LoginPrompt | ConsentPrompt | LogoutPrompt }
    /** Nobody is signed in, or not any more. */
    | { readonly kind: 'signed_out' }
    /** Out of band: the code is shown to be copied. */
    | { readonly kind: 'code_page'; readonly code: string; readonly clientName: string; readonly state: string | null }
    /** Never a redirect: client or redirect URI are not verified, or the page is stale. */
    | { readonly kind: 'error_page'; readonly status: number; readonly error: OAuthError }
  );

/** Never rejects: whatever goes wrong is an answer. */
export type Endpoint = (request: EndpointRequest) => Promise<EndpointResponse>;
