import { createSign, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { isIPv4, isIPv6 } from 'node:net';
import { bits, integer, octets, oid, sequence, set, TRUE, text, time, tlv } from './der.ts';

/** What a server shows, and what its clients trust; all PEM. */
export interface IssuedCertificate {
  readonly certificate: string;
  readonly key: string;
  /** The certificate of who signed it: a client's `ca`. */
  readonly authority: string;
  /** Hexadecimal, as Node shows it of a peer. */
  readonly serial: string;
}

/** Signs certificates for one test, so that none is kept and none runs out; the key never leaves this process. */
export interface CertificateAuthority {
  readonly certificate: string;
  /** @param hosts names and addresses that it is good for; default: this machine's own */
  issue(hosts?: readonly string[]): IssuedCertificate;
}

const OWN_HOSTS = ['localhost', '127.0.0.1', '::1'];
const DAY = 86_400_000;

const ECDSA_SHA256 = sequence(oid('2a8648ce3d040302'));
const COMMON_NAME = oid('550403');
const ALTERNATIVE_NAMES = oid('551d11');
const BASIC_CONSTRAINTS = oid('551d13');

interface Subject {
  readonly name: string;
  readonly key: KeyObject;
}

export function makeCertificateAuthority(name = 'Test authority'): CertificateAuthority {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const self: Subject = { name, key: privateKey };
  const ofAnAuthority = sequence(BASIC_CONSTRAINTS, TRUE, octets(sequence(TRUE)));
  const { certificate } = sign(self, name, publicKey, ofAnAuthority);
  return {
    certificate,
    issue(hosts = OWN_HOSTS) {
      const server = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const names = sequence(ALTERNATIVE_NAMES, octets(sequence(...hosts.map(alternativeName))));
      const issued = sign(self, hosts[0] ?? 'nobody', server.publicKey, names);
      return {
        ...issued,
        key: server.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
        authority: certificate,
      };
    },
  };
}

/** RFC 5280, section 4.1: version 3, from yesterday until tomorrow, with one extension. */
function sign(
  issuer: Subject,
  subject: string,
  key: KeyObject,
  extension: Buffer,
): { readonly certificate: string; readonly serial: string } {
  // Positive, whatever follows.
  const serial = Buffer.concat([Buffer.from([0x40]), randomBytes(8)]);
  const body = sequence(
    tlv(0xa0, integer(Buffer.from([2]))),
    integer(serial),
    ECDSA_SHA256,
    commonName(issuer.name),
    sequence(time(new Date(Date.now() - DAY)), time(new Date(Date.now() + DAY))),
    commonName(subject),
    key.export({ type: 'spki', format: 'der' }),
    tlv(0xa3, sequence(extension)),
  );
  const signature = createSign('sha256').update(body).sign(issuer.key);
  return {
    certificate: pem(sequence(body, ECDSA_SHA256, bits(signature))),
    serial: serial.toString('hex').toUpperCase(),
  };
}

function commonName(name: string): Buffer {
  return sequence(set(sequence(COMMON_NAME, text(name))));
}

function alternativeName(host: string): Buffer {
  if (isIPv4(host)) return tlv(0x87, Buffer.from(host.split('.').map(Number)));
  if (isIPv6(host)) return tlv(0x87, addressBytes(host));
  return tlv(0x82, Buffer.from(host));
}

function addressBytes(host: string): Buffer {
  const [before = '', after] = host.split('::');
  const groups = (part: string): number[] =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16));
  const [first, last] = [groups(before), groups(after ?? '')];
  const all = [...first, ...new Array<number>(8 - first.length - last.length).fill(0), ...last];
  return Buffer.from(all.flatMap((group) => [group >> 8, group & 255]));
}

function pem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
