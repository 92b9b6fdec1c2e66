// The few shapes of DER (X.690) that a certificate (RFC 5280) is made of.

export function tlv(tag: number, ...contents: readonly Buffer[]): Buffer {
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

export const sequence = (...items: readonly Buffer[]): Buffer => tlv(0x30, ...items);
export const set = (...items: readonly Buffer[]): Buffer => tlv(0x31, ...items);
export const oid = (hex: string): Buffer => tlv(0x06, Buffer.from(hex, 'hex'));
export const integer = (bytes: Buffer): Buffer => tlv(0x02, bytes);
export const octets = (content: Buffer): Buffer => tlv(0x04, content);
export const bits = (content: Buffer): Buffer => tlv(0x03, Buffer.from([0]), content);
export const text = (value: string): Buffer => tlv(0x0c, Buffer.from(value));
export const printable = (value: string): Buffer => tlv(0x13, Buffer.from(value));
export const TRUE: Buffer = tlv(0x01, Buffer.from([0xff]));

export function time(date: Date): Buffer {
  return tlv(0x18, Buffer.from(date.toISOString().replaceAll(/[-:T]|\.\d+/g, ''), 'ascii'));
}
