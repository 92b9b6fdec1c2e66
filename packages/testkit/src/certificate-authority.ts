import { createPublicKey, createSign, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { isIPv4, isIPv6 } from 'node:net';
import { bits, integer, octets, oid, printable, sequence, set, TRUE, text, time, tlv } from './der.ts';

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
  /** For a client that shows it in TLS, or signs with it. */
  issueClient(options?: ClientCertificateOptions): IssuedCertificate;
  /** One that it made an authority, with how many more may follow below it; null: it is told to be none. */
  subordinate(name: string, pathLength?: number | null, options?: SubordinateOptions): CertificateAuthority;
  /** One more certificate of the same name and key, signed by itself; PEM. */
  again(): string;
}

/** What is unusual about an authority below another. */
interface SubordinateOptions {
  readonly validFrom?: number;
  readonly validFor?: number;
  readonly usages?: ClientCertificateOptions['usages'];
  /** Names it may certify are limited, in an extension that is critical or is not. */
  readonly nameConstraints?: 'critical' | 'not critical';
  readonly hash?: 'sha256' | 'sha1';
}

/** What a client's certificate says; what is left out is not in it. */
export interface ClientCertificateOptions {
  /** One relative distinguished name each, most significant first; several pairs make a multi-valued one. Default: a common name. */
  readonly subject?: readonly (readonly (readonly [type: keyof typeof NAME_TYPES, value: string])[])[];
  readonly dns?: readonly string[];
  readonly ips?: readonly string[];
  readonly uris?: readonly string[];
  readonly emails?: readonly string[];
  /** Default: P-256. */
  readonly key?: 'ec' | 'rsa' | 'rsa1024';
  /** Of the signature; default: sha256. */
  readonly hash?: 'sha256' | 'sha1';
  /** An extension that nobody knows, critical. */
  readonly unknownCritical?: boolean;
  /** Milliseconds from now: default a day behind and a day ahead. */
  readonly validFrom?: number;
  readonly validFor?: number;
  /** Extended key usage; default: clientAuth. Empty: the extension is not there. */
  readonly usages?: readonly ('clientAuth' | 'serverAuth')[];
  /** Default: utf8. */
  readonly textAs?: 'utf8' | 'printable';
}

const A_CLIENT: NonNullable<ClientCertificateOptions['subject']> = [[['CN', 'a client']]];
const NAME_TYPES = { CN: '550403', C: '550406', O: '55040a', OU: '55040b' } as const;
const USAGES = { clientAuth: '2b06010505070302', serverAuth: '2b06010505070301' } as const;
const EXTENDED_KEY_USAGE = oid('551d25');

const OWN_HOSTS = ['localhost', '127.0.0.1', '::1'];
const DAY = 86_400_000;

const ECDSA = { sha256: sequence(oid('2a8648ce3d040302')), sha1: sequence(oid('2a8648ce3d0401')) } as const;
const NAME_CONSTRAINTS = oid('551d1e');
const NOBODYS_EXTENSION = oid('2a0304');
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
  const { certificate } = sign(self, commonName(name), publicKey, [constraints()]);
  return authorityOf(self, certificate);
}

/** RFC 5280, section 4.2.1.9. */
function constraints(pathLength?: number | null): Buffer {
  const length = typeof pathLength === 'number' ? [integer(Buffer.from([pathLength]))] : [];
  return sequence(BASIC_CONSTRAINTS, TRUE, octets(sequence(...(pathLength === null ? [] : [TRUE, ...length]))));
}

function authorityOf(self: Subject, certificate: string): CertificateAuthority {
  return {
    certificate,
    again: () => sign(self, commonName(self.name), createPublicKey(self.key), [constraints()]).certificate,
    subordinate(name, pathLength, { nameConstraints, usages = [], ...options } = {}) {
      const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const below = sign(
        self,
        commonName(name),
        publicKey,
        [
          constraints(pathLength),
          ...(usages.length > 0 ? [extendedUsage(usages)] : []),
          ...(nameConstraints ? [permitting('.example', nameConstraints === 'critical')] : []),
        ],
        options,
      );
      return authorityOf({ name, key: privateKey }, below.certificate);
    },
    issue(hosts = OWN_HOSTS) {
      const server = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const names = sequence(ALTERNATIVE_NAMES, octets(sequence(...hosts.map(alternativeName))));
      const issued = sign(self, commonName(hosts[0] ?? 'nobody'), server.publicKey, [names]);
      return {
        ...issued,
        key: server.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
        authority: certificate,
      };
    },
    issueClient({ subject = A_CLIENT, ...options } = {}) {
      const { privateKey, publicKey }: { privateKey: KeyObject; publicKey: KeyObject } =
        options.key === 'rsa' || options.key === 'rsa1024'
          ? generateKeyPairSync('rsa', { modulusLength: options.key === 'rsa' ? 2048 : 1024 })
          : generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const letters = options.textAs === 'printable' ? printable : text;
      const rdns = subject.map((pairs) =>
        set(...pairs.map(([type, value]) => sequence(oid(NAME_TYPES[type]), letters(value)))),
      );
      const names = [
        ...(options.dns ?? []).map(alternativeName),
        ...(options.ips ?? []).map(alternativeName),
        ...(options.uris ?? []).map((uri) => tlv(0x86, Buffer.from(uri))),
        ...(options.emails ?? []).map((email) => tlv(0x81, Buffer.from(email))),
      ];
      const usages = options.usages ?? ['clientAuth'];
      const issued = sign(
        self,
        sequence(...rdns),
        publicKey,
        [
          ...(names.length > 0 ? [sequence(ALTERNATIVE_NAMES, octets(sequence(...names)))] : []),
          ...(usages.length > 0 ? [extendedUsage(usages)] : []),
          ...(options.unknownCritical ? [sequence(NOBODYS_EXTENSION, TRUE, octets(sequence()))] : []),
        ],
        options,
      );
      return {
        ...issued,
        key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
        authority: certificate,
      };
    },
  };
}

/** RFC 5280, section 4.1: version 3. */
function sign(
  issuer: Subject,
  subject: Buffer,
  key: KeyObject,
  extensions: readonly Buffer[],
  {
    hash = 'sha256',
    validFor = DAY,
    validFrom = -DAY,
  }: Pick<ClientCertificateOptions, 'hash' | 'validFrom' | 'validFor'> = {},
): { readonly certificate: string; readonly serial: string } {
  // Positive, whatever follows.
  const serial = Buffer.concat([Buffer.from([0x40]), randomBytes(8)]);
  const body = sequence(
    tlv(0xa0, integer(Buffer.from([2]))),
    integer(serial),
    ECDSA[hash],
    commonName(issuer.name),
    sequence(time(new Date(Date.now() + validFrom)), time(new Date(Date.now() + validFor))),
    subject,
    key.export({ type: 'spki', format: 'der' }),
    ...(extensions.length > 0 ? [tlv(0xa3, sequence(...extensions))] : []),
  );
  const signature = createSign(hash).update(body).sign(issuer.key);
  return {
    certificate: pem(sequence(body, ECDSA[hash], bits(signature))),
    serial: serial.toString('hex').toUpperCase(),
  };
}

function extendedUsage(usages: readonly (keyof typeof USAGES)[]): Buffer {
  return sequence(EXTENDED_KEY_USAGE, octets(sequence(...usages.map((usage) => oid(USAGES[usage])))));
}

/** RFC 5280, section 4.2.1.10: hosts below that name, and no others. */
function permitting(host: string, critical: boolean): Buffer {
  const subtrees = tlv(0xa0, sequence(tlv(0x82, Buffer.from(host))));
  return sequence(NAME_CONSTRAINTS, ...(critical ? [TRUE] : []), octets(sequence(subtrees)));
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
