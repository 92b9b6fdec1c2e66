import { createSign, generateKeyPairSync, randomBytes } from 'node:crypto';

/** A self-signed certificate for localhost, made for one test, so that none is kept and none ends. */
export interface Certificate {
  readonly certificate: string;
  readonly key: string;
  readonly serial: string;
}

// The few shapes of DER (X.690) a certificate (RFC 5280) is made of.
function tlv(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  const { length } = content;
  const size =
    length < 128
      ? Buffer.from([length])
      : length < 256
        ? Buffer.from([0x81, length])
        : Buffer.from([0x82, length >> 8, length & 255]);
  return Buffer.concat([Buffer.from([tag]), size, content]);
}

const sequence = (...items: readonly Buffer[]): Buffer => tlv(0x30, ...items);
const set = (...items: readonly Buffer[]): Buffer => tlv(0x31, ...items);
const oid = (hex: string): Buffer => tlv(0x06, Buffer.from(hex, 'hex'));
const time = (date: Date): Buffer =>
  tlv(0x18, Buffer.from(`${date.toISOString().replaceAll(/[-:T]|\.\d+/g, '')}`, 'ascii'));

const ECDSA_SHA256 = sequence(oid('2a8648ce3d040302'));
const COMMON_NAME = oid('550403');
const ALTERNATIVE_NAMES = oid('551d11');

const name = (text: string): Buffer => sequence(set(sequence(COMMON_NAME, tlv(0x0c, Buffer.from(text)))));
const dns = (host: string): Buffer => tlv(0x82, Buffer.from(host));
const address = (bytes: readonly number[]): Buffer => tlv(0x87, Buffer.from(bytes));

function pem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

const DAY = 86_400_000;

export function makeCertificate(): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const serial = Buffer.concat([Buffer.from([0x40]), randomBytes(8)]);
  const names = sequence(dns('localhost'), address([127, 0, 0, 1]), address([...new Array<number>(15).fill(0), 1]));
  const body = sequence(
    tlv(0xa0, tlv(0x02, Buffer.from([2]))),
    tlv(0x02, serial),
    ECDSA_SHA256,
    name('localhost'),
    sequence(time(new Date(Date.now() - DAY)), time(new Date(Date.now() + DAY))),
    name('localhost'),
    publicKey.export({ type: 'spki', format: 'der' }),
    tlv(0xa3, sequence(sequence(ALTERNATIVE_NAMES, tlv(0x04, names)))),
  );
  const signature = createSign('sha256').update(body).sign(privateKey);
  return {
    certificate: pem(sequence(body, ECDSA_SHA256, tlv(0x03, Buffer.from([0]), signature))),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    serial: serial.toString('hex').toUpperCase(),
  };
}
