// Assertions, and whose signature counts.
export {
  AssertionFault,
  type AssertionWitness,
  asInvalidGrant,
} from './assertions/assertion-fault.ts';
export { type AssertedTimes, requireTimes, type TimeRules, timeRules } from './assertions/assertion-times.ts';
export type { FetchDocument, FetchedDocument } from './assertions/fetch-document.ts';
export type { JwkSet, KeyMaterial, PublicJwk } from './assertions/key-material.ts';
export type { KeySets } from './assertions/key-sets.ts';
export { type AssertionParameters, redeemAssertion } from './assertions/redeem-assertion.ts';
export type { TrustedIssuer } from './assertions/trusted-issuer.ts';
export { TrustedIssuerError, validateTrustedIssuer } from './assertions/validate-trusted-issuer.ts';
export { isHmac, type VerificationKey } from './assertions/verification-key.ts';
export type { AssertedSubject, VerifiedAssertion } from './assertions/verified-assertion.ts';
export { type VerifiedJwtGrant, verifyJwtGrant } from './assertions/verify-jwt-grant.ts';
export { type Speaker, type SpeakerQuestion, whoSpeaks } from './assertions/who-speaks.ts';
// Clients, owners, endpoints.
export { removeConsent } from './authorize/remove-consent.ts';
export { RESPONSE_TYPES } from './authorize/response-type.ts';
export type { Client, ClientAuthMethod, ClientSecret, SealedSecret, TlsClientAuth } from './client/client.ts';
export { type ClientDirectory, combineDirectories } from './client/client-directory.ts';
export { type ConfigClients, createConfigClients } from './client/config-clients.ts';
export { ClientMetadataError } from './client/metadata-members.ts';
export { rotatedSecrets } from './client/rotated-secrets.ts';
export { sealClientSecret } from './client/sealed-secret.ts';
export { hashMachineSecret } from './client/secret-hash.ts';
export { hashSlowly, slowHashFault, verifySlowly } from './client/slow-hash.ts';
export { createStoredClients, type StoredClients, type StoredClientsOptions } from './client/stored-clients.ts';
export { ID_TOKEN_ALGORITHMS, validateClient } from './client/validate-client.ts';
export { judgeClientAssertion } from './client/verify-client-assertion.ts';
export type {
  ConsentPrompt,
  Endpoint,
  EndpointRequest,
  EndpointResponse,
  LoginPrompt,
  LogoutPrompt,
  ResponseFormat,
} from './endpoints/endpoint.ts';
export { endpointUrl } from './endpoints/endpoint-url.ts';
// Settings and extension points.
export {
  defineGrant,
  type GrantHandler,
  type GrantOutcome,
  type GrantRequest,
  type Rounds,
} from './grants/grant-handler.ts';
export { JWT_BEARER } from './grants/jwt-bearer.ts';
export { SAML_BEARER, samlBearer } from './grants/saml-bearer.ts';
// Keys that ID tokens are signed with.
export { readRetiredKey, readSigningKey, type SigningKey, signingKeyOf } from './keys/signing-key.ts';
export { authorityAdvice } from './mtls/authority-advice.ts';
export { asOAuthError } from './oauth/error-response.ts';
export {
  ERROR_CATALOGUE,
  type FailedCheck,
  OAuthError,
  type OAuthErrorCode,
  type OAuthErrorOptions,
} from './oauth/errors.ts';
export { type RenderedData, type ResponseData, renderData } from './oauth/response-format.ts';
export { parseStrictObject } from './oauth/strict-json.ts';
export { type IdTokenCheck, verifyIdToken } from './openid/verify-id-token.ts';
export { type SignedInAccount, signedInAccount } from './owner/account.ts';
export { endOwner } from './owner/end-owner.ts';
export { LOGIN_PATH, LOGOUT_PATH } from './owner/own-path.ts';
export type { Owner, OwnerDirectory, OwnerSession } from './owner/owner.ts';
// Protected resources.
export type { TokenPlace } from './resource/find-token.ts';
export type {
  AllowedRequest,
  RefusedRequest,
  ResourceDecision,
  ResourceRequest,
} from './resource/validate-access-token.ts';
// The world, injected.
export { type Clock, systemClock } from './runtime/clock.ts';
export { Deadline, Late } from './runtime/deadline.ts';
export { type Entropy, systemEntropy } from './runtime/entropy.ts';
export { createEmitter, type Emitter, type EventName, type Listener, type ServerEvents } from './runtime/events.ts';
export { type Log, type LogFields, silentLog } from './runtime/log.ts';
export { createRuntime, type Runtime } from './runtime/runtime.ts';
// SAML assertions.
export type {
  SamlAssertion,
  SamlAttribute,
  SamlConditions,
  SamlConfirmation,
  SamlNameId,
} from './saml/saml-assertion.ts';
export type { OpenedAssertion, SamlLimits, SamlReader, SamlReading } from './saml/saml-reader.ts';
export { type VerifiedSamlGrant, verifySamlGrant } from './saml/verify-saml-grant.ts';
// Selectors: `${client.id}` and the like in settings.
export { compileSelector, type Selector } from './selectors/selector.ts';
export type { RequestSource, SelectorSources, TokenSource } from './selectors/sources.ts';
// The server.
export {
  type AuthorizationServer,
  type AuthorizationServerOptions,
  createAuthorizationServer,
} from './server/authorization-server.ts';
export type { FailureLimit, Limits, RefreshMode, ResourceSettings, Settings, TokenSettings } from './server/config.ts';
export type { ServerContext } from './server/context.ts';
export {
  DEFAULT_GRANTS,
  DEFAULT_LIMITS,
  DEFAULT_RESOURCE,
  DEFAULT_SETTINGS,
  DEFAULT_TOKENS,
} from './server/defaults.ts';
export { type AuditSubject, auditFeatures } from './server/feature-audit.ts';
export type { AssertionFacts, HookContext, Hooks } from './server/hooks.ts';
export { checkRequirements, type Deployment, idTokenFaults } from './server/requirements.ts';
export { MARK_MS, secretsAreShared } from './server/same-secrets.ts';
export { createServerSecrets, MINIMUM_SECRET_BYTES, type SecretPurpose, type ServerSecrets } from './server/secrets.ts';
// The store contract.
export {
  type Brand,
  type ClientId,
  type GrantId,
  type Instant,
  isKey,
  type JsonText,
  type Key,
  NEVER,
} from './store/brands.ts';
export { Atomicity, type StoreCapabilities } from './store/capabilities.ts';
export { type EncryptionOptions, encryptRecords } from './store/encrypt-records.ts';
export type { GuardedStore } from './store/guarded-store.ts';
export { inFrontOf } from './store/in-front.ts';
export type {
  Change,
  Found,
  Kind,
  NewRegister,
  NewToken,
  Register,
  RegisterKind,
  Token,
  TokenRevocation,
} from './store/records.ts';
export type {
  Addition,
  ListBy,
  Page,
  PageRequest,
  Revocation,
  Store,
  SweepHolder,
  SweepOptions,
  SweepReport,
  TokenOf,
  Write,
  Written,
} from './store/store.ts';
export { StoreError, type StoreErrorKind } from './store/store-error.ts';
export { isTold, type StoreCalls, type Trouble } from './store/trouble.ts';
export {
  checkCount,
  checkCounter,
  checkFind,
  checkList,
  checkOnce,
  checkRevoke,
  checkSweep,
  checkWrite,
  STORE_LIMITS,
} from './store/validate.ts';
export type { Basis, Granted, NewGrantFacts } from './tokens/granted.ts';

// Handles and keys.
export { keyOf } from './tokens/handle.ts';
