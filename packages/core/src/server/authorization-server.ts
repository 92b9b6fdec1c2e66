import type { KeyObject } from 'node:crypto';
import type { FetchDocument } from '../assertions/fetch-document.ts';
import type { PublicJwk } from '../assertions/key-material.ts';
import { createKeySets } from '../assertions/key-sets.ts';
import type { VerificationKey } from '../assertions/verification-key.ts';
import { authorizeEndpoint } from '../authorize/authorize-endpoint.ts';
import { type ClientDirectory, withoutIssuers } from '../client/client-directory.ts';
import type { Endpoint } from '../endpoints/endpoint.ts';
import { introspectEndpoint } from '../endpoints/introspect.ts';
import { serverMetadata } from '../endpoints/metadata.ts';
import { revokeEndpoint } from '../endpoints/revoke.ts';
import { tokenEndpoint } from '../endpoints/token.ts';
import { tokeninfoEndpoint } from '../endpoints/tokeninfo.ts';
import { authorizationCode } from '../grants/authorization-code.ts';
import { clientCredentials } from '../grants/client-credentials.ts';
import type { GrantHandler } from '../grants/grant-handler.ts';
import { jwtBearer } from '../grants/jwt-bearer.ts';
import { password } from '../grants/password.ts';
import { refreshToken } from '../grants/refresh-token.ts';
import type { SigningKey } from '../keys/signing-key.ts';
import { speaksOpenid } from '../openid/id-token-signer.ts';
import { userInfoEndpoint } from '../openid/user-info.ts';
import { loginEndpoint } from '../owner/login-endpoint.ts';
import { logoutEndpoint } from '../owner/logout-endpoint.ts';
import type { OwnerDirectory } from '../owner/owner.ts';
import { type ResourceDecision, type ResourceRequest, validateAccessToken } from '../resource/validate-access-token.ts';
import { createRuntime, type Runtime } from '../runtime/runtime.ts';
import { encryptRecords } from '../store/encrypt-records.ts';
import { guardStore } from '../store/guarded-store.ts';
import type { Store } from '../store/store.ts';
import type { ResourceSettings, Settings } from './config.ts';
import type { ServerContext } from './context.ts';
import { DEFAULT_SETTINGS } from './defaults.ts';
import type { Hooks } from './hooks.ts';
import { offeredSettings } from './offered-settings.ts';
import { type Deployment, requireCapabilities } from './requirements.ts';
import { createServerSecrets } from './secrets.ts';

/** What an authorization server is made of. */
export interface AuthorizationServerOptions {
  /** https URL; everything else has a default. */
  readonly settings: Pick<Settings, 'issuer'> & Partial<Settings>;
  /** Opened by {@link AuthorizationServer.open}. */
  readonly store: Store;
  readonly clients: ClientDirectory;
  readonly owners: OwnerDirectory;
  /** At least one, each of 32 bytes or more; the first seals, all open. */
  readonly secrets: readonly string[];
  readonly hooks?: Hooks;
  readonly runtime?: Partial<Runtime>;
  /** Grants of your own, by `defineGrant`, and `samlBearer`, which has to be told what reads XML; each of your own needs its entry in `settings.grants` and `settings.enabledGrants`. */
  readonly grants?: readonly GrantHandler[];
  readonly deployment?: Deployment;
  /** How documents of elsewhere are fetched (R38); absent: none is, and keys behind a URL cannot be had. */
  readonly fetchDocument?: FetchDocument;
  /** Private keys that assertions may be encrypted to; default: none. */
  readonly decryptionKeys?: readonly KeyObject[];
  /** That ID tokens are signed with, by `readSigningKey`; the first of an algorithm signs, all are shown. Default: none, and no OpenID Connect. */
  readonly signingKeys?: readonly SigningKey[];
  /** That have signed them before, by `readRetiredKey`: an `id_token_hint` by one is taken, and they are shown to nobody. */
  readonly retiredKeys?: readonly VerificationKey[];
}

/** OAuth without HTTP: endpoints that take what OAuth reads and give what OAuth writes. */
export interface AuthorizationServer {
  readonly context: ServerContext;
  readonly authorize: Endpoint;
  readonly token: Endpoint;
  readonly revoke: Endpoint;
  readonly introspect: Endpoint;
  readonly tokeninfo: Endpoint;
  readonly login: Endpoint;
  readonly logout: Endpoint;
  /** OpenID Connect Core 5.3. */
  readonly userInfo: Endpoint;
  /** RFC 8414 §2. */
  metadata(): Readonly<Record<string, unknown>>;
  /** RFC 7517 5: the public keys of its ID tokens; null where it does not speak OpenID Connect. */
  keySet(): { readonly keys: readonly PublicJwk[] } | null;
  /** Judges a bearer token for a protected resource; `settings` default to the server's. */
  validateAccessToken(request: ResourceRequest, settings?: ResourceSettings): Promise<ResourceDecision>;
  /** Opens the store and compares what is on with what it promises. @throws StoreError `config`, Error naming a setting */
  open(): Promise<void>;
  close(): Promise<void>;
}

const GRANTS: readonly GrantHandler[] = [authorizationCode, clientCredentials, password, refreshToken, jwtBearer];

/** Puts a server together and opens nothing: call {@link AuthorizationServer.open} first. @throws Error for a secret that is missing or short */
export function createAuthorizationServer(options: AuthorizationServerOptions): AuthorizationServer {
  const grants = new Map([...GRANTS, ...(options.grants ?? [])].map((grant) => [grant.grantType, grant]));
  const settings = offeredSettings({ ...DEFAULT_SETTINGS, ...options.settings }, options.store.capabilities, grants);
  const runtime = createRuntime(options.runtime);
  const secrets = createServerSecrets(options.secrets);
  const kept = encryptRecords(options.store, { secrets, encrypts: settings.encryptRecords, log: runtime.log });
  const store = guardStore(kept, { events: runtime.events, callMs: settings.limits.storeCallMs });
  const context: ServerContext = {
    settings,
    store,
    runtime,
    clients: withoutIssuers(options.clients, settings.trustedIssuers),
    owners: options.owners,
    secrets,
    hooks: options.hooks ?? {},
    decryptionKeys: options.decryptionKeys ?? [],
    signingKeys: options.signingKeys ?? [],
    retiredKeys: options.retiredKeys ?? [],
    keySets: createKeySets({
      clock: runtime.clock,
      log: runtime.log,
      limits: settings.limits,
      fetchDocument: options.fetchDocument,
    }),
  };
  return {
    context,
    authorize: authorizeEndpoint(context),
    token: tokenEndpoint(context, grants),
    revoke: revokeEndpoint(context),
    introspect: introspectEndpoint(context),
    tokeninfo: tokeninfoEndpoint(context),
    login: loginEndpoint(context),
    logout: logoutEndpoint(context),
    userInfo: userInfoEndpoint(context),
    metadata: () => serverMetadata(context),
    keySet: () => (speaksOpenid(context) ? { keys: context.signingKeys.map(({ publicJwk }) => publicJwk) } : null),
    validateAccessToken: (request, resource = settings.resource) => validateAccessToken(context, request, resource),
    async open() {
      const signingAlgorithms = context.signingKeys.map(({ algorithm }) => algorithm);
      requireCapabilities(settings, store.capabilities, { signingAlgorithms, ...options.deployment });
      await store.open();
    },
    close: () => store.close(),
  };
}
