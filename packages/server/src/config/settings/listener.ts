import type { Setting } from '../setting.ts';
import { filledText, flag, oneOf, path, secret, textLike, whole } from '../value-types.ts';

/** Where the server listens, and who it takes itself for. */
export const LISTENER_SETTINGS: readonly Setting[] = [
  {
    key: 'issuer',
    type: textLike(/^https?:\/\/[^\s?#\\]+$/, 'an https URL without query and fragment'),
    meaning:
      'The URL clients know this server by (RFC 8414 §2): base of every address that is handed out. Needed unless the server listens on this machine alone.',
  },
  {
    key: 'basePath',
    type: textLike(/^(\/[A-Za-z0-9._~-]+)*$/, 'a path that starts with / and does not end with it'),
    meaning: 'Path under which the endpoints are.',
  },
  {
    key: 'compat',
    type: oneOf('none', 'axway'),
    meaning: 'Whether some statuses are those of the reference system where the standards say otherwise.',
  },
  {
    key: 'listener.enabled',
    type: flag,
    meaning: 'Whether `serve` opens its port; without, it checks everything, keeps the store swept and answers nobody.',
    reference: 'enabled',
  },
  {
    key: 'listener.host',
    type: filledText,
    meaning: 'Name or address to listen on. `localhost` is 127.0.0.1 and ::1; `0.0.0.0` and `::` are every interface.',
    reference: 'env.OAUTH.SERVER',
  },
  {
    key: 'listener.port',
    type: whole(0, 65_535),
    meaning: 'Port to listen on; 0 lets the system choose.',
    reference: 'env.PORT.OAUTH2.SERVICES',
    alias: { variable: 'PORT' },
  },
  {
    key: 'listener.allowHttp',
    type: flag,
    meaning: 'Lets plain HTTP leave this machine. For development.',
  },
  {
    key: 'listener.trustedHops',
    type: whole(0, 16),
    meaning:
      'How many proxies stand in front, each of which adds to `X-Forwarded-For` and `X-Forwarded-Proto`. 0: these headers are ignored.',
  },
  {
    key: 'listener.tls.certificate',
    type: path,
    meaning: 'PEM file with the certificate and its chain. With it and the key the server speaks HTTPS.',
  },
  { key: 'listener.tls.key', type: path, meaning: 'PEM file with the private key of the certificate.' },
  { key: 'listener.tls.passphrase', type: secret, meaning: 'Passphrase of the private key.' },
  {
    key: 'listener.tls.minimumVersion',
    type: oneOf('TLSv1.2', 'TLSv1.3'),
    meaning: 'Oldest version of TLS that is spoken.',
  },
  {
    key: 'listener.headersSeconds',
    type: whole(1, 600),
    unit: 's',
    meaning: 'Time for the headers of a request to arrive.',
  },
  {
    key: 'listener.requestSeconds',
    type: whole(1, 600),
    unit: 's',
    meaning: 'Time for a whole request to arrive.',
  },
  {
    key: 'listener.keepAliveSeconds',
    type: whole(1, 3_600),
    unit: 's',
    meaning: 'How long an idle connection stays open; longer than any balancer in front keeps it.',
  },
  {
    key: 'listener.shutdownSeconds',
    type: whole(0, 600),
    unit: 's',
    meaning: 'How long running requests may take to end after SIGTERM.',
  },
];
