import { describe, expect, test } from 'vitest';
import { isSpecialAddress } from './special-address.ts';

describe('[SEC-38] addresses that nobody may have us call', () => {
  test.each([
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '127.255.255.255',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.1',
    '192.0.2.1',
    '192.168.0.1',
    '198.18.0.1',
    '198.19.255.255',
    '198.51.100.1',
    '203.0.113.1',
    '224.0.0.1',
    '239.255.255.255',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:8.8.8.8',
    '::127.0.0.1',
    '64:ff9b::7f00:1',
    '64:ff9b::8.8.8.8',
    '64:ff9b:1::1',
    '100::1',
    '2001::1',
    '2001:db8::1',
    '2002:7f00:1::',
    'fc00::1',
    'fd12::1',
    'fe80::1',
    'fec0::1',
    'ff02::1',
    '3fff::1',
    'localhost',
    '',
    '2130706433',
    '0x7f.1',
  ])('%s is one', (address) => {
    expect(isSpecialAddress(address)).toBe(true);
  });

  test.each(['8.8.8.8', '172.15.0.1', '172.32.0.1', '100.128.0.1', '192.167.1.1', '2606:4700::1', '2a00:1450::1'])(
    '%s is none',
    (address) => {
      expect(isSpecialAddress(address)).toBe(false);
    },
  );
});
