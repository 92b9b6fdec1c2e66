import type { Setting } from '../setting.ts';
import { filledText, networks, oneOf, textLike, whole } from '../value-types.ts';
import { certificates } from './assertions.ts';

/** Certificates of clients (RFC 8705): where they are shown, and whose count. */
export const MTLS_SETTINGS: readonly Setting[] = [
  {
    key: 'mtls.port',
    type: whole(1, 65_535),
    meaning:
      'Port of a listener of its own that asks for a certificate, with the certificate of `listener.tls`; on the other one every browser would be asked.',
  },
  { key: 'mtls.host', type: filledText, meaning: 'Name or address that it listens on; left out: `listener.host`.' },
  {
    key: 'mtls.url',
    type: textLike(/^https:\/\/[^\s?#\\]+$/, 'an https URL without query and fragment'),
    meaning:
      'The URL that clients with a certificate know this server by (`mtls_endpoint_aliases`); left out: that of the issuer, with `mtls.port`.',
  },
  {
    key: 'mtls.authorities',
    type: certificates,
    meaning:
      'X.509 certificates of whoever issues those that `tls_client_auth` takes; the chain is built here, behind a proxy too.',
  },
  {
    key: 'mtls.certificateHeader.format',
    type: oneOf('rfc9440', 'nginx'),
    meaning:
      'How a trusted proxy (`listener.trustedHops`) hands the certificate on: as `Client-Cert` of RFC 9440, or as nginx’s `$ssl_client_escaped_cert`. The proxy has to take that header off what comes from outside.',
  },
  {
    key: 'mtls.certificateHeader.name',
    type: textLike(/^[A-Za-z0-9-]{1,64}$/, 'the name of a header'),
    meaning: 'Its header; left out: `Client-Cert`, and `X-SSL-Cert` of nginx.',
  },
  {
    key: 'mtls.certificateHeader.proxies',
    type: networks,
    meaning:
      'Addresses and networks of the proxies whose header counts, as this server sees their connections; from anybody else it is no certificate.',
  },
];
