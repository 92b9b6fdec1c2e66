import type { VerifiedAssertion } from '../assertions/verified-assertion.ts';
import type { Client } from '../client/client.ts';
import type { Owner } from '../owner/owner.ts';

/** What a hook may see of an assertion, all of it verified. */
export type AssertionFacts = Pick<VerifiedAssertion, 'kind' | 'issuer' | 'subject' | 'attributes'>;

/** What a hook may see of a request; never a secret, handle or password. */
export interface HookContext {
  readonly client: Client;
  readonly grantType: string;
  readonly owner: Owner | null;
  readonly requestedScope: readonly string[];
  readonly clientAddress: string;
  readonly traceId: string;
  /** Of a grant that brings one. */
  readonly assertion?: AssertionFacts;
}

/** The reference system's replaceable policies, typed. Each may be asynchronous; one that throws refuses with `server_error`. */
export interface Hooks {
  /** In place of the owner directory's password check (AX-93, AX-224). Null: wrong. */
  readonly authenticateOwner?: (credentials: {
    username: string;
    password: string;
  }) => Promise<Owner | null> | Owner | null;
  /** An owner who was authenticated before the request (AX-35): the subject, or null for the login page. */
  readonly authenticatedSubject?: (request: {
    headers: { get(name: string): string | null };
    clientAddress: string;
  }) => Promise<string | null> | string | null;
  /**
   * The owner of this server whom a trusted issuer names: a subject, or null for nobody. Without this hook no trusted
   * issuer's assertion is taken, for nobody else can say that two names are one person.
   */
  readonly mapAssertedSubject?: (
    assertion: AssertionFacts & { readonly client: Client },
  ) => Promise<string | null> | string | null;
  /** Where `scopes.source` is `hook` (AX-81): the scopes to grant. */
  readonly chooseScopes?: (context: HookContext) => Promise<readonly string[]> | readonly string[];
  /** More metadata to store with a token; ours win on equal names with reserved ones. */
  readonly addMetadata?: (
    context: HookContext & { scope: readonly string[] },
  ) => Promise<Record<string, string>> | Record<string, string>;
  /** More claims of the owner, for the ID token or for UserInfo; those of the protocol stay ours. */
  readonly addClaims?: (
    context: HookContext & { scope: readonly string[]; to: 'id_token' | 'user_info' },
  ) => Promise<Record<string, unknown>> | Record<string, unknown>;
  /** A text refuses the issue with `access_denied`; the text is for the log alone. */
  readonly vetoIssue?: (context: HookContext & { scope: readonly string[] }) => Promise<string | null> | string | null;
  /** Scopes the protected resource wants for a request (AX-130). */
  readonly requiredScopes?: (request: {
    method: string;
    path: string;
  }) => Promise<readonly string[]> | readonly string[];
}
