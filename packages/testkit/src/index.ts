export type { DatabaseServer, ServerControl, TestDatabase } from './backends/database-server.ts';
export { postgresqlServer } from './backends/postgresql.ts';
export { findChromium, openBrowser } from './browser.ts';
export { freePort } from './free-port.ts';
export { type Provision, provide, requiredBackends } from './provision.ts';
export { preparePython } from './python.ts';
export { type StartedServer, type StartOptions, startServer } from './start-server.ts';
export { type Faults, startTcpProxy, type TcpProxy } from './tcp-proxy.ts';
