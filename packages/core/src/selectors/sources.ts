import type { Client } from '../client/client.ts';
import type { Grant } from '../grants/grant.ts';
import type { Instant } from '../store/brands.ts';
import type { Token } from '../store/records.ts';
import type { TokenData } from '../tokens/token-data.ts';

/** What selectors read from: whatever of it is known where one is resolved. What is not there reads as empty text. */
export interface SelectorSources {
  readonly now: Instant;
  readonly client?: Client | undefined;
  /** The owner; null or absent without one. */
  readonly subject?: string | null;
  readonly token?: TokenSource;
  /** The grant whose code is being redeemed. */
  readonly code?: Grant;
  readonly request?: RequestSource;
  readonly scopes?: {
    readonly requested?: readonly string[];
    readonly granted?: readonly string[];
    /** What a protected resource wants. */
    readonly required?: readonly string[];
  };
}

/** An access token, as selectors read it. */
export interface TokenSource {
  readonly record: Pick<Token, 'clientId' | 'subject' | 'scope' | 'expiresAt'>;
  readonly data: TokenData;
  /** The handle, where the request brought it; never known where something is about to be stored. */
  readonly value?: string;
}

/** A request, as selectors read it; it need not be one of HTTP. */
export interface RequestSource {
  readonly method: string;
  readonly path: string;
  header(name: string): string | null;
  /** A parameter of the query or the form. */
  parameter(name: string): string | undefined;
}
