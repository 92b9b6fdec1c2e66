import type {
  ClientAuthMethod,
  EndpointRequest,
  EndpointResponse,
  GrantHandler,
  Hooks,
  ServerEvents,
  Settings,
  Store,
  TlsClientAuth,
} from '@gatehouse/core';
import type { ConnectionOptions as CassandraOptions } from '@gatehouse/store-cassandra';
import type { ConnectionOptions, RdbmsStoreOptions } from '@gatehouse/store-rdbms';
import type { KeySourceConfig } from './key-sources.ts';

/** Data as a file can hold it, with everything left out that has a default. */
type Open<T> =
  T extends ReadonlyMap<string, infer V>
    ? { readonly [name: string]: Open<V> }
    : T extends ReadonlySet<infer V>
      ? readonly V[]
      : T extends readonly unknown[]
        ? T
        : T extends object
          ? { readonly [K in keyof T]?: Open<T[K]> }
          : T;

/** By value, from a file (one line end is cut), from the environment, or from a function. */
export type SecretSource =
  | string
  | { readonly file: string }
  | { readonly env: string }
  | (() => string | Promise<string>);

/** A client's secret in the clear, which is hashed at start, or as the hash that is kept. */
export type ClientSecretSource =
  | SecretSource
  /** `sha256:…`, as `gatehouse client rotate-secret` prints it; the end as epoch milliseconds or ISO 8601. */
  | { readonly hash: string; readonly expiresAt?: number | string };

/** Name and attributes of a cookie. */
export interface CookieConfig {
  readonly name?: string;
  readonly domain?: string;
  readonly path?: string;
  readonly secure?: boolean;
  readonly httpOnly?: boolean;
  readonly sameSite?: 'Strict' | 'Lax' | 'None';
}

/** A client that lives in the configuration: the members of core's `Client`, those with a default left out. */
export interface ClientConfig extends KeySourceConfig {
  readonly id: string;
  readonly name?: string;
  readonly description?: string;
  readonly logo?: string | { readonly file: string };
  readonly contacts?: readonly string[];
  readonly applicationId?: string;
  readonly type?: 'confidential' | 'public';
  readonly enabled?: boolean;
  readonly secrets?: ClientSecretSource | readonly ClientSecretSource[];
  readonly authMethods?: readonly ClientAuthMethod[];
  readonly redirectUris?: readonly string[];
  readonly postLogoutRedirectUris?: readonly string[];
  readonly grantTypes?: readonly string[];
  readonly responseTypes?: readonly string[];
  readonly scopes?: readonly string[];
  readonly defaultScopes?: readonly string[];
  readonly audience?: readonly string[];
  readonly requirePkce?: boolean;
  readonly allowPlainPkce?: boolean;
  readonly rawBasic?: boolean;
  readonly skipConsent?: boolean;
  readonly corsOrigins?: readonly string[];
  readonly hmacSecrets?: SecretSource | readonly SecretSource[];
  readonly tlsClientAuth?: TlsClientAuth;
  readonly certificateBoundTokens?: boolean;
  readonly idTokenSignedResponseAlg?: string;
  readonly mayAssertOwners?: boolean;
  readonly assertionAudience?: 'issuer' | 'token_endpoint';
}

/** Somebody else whose assertions about owners are taken. */
export interface TrustedIssuerConfig extends KeySourceConfig {
  readonly issuer: string;
  readonly clients?: readonly string[];
  readonly audience?: readonly string[];
  readonly scopes?: readonly string[];
}

/** An owner who lives in the configuration. */
export interface OwnerConfig {
  readonly username: string;
  readonly passwordHash: string;
  readonly subject?: string;
  readonly enabled?: boolean;
  readonly locked?: boolean;
  readonly role?: string;
  readonly claims?: Readonly<Record<string, unknown>>;
}

/** What a request hook sees; never the body. */
export interface PathRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: { get(name: string): string | null };
  readonly clientAddress: string;
  readonly traceId: string;
}

/** Code around, or in place of, the endpoint of one path (AX-7, AX-8). */
export interface PathHooks {
  /** An answer ends the request. */
  readonly request?: (request: PathRequest) => Response | undefined | Promise<Response | undefined>;
  /** In place of the endpoint. */
  readonly handler?: (request: EndpointRequest) => Promise<EndpointResponse>;
  /** Another answer takes the place of the given one. */
  readonly response?: (request: PathRequest, response: Response) => Response | Promise<Response>;
}

/** Told of what happened; a listener that throws harms nobody. */
export type EventHooks = { readonly [N in keyof ServerEvents]?: (event: ServerEvents[N]) => void };

export interface ListenerConfig {
  readonly enabled?: boolean;
  readonly host?: string;
  readonly port?: number;
  readonly allowHttp?: boolean;
  readonly trustedHops?: number;
  readonly tls?: {
    readonly certificate?: string;
    readonly key?: string;
    readonly passphrase?: SecretSource;
    readonly minimumVersion?: 'TLSv1.2' | 'TLSv1.3';
  };
  readonly headersSeconds?: number;
  readonly requestSeconds?: number;
  readonly keepAliveSeconds?: number;
  readonly shutdownSeconds?: number;
}

/** A relational store's URL, and whatever a URL cannot hold. */
export interface RelationalStoreObject extends Partial<ConnectionOptions>, Pick<RdbmsStoreOptions, 'clockToleranceMs'> {
  readonly url?: string;
}

/** The same of a Cassandra store. */
export interface CassandraStoreObject extends Partial<CassandraOptions> {
  readonly url?: string;
  /** Milliseconds that this machine's clock may differ from the nodes'. */
  readonly clockToleranceMs?: number;
}

export type StoreObject = RelationalStoreObject | CassandraStoreObject;

/** What only the server knows. */
export interface ServerConfig {
  readonly listener?: ListenerConfig;
  readonly store?: string | StoreObject | (() => Store | Promise<Store>);
  readonly stores?: Readonly<Record<string, string>>;
  readonly digest?: 'SHA-256';
  readonly secrets?: SecretSource | readonly SecretSource[];
  readonly purge?: { readonly intervalSeconds?: number; readonly batchSize?: number };
  readonly cache?: {
    readonly name?: string;
    readonly maxElementsInMemory?: number;
    readonly maxRegisters?: number;
    readonly maxNonces?: number;
    readonly maxNoncesPerSpace?: number;
    readonly maxCounters?: number;
    readonly snapshot?: { readonly file?: string; readonly intervalSeconds?: number };
    /** Settings of the reference system that change nothing. */
    readonly [unused: string]: unknown;
  };
  readonly authorize?: {
    readonly subjectSelector?: string;
    readonly sessionCookie?: CookieConfig & { readonly ttlSeconds?: number };
    readonly ownerCookie?: { readonly name?: string };
    readonly loginTemplate?: string;
    readonly consentTemplate?: string;
    readonly code?: { readonly page?: string; readonly store?: string };
  };
  readonly login?: { readonly cookie?: CookieConfig; readonly repository?: string };
  readonly pages?: {
    readonly templates?: Readonly<Record<string, string>>;
    readonly messages?: readonly string[];
    readonly defaultLanguage?: string;
    readonly assets?: string;
    readonly docs?: string;
  };
  readonly grants?: Readonly<
    Record<
      string,
      {
        readonly accessToken?: { readonly store?: string };
        readonly code?: { readonly store?: string };
        readonly owner?: { readonly source?: 'repository' | 'hook' };
      }
    >
  >;
  /** Each made by core's `defineGrant`. */
  readonly customGrants?: readonly GrantHandler[];
  readonly revoke?: { readonly store?: string };
  readonly tokeninfo?: { readonly store?: string };
  readonly resource?: { readonly store?: string };
  readonly errorDescriptions?: Readonly<Record<string, string>> | { readonly file: string };
  readonly clients?: readonly ClientConfig[];
  readonly trustedIssuers?: readonly TrustedIssuerConfig[];
  readonly idToken?: {
    readonly keys?: SecretSource | readonly SecretSource[];
    readonly retiredKeys?: SecretSource | readonly SecretSource[];
  };
  readonly assertion?: { readonly decryptionKeys?: SecretSource | readonly SecretSource[] };
  readonly mtls?: {
    readonly port?: number;
    readonly host?: string;
    readonly url?: string;
    readonly authorities?: KeySourceConfig['certificates'];
    readonly certificateHeader?: {
      readonly format?: 'rfc9440' | 'nginx';
      readonly name?: string;
      readonly proxies?: readonly string[];
    };
  };
  readonly outbound?: { readonly privateHosts?: readonly string[] };
  readonly owners?: readonly OwnerConfig[];
  readonly metrics?: {
    readonly enabled?: boolean;
    readonly path?: string;
    readonly port?: number;
    readonly host?: string;
  };
  readonly log?: {
    readonly level?: 'debug' | 'info' | 'warn' | 'error' | 'silent';
    readonly format?: 'auto' | 'json' | 'text';
  };
  readonly hooks?: Hooks & Pick<PathHooks, 'request' | 'response'> & { readonly events?: EventHooks };
  /** By path: `/api/oauth/token`. */
  readonly paths?: Readonly<Record<string, PathHooks>>;
}

/** What `gatehouse.config.ts` exports. */
export type Config = Open<Omit<Settings, 'errorDescriptions' | 'trustedIssuers' | 'mtls'>> & ServerConfig;

/** A configuration with everything in it that has a default. */
export type CompleteConfig = Config & {
  readonly listener: Required<Omit<ListenerConfig, 'tls'>> & {
    readonly tls: NonNullable<ListenerConfig['tls']> & { readonly minimumVersion: 'TLSv1.2' | 'TLSv1.3' };
  };
  readonly store: NonNullable<ServerConfig['store']>;
  readonly purge: Required<NonNullable<ServerConfig['purge']>>;
  readonly limits: Settings['limits'];
  readonly metrics: { readonly enabled: boolean; readonly path: string; readonly host: string };
  readonly log: Required<NonNullable<ServerConfig['log']>>;
};

/** Gives a configuration its type; changes nothing. */
export function defineConfig(config: Config): Config {
  return config;
}
