import { hash, X509Certificate } from 'node:crypto';
import { SMALLEST_RSA } from '../assertions/verification-key.ts';
import type { Instant } from '../store/brands.ts';
import { DER, type DerValue, readDer, readOid, readOne } from './der.ts';
import { type DistinguishedName, readName } from './distinguished-name.ts';

/** What of a certificate (RFC 5280 4.1) a decision is made on, read from its DER and never from a text of it. */
export interface Certificate {
  readonly x509: X509Certificate;
  readonly der: Uint8Array;
  /** RFC 8705 3.1: base64url of the SHA-256 of the DER. */
  readonly thumbprint: string;
  readonly subject: DistinguishedName;
  readonly dns: readonly string[];
  readonly emails: readonly string[];
  readonly uris: readonly string[];
  /** Bytes, in hexadecimal. */
  readonly ips: readonly string[];
  readonly notBefore: Instant;
  readonly notAfter: Instant;
  readonly authority: { readonly pathLength: number } | null;
  /** Null: the extension is not there, and any use is allowed. */
  readonly keyUsage: { readonly digitalSignature: boolean; readonly signsCertificates: boolean } | null;
  readonly extendedUsage: readonly string[] | null;
  /** Signed with SHA-2, or by a curve that has its own hash: whoever can make two texts of one SHA-1 can have the other signed. */
  readonly signedSoundly: boolean;
  /** A public key as long as those that are registered have to be. */
  readonly soundKey: boolean;
  /** The identifier of an extension that has to be understood and is not (RFC 5280 4.2); null: none. */
  readonly unknownCritical: string | null;
}

const EXTENSIONS = 0xa3;
const VERSION = 0xa0;
const GENERAL = { email: 0x81, dns: 0x82, uri: 0x86, ip: 0x87 } as const;
const OID = {
  keyUsage: '2.5.29.15',
  alternativeName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  extendedUsage: '2.5.29.37',
} as const;
/** RFC 5280 4.2.1.10: only ever critical; where somebody wrote it otherwise it still limits what was certified. */
const NAME_CONSTRAINTS = '2.5.29.30';
const LARGEST = 16_384;

/** RFC 5758, RFC 8017 A.2.4, RFC 8410: RSA and ECDSA with SHA-256, SHA-384, SHA-512, and Ed25519. */
const SOUND_SIGNATURES: readonly string[] = [
  ...['11', '12', '13'].map((last) => `1.2.840.113549.1.1.${last}`),
  ...['2', '3', '4'].map((last) => `1.2.840.10045.4.3.${last}`),
  '1.3.101.112',
];
const RSASSA_PSS = '1.2.840.113549.1.1.10';
const SOUND_HASHES: readonly string[] = ['1', '2', '3'].map((last) => `2.16.840.1.101.3.4.2.${last}`);
/** The first parameter of RSASSA-PSS, its hash. */
const PSS_HASH = 0xa0;

/** @throws Error for what is no certificate, or one that cannot be read to its end */
export function readX509(der: Uint8Array): Certificate {
  if (der.length > LARGEST) throw new Error('A certificate is larger than any honest one.');
  const x509 = new X509Certificate(der);
  const [body, signature] = readDer(readOne(der, DER.sequence));
  const fields = readDer(body?.content ?? new Uint8Array());
  // serialNumber, signature, issuer, validity, subject, subjectPublicKeyInfo, after a version that may be left out.
  const first = fields[0]?.tag === VERSION ? 1 : 0;
  const subject = fields[first + 4];
  if (subject?.tag !== DER.sequence) throw new Error('A certificate has no subject.');
  const wrapped = fields.find(({ tag }) => tag === EXTENSIONS);
  const extensions = wrapped ? readDer(readOne(wrapped.content, DER.sequence)).map(readExtension) : [];
  if (new Set(extensions.map(({ oid }) => oid)).size < extensions.length)
    throw new Error('A certificate has an extension twice.');
  const extension = (oid: string): Uint8Array | undefined => extensions.find((one) => one.oid === oid)?.value;
  const known: readonly string[] = Object.values(OID);
  const names = alternativeNames(extension(OID.alternativeName));
  return {
    x509,
    der,
    thumbprint: hash('sha256', Buffer.from(der), 'base64url'),
    subject: readName(subject.content),
    dns: names(GENERAL.dns).map(ascii),
    emails: names(GENERAL.email).map(ascii),
    uris: names(GENERAL.uri).map(ascii),
    ips: names(GENERAL.ip).map((bytes) => Buffer.from(bytes).toString('hex')),
    notBefore: Date.parse(x509.validFrom),
    notAfter: Date.parse(x509.validTo),
    authority: authorityOf(extension(OID.basicConstraints)),
    keyUsage: keyUsageOf(extension(OID.keyUsage)),
    extendedUsage: usagesOf(extension(OID.extendedUsage)),
    signedSoundly: signature?.tag === DER.sequence && isSound(signature.content),
    soundKey: hasSoundKey(x509),
    unknownCritical:
      extensions.find(({ critical, oid }) => oid === NAME_CONSTRAINTS || (critical && !known.includes(oid)))?.oid ??
      null,
  };
}

/** Null for what {@link readX509} does not take. */
export function readableX509(der: Uint8Array): Certificate | null {
  try {
    return readX509(der);
  } catch {
    return null;
  }
}

/** The content of an AlgorithmIdentifier. */
function isSound(identifier: Uint8Array): boolean {
  const [algorithm, parameters] = readDer(identifier);
  if (algorithm?.tag !== DER.oid) return false;
  const oid = readOid(algorithm.content);
  if (oid !== RSASSA_PSS) return SOUND_SIGNATURES.includes(oid);
  // RFC 4055 3.1: where the hash is left out it is SHA-1.
  const hash = parameters && readDer(parameters.content).find(({ tag }) => tag === PSS_HASH);
  const [name] = hash ? readDer(readOne(hash.content, DER.sequence)) : [];
  return name?.tag === DER.oid && SOUND_HASHES.includes(readOid(name.content));
}

function hasSoundKey({ publicKey }: X509Certificate): boolean {
  const { modulusLength } = publicKey.asymmetricKeyDetails ?? {};
  return modulusLength === undefined || modulusLength >= SMALLEST_RSA;
}

interface Extension {
  readonly oid: string;
  readonly critical: boolean;
  readonly value: Uint8Array;
}

function readExtension({ content }: DerValue): Extension {
  const parts = readDer(content);
  const critical = parts[1]?.tag === DER.boolean;
  const value = parts[critical ? 2 : 1];
  if (parts[0]?.tag !== DER.oid || value?.tag !== DER.octets) throw new Error('An extension cannot be read.');
  return { oid: readOid(parts[0].content), critical, value: value.content };
}

function alternativeNames(value: Uint8Array | undefined): (tag: number) => readonly Uint8Array[] {
  const all = value ? readDer(readOne(value, DER.sequence)) : [];
  return (tag) => all.filter((name) => name.tag === tag).map(({ content }) => content);
}

function ascii(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}

function authorityOf(value: Uint8Array | undefined): Certificate['authority'] {
  if (!value) return null;
  const [ca, length] = readDer(readOne(value, DER.sequence));
  if (ca?.tag !== DER.boolean || ca.content[0] === 0) return null;
  return {
    pathLength: length ? Number(BigInt(`0x0${Buffer.from(length.content).toString('hex')}`)) : Number.POSITIVE_INFINITY,
  };
}

function keyUsageOf(value: Uint8Array | undefined): Certificate['keyUsage'] {
  if (!value) return null;
  const bits = readOne(value, DER.bitString)[1] ?? 0;
  return { digitalSignature: (bits & 0x80) !== 0, signsCertificates: (bits & 0x04) !== 0 };
}

function usagesOf(value: Uint8Array | undefined): Certificate['extendedUsage'] {
  return value ? readDer(readOne(value, DER.sequence)).map(({ content }) => readOid(content)) : null;
}
