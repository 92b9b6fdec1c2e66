import { isIPv4, isIPv6 } from 'node:net';
import { AssertionFault } from '../assertions/assertion-fault.ts';
import type { Client } from '../client/client.ts';
import type { EndpointRequest } from '../endpoints/endpoint.ts';
import type { ServerContext } from '../server/context.ts';
import type { Instant } from '../store/brands.ts';
import { type Certificate, readableX509 } from './certificate.ts';
import { chainFault } from './chain.ts';
import { parseName, sameName, writtenName } from './distinguished-name.ts';

/** The certificate whose key the client proved to have, as TLS or a trusted proxy saw it; null: none, or none that can be read. */
function presentedCertificate(request: Pick<EndpointRequest, 'clientCertificate'>): Certificate | null {
  const { clientCertificate } = request;
  return clientCertificate ? readableX509(clientCertificate.der) : null;
}

/** RFC 8705 3.1, of a request; null without a certificate. */
export function certificateThumbprint(request: Pick<EndpointRequest, 'clientCertificate'>): string | null {
  return presentedCertificate(request)?.thumbprint ?? null;
}

/**
 * RFC 8705 2: the certificate is this client's: by its chain and one subject that is registered, or by being registered itself.
 * @throws AssertionFault
 */
export async function requireClientCertificate(
  context: Pick<ServerContext, 'settings' | 'keySets'>,
  client: Client,
  request: Pick<EndpointRequest, 'clientCertificate'>,
  method: 'tls_client_auth' | 'self_signed_tls_client_auth',
  now: Instant,
): Promise<void> {
  const certificate = presentedCertificate(request);
  if (!certificate) throw new AssertionFault('certificate-read', 'an X.509 certificate');
  if (method === 'self_signed_tls_client_auth') {
    // RFC 8705 2.2: trusted for being registered, whatever it says about itself.
    if (!client.certificates.some((der) => Buffer.from(der, 'base64').equals(certificate.der)))
      throw new AssertionFault('certificate-registered', 'a certificate of the registration');
    return;
  }
  const readable = (der: Uint8Array) => readableX509(der) ?? [];
  const brought = (request.clientCertificate?.chain ?? []).flatMap(readable);
  const anchors = context.settings.mtls.authorities.flatMap((der) => readable(Buffer.from(der, 'base64')));
  const fault = chainFault(certificate, brought, anchors, now);
  if (fault) throw new AssertionFault(fault.check, fault.expected);
  if (!matchesSubject(certificate, client)) throw subjectFault(certificate, client);
}

/** An authority of ours has vouched for the names, so the log may have them (R40). */
function subjectFault(certificate: Certificate, { tlsClientAuth }: Client): AssertionFault {
  const { dns, emails, ips, subject, uris } = certificate;
  const shown = { subjectDn: [writtenName(subject)], sanDns: dns, sanUri: uris, sanIp: ips, sanEmail: emails };
  const [member, value] = Object.entries(tlsClientAuth ?? {})[0] ?? [];
  const got = member === undefined ? [] : shown[member as keyof typeof shown];
  return new AssertionFault(
    'certificate-subject',
    member === undefined ? 'a client with tlsClientAuth' : `tlsClientAuth.${member} ${value}`,
    got.length === 0 ? 'none' : got.join(', ').slice(0, 256),
  );
}

/** RFC 8705 2.1.2: the one member that is registered, compared as what it means. */
function matchesSubject(certificate: Certificate, { tlsClientAuth }: Client): boolean {
  if (!tlsClientAuth) return false;
  const { sanDns, sanEmail, sanIp, sanUri, subjectDn } = tlsClientAuth;
  if (subjectDn !== undefined) {
    const name = parseName(subjectDn);
    return name !== null && sameName(name, certificate.subject);
  }
  // RFC 5280 4.2.1.6: names of hosts compare without regard to case, the rest to the letter.
  if (sanDns !== undefined) return certificate.dns.some((dns) => dns.toLowerCase() === sanDns.toLowerCase());
  if (sanUri !== undefined) return certificate.uris.includes(sanUri);
  if (sanEmail !== undefined) return certificate.emails.includes(sanEmail);
  return sanIp !== undefined && certificate.ips.includes(addressBytes(sanIp) ?? '');
}

/** The bytes of an address in hexadecimal, as a certificate has them; null for what is none. */
export function addressBytes(address: string): string | null {
  if (isIPv4(address)) return Buffer.from(address.split('.').map(Number)).toString('hex');
  if (!isIPv6(address) || address.includes('%')) return null;
  const plain = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  const [before = '', after] = plain.split('::');
  const groups = (part: string): string[] => (part === '' ? [] : part.split(':'));
  const [first, last] = [groups(before), groups(after ?? '')];
  const zeros = Array<string>(8 - first.length - last.length).fill('0');
  return [...first, ...zeros, ...last].map((group) => group.padStart(4, '0')).join('');
}
