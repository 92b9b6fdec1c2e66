export type { BackendName } from './backends/backends.ts';
export type {
  DatabaseServer,
  OwnDatabaseServer,
  OwnServerOptions,
  ServerControl,
  TestDatabase,
} from './backends/database-server.ts';
export { imageOf } from './backends/image.ts';
export { type H2Connection, type H2Mode, type H2Server, h2Server } from './backends/local-h2.ts';
export { databaseServer, ownDatabaseServer } from './backends/servers.ts';
export { findChromium, openBrowser } from './browser.ts';
export { type CassandraCluster, cassandraCluster } from './cassandra/cluster.ts';
export type { CassandraOptions } from './cassandra/configuration.ts';
export { type CassandraContainer, cassandraContainer, cassandraImage } from './cassandra/container.ts';
export { whyNotCutOff } from './cassandra/cut-off.ts';
export {
  type CertificateAuthority,
  type ClientCertificateOptions,
  type IssuedCertificate,
  makeCertificateAuthority,
} from './certificate-authority.ts';
export { cpuTime } from './cpu-time.ts';
export { freePort } from './free-port.ts';
export { type LdapOptions, type LdapServer, ldapServer } from './ldap.ts';
export { listens } from './listens.ts';
export { makeNextRelease, type NextRelease } from './next-release.ts';
export { type NpmSamlOptions, npmSaml, npmSamlEncrypted } from './npm-saml.ts';
export { type PgBouncer, type PgBouncerOptions, startPgBouncer } from './pgbouncer.ts';
export { type Provision, provide, requiredBackends } from './provision.ts';
export { preparePython } from './python.ts';
export {
  BEARER,
  type SamlParts,
  type SamlSigning,
  samlAssertion,
  samlEncoded,
  samlSignature,
  samlTime,
  signSamlAssertion,
} from './saml-assertion.ts';
export { encryptSaml, type SamlEncryption } from './saml-encryption.ts';
export { type StartedServer, type StartOptions, startServer } from './start-server.ts';
export { type Faults, startTcpProxy, type TcpProxy } from './tcp-proxy.ts';
export type { TdsError, TdsRows, TdsValue } from './tds/answers.ts';
export type { TdsParameter, TdsRequest } from './tds/requests.ts';
export {
  startTdsServer,
  type TdsAnswer,
  type TdsConnection,
  type TdsHandler,
  type TdsServer,
} from './tds/server.ts';
