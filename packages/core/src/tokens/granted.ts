import type { Client } from '../client/client.ts';
import type { EndpointRequest } from '../endpoints/endpoint.ts';
import type { CodeState, Grant, GrantData } from '../grants/grant.ts';
import type { Owner } from '../owner/owner.ts';
import type { AssertionFacts, HookContext } from '../server/hooks.ts';
import type { Instant, Key } from '../store/brands.ts';
import type { FamilyId } from './handle.ts';

/** What the tokens stand on. */
export type Basis =
  /** No owner, no refresh token: the access token alone. */
  | { readonly kind: 'none' }
  /** A decision made in this request. */
  | {
      readonly kind: 'new';
      readonly family: FamilyId;
      /** The family comes from the page it was decided on, and may be there already. */
      readonly derived: boolean;
      readonly sessionId: Key | null;
      readonly data: NewGrantFacts;
      /** A code that goes out with the tokens (OpenID Connect Core 3.3). */
      readonly code?: NewCode;
    }
  /** A code, which this issue spends. */
  | { readonly kind: 'code'; readonly family: FamilyId; readonly grant: Grant }
  /** A refresh token, which this issue rotates, ends or preserves. */
  | {
      readonly kind: 'refresh';
      readonly family: FamilyId;
      readonly grant: Grant;
      readonly handle: string;
      readonly request: Key;
    }
  /** One more access token on a live grant, which changes only if it must live longer. */
  | { readonly kind: 'existing'; readonly grant: Grant };

/** What only the decision knows of its grant; the rest follows from {@link Granted}. */
export type NewGrantFacts = Pick<
  GrantData,
  'redirectUri' | 'nonce' | 'state' | 'authenticatedAt' | 'consent' | 'interactionEndsAt' | 'metadata'
>;

/** A code of a new grant, and what its redemption must prove. */
export interface NewCode {
  readonly state: CodeState;
  readonly challenge: GrantData['challenge'];
}

/** What an ID token says of the sign-in that it is about. */
export interface IdTokenInput {
  /** Of the authorization request, unchanged; null: it had none. */
  readonly nonce: string | null;
  /** The session it happened in; null: none. */
  readonly sessionId: Key | null;
  /** When the owner signed in; null where nobody can say. */
  readonly authenticatedAt: Instant | null;
}

/** What a grant decided: everything tokens are made of. */
export interface Granted {
  /** Whose token settings count: a `grant_type`, or `implicit`. */
  readonly grantType: string;
  readonly client: Client;
  readonly owner: Owner | null;
  readonly scope: readonly string[];
  readonly requestedScope: readonly string[];
  readonly audience: readonly string[];
  readonly basis: Basis;
  /** The request's parameters without credentials. */
  readonly request: Readonly<Record<string, string>>;
  /** What it stands on, where somebody else's word is what was presented. */
  readonly assertion?: AssertionFacts;
  /** What an ID token is to say, where one may be due. */
  readonly idToken?: IdTokenInput;
  /** Uses up what was presented, where no register of its own is changed by the write: last before it. @throws OAuthError, StoreError */
  readonly spend?: () => Promise<void>;
  /** The HTTP request it happened in. */
  readonly http: EndpointRequest;
}

/** The part of it that hooks may see. */
export function hookContext({ assertion, client, grantType, http, owner, requestedScope }: Granted): HookContext {
  const { clientAddress, traceId } = http;
  return {
    client,
    clientAddress,
    grantType,
    owner,
    requestedScope,
    traceId,
    ...(assertion === undefined ? {} : { assertion }),
  };
}
