import { X509Certificate } from 'node:crypto';
import type { EndpointRequest } from '@gatehouse/core';

type Shown = NonNullable<EndpointRequest['clientCertificate']>;

/** How a trusted proxy hands on the certificate of a connection that ended there. */
export interface CertificateHeader {
  readonly name: string;
  readonly format: 'rfc9440' | 'nginx';
  /** Whether a peer of this address is that proxy (R22); a count of hops says nothing of who is at the other end. */
  from(address: string): boolean;
}

/** What of Node's TLS socket says whose certificate it is. */
export interface TlsSocket {
  getPeerX509Certificate?(): X509Certificate | undefined;
}

const LONGEST_CHAIN = 6;
const LONGEST_HEADER = 16_384;

/** The certificate of the connection itself: the handshake has proved the key, and nothing else is known of it yet. */
export function certificateOfConnection(socket: TlsSocket | undefined): Shown | null {
  const own = socket?.getPeerX509Certificate?.();
  if (!own) return null;
  const chain: Uint8Array[] = [];
  for (let next = own.issuerCertificate; next && chain.length < LONGEST_CHAIN; next = next.issuerCertificate) {
    chain.push(next.raw);
    if (next.checkIssued(next)) break;
  }
  return { der: own.raw, chain };
}

/**
 * The certificate that a proxy saw. Null for a header that is not there, is there twice, or has another form: a proxy that
 * does not take it off what comes from outside would give away every client.
 */
export function certificateInHeader(
  headers: { get(name: string): string | null },
  { format, name }: Pick<CertificateHeader, 'format' | 'name'>,
): Shown | null {
  const value = headers.get(name);
  if (value === null || value.length > LONGEST_HEADER) return null;
  if (format === 'nginx') {
    const der = fromEscapedPem(value);
    return der && { der, chain: [] };
  }
  const [der, ...more] = byteSequences(value);
  if (!der || more.length > 0) return null;
  return { der, chain: byteSequences(headers.get(`${name}-Chain`) ?? '').slice(0, LONGEST_CHAIN) };
}

/** RFC 9440 2: byte sequences of RFC 8941, strict; one that is wrong leaves none. */
function byteSequences(value: string): readonly Uint8Array[] {
  if (value === '') return [];
  const found = value.split(',').map((item) => /^[ \t]*:([A-Za-z0-9+/]+={0,2}):[ \t]*$/.exec(item)?.[1]);
  return found.every((item) => item !== undefined) ? found.map((item) => Buffer.from(item, 'base64')) : [];
}

/** One PEM certificate, percent-encoded, as nginx's `$ssl_client_escaped_cert` is. */
function fromEscapedPem(value: string): Uint8Array | null {
  try {
    const pem = /^-----BEGIN CERTIFICATE-----\n([A-Za-z0-9+/=\n]+)-----END CERTIFICATE-----\n?$/.exec(
      decodeURIComponent(value),
    );
    return pem ? new X509Certificate(Buffer.from(pem[1] ?? '', 'base64')).raw : null;
  } catch {
    return null;
  }
}
