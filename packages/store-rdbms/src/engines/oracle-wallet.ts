import { generateKeyPairSync, sign } from 'node:crypto';

/**
 * The authority alone, as a wallet that the driver takes: it makes every part of its TLS of the one text, the client's
 * own key and certificate too, and ends in an error where they are missing. So they are made, and thrown away with the
 * connection: a server that asks for none never sees them, and one that asks knows nobody who signed them.
 */
export function walletOfAuthority(ca: string): string {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const name = sequence(der(0x31, sequence(COMMON_NAME, der(0x0c, Buffer.from('gatehouse')))));
  const validity = sequence(der(0x17, Buffer.from('000101000000Z')), der(0x18, Buffer.from('99991231235959Z')));
  const algorithm = sequence(ECDSA_WITH_SHA256);
  const serial = der(0x02, Buffer.from([1]));
  // RFC 5280 4.1, version 1: nothing optional.
  const signed = sequence(serial, algorithm, name, validity, name, publicKey.export({ type: 'spki', format: 'der' }));
  const signature = sign('sha256', signed, privateKey);
  const certificate = sequence(signed, algorithm, der(0x03, Buffer.concat([Buffer.from([0]), signature])));
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  // The first certificate is the client's own.
  return [pem(certificate), key, ca].join('\n');
}

/** 2.5.4.3 and 1.2.840.10045.4.3.2. */
const COMMON_NAME = Buffer.from('0603550403', 'hex');
const ECDSA_WITH_SHA256 = Buffer.from('06082a8648ce3d040302', 'hex');

/** X.690 8.1: tag, length, contents. */
function der(tag: number, contents: Buffer): Buffer {
  const size = contents.length;
  const length = size < 0x80 ? [size] : size < 0x100 ? [0x81, size] : [0x82, size >> 8, size & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), contents]);
}

const sequence = (...parts: readonly Buffer[]): Buffer => der(0x30, Buffer.concat(parts));

function pem(certificate: Buffer): string {
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}
