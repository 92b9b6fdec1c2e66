import { DEFAULT_SETTINGS } from '@gatehouse/core';
import type { CompleteConfig } from './config.ts';

// Custom grants are enabled too, so the list is only known with them.
const { enabledGrants: _, trustedIssuers: __, mtls: ___, ...plain } = DEFAULT_SETTINGS;

/** What an operator leaves out: core's defaults as a configuration says them, and those of what only the server knows. */
export const DEFAULT_CONFIG: CompleteConfig = {
  ...plain,
  grants: Object.fromEntries(DEFAULT_SETTINGS.grants),
  listener: {
    enabled: true,
    host: 'localhost',
    // parity.md 1.1: the reference system's OAuth services.
    port: 8089,
    allowHttp: false,
    trustedHops: 0,
    tls: { minimumVersion: 'TLSv1.2' },
    // security.md 1.1: slow headers hold a connection, slow bodies a little more.
    headersSeconds: 10,
    requestSeconds: 30,
    // Above the 60 s of the usual balancers, or they send into a closing connection.
    keepAliveSeconds: 75,
    // A store call takes 3 s at most, and a client's retry finds the next server after that.
    shutdownSeconds: 30,
  },
  store: 'cache:',
  digest: 'SHA-256',
  // parity.md 3.1.
  purge: { intervalSeconds: 60, batchSize: 1000 },
  authorize: {
    ...DEFAULT_SETTINGS.authorize,
    subjectSelector: '${authentication.subject.id}',
    // parity.md 2.3; it goes as far as an interaction does.
    sessionCookie: { name: 'VIDTXN', path: '/', httpOnly: true, sameSite: 'Strict', ttlSeconds: 600 },
  },
  login: {
    ...DEFAULT_SETTINGS.login,
    // parity.md 2.3, 5: Lax, or a browser that comes from a client's site is never signed in.
    cookie: { name: 'VIDUSR', path: '/', httpOnly: true, sameSite: 'Lax' },
  },
  // A proxy elsewhere is named: whoever else reaches the port could write what only the proxy may say.
  mtls: { certificateHeader: { proxies: ['127.0.0.0/8', '::1'] } },
  pages: { defaultLanguage: 'en' },
  metrics: { enabled: false, path: '/metrics', host: 'localhost' },
  log: { level: 'info', format: 'auto' },
};
