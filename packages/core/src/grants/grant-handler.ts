import type { Client } from '../client/client.ts';
import type { EndpointRequest } from '../endpoints/endpoint.ts';
import type { Form } from '../oauth/form.ts';
import type { ServerContext } from '../server/context.ts';
import type { Instant } from '../store/brands.ts';
import type { Granted } from '../tokens/granted.ts';

/** A token request before anything is known of its client. */
export type TokenCall = Pick<GrantRequest, 'form' | 'request' | 'now'>;

/** Who asks, where the grant itself says so. */
export interface IdentifiedClient<E = unknown> {
  readonly client: Client;
  /** What it was seen by, verified: handed on to the decision, so that nothing is verified twice. */
  readonly proof: E;
}

/** A token request whose client is authenticated and may use this grant. */
export interface GrantRequest<E = unknown> {
  readonly client: Client;
  readonly form: Form;
  readonly request: EndpointRequest;
  /** Taken once at the start of the request, before any read. */
  readonly now: Instant;
  /** What {@link GrantHandler.identify} saw; undefined for a grant without it. */
  readonly proof: E;
}

/** What a grant decided; a refusal is thrown. */
export type GrantOutcome =
  /** Issue this; where that comes back outdated, the handler is asked again. */
  | { readonly kind: 'issue'; readonly granted: Granted }
  /** Said before: the same answer again. */
  | { readonly kind: 'answer'; readonly body: Readonly<Record<string, unknown>> }
  /** The register moved on under a change of the handler's own: ask again. */
  | { readonly kind: 'again' };

/** What one request remembers from round to round. */
export interface Rounds {
  /** It has read its refresh token as the current one: overtaken, it accuses nobody. */
  wasCurrent: boolean;
}

/** A grant is a module with three facts: its name, its parameters, what it does. Issuing is done once, elsewhere. */
export interface GrantHandler<P = unknown, E = unknown> {
  readonly grantType: string;
  /** `required`: public clients are refused (RFC 6749 4.4). */
  readonly clientAuth: 'required' | 'public-allowed';
  /**
   * In place of client authentication, for a grant that may prove its client itself (RFC 7523 2.1): who asks, proven.
   * @throws OAuthError
   */
  identify?(context: ServerContext, call: TokenCall): Promise<IdentifiedClient<E>>;
  /** Reads the parameters and touches nothing. @throws OAuthError `invalid_request`, `invalid_scope`, `invalid_grant` */
  parse(form: Form, context: ServerContext): P;
  /** @throws OAuthError every refusal */
  authorize(context: ServerContext, request: GrantRequest<E>, parameters: P, rounds: Rounds): Promise<GrantOutcome>;
}

/** Keeps a handler's parameter type for its author and forgets it for the table of grants. */
export function defineGrant<P, E = unknown>(handler: GrantHandler<P, E>): GrantHandler {
  return handler as GrantHandler;
}
