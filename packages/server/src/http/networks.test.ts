import { describe, expect, it } from 'vitest';
import { isNetwork, networkTest } from './networks.ts';

describe('whose header counts', () => {
  it.each([
    ['127.0.0.1', true],
    ['127.255.255.254', true],
    ['::1', true],
    ['::ffff:127.0.0.1', true],
    ['10.1.2.3', true],
    ['::ffff:10.1.2.3', true],
    ['fd00::5', true],
    ['fe80::1%eth0', true],
    ['11.1.2.3', false],
    ['128.0.0.1', false],
    ['::2', false],
    ['', false],
    ['localhost', false],
    ['127.0.0.1, 10.0.0.1', false],
  ])('%s: %s', (address, counts) => {
    const trusted = networkTest(['127.0.0.0/8', '::1', '10.0.0.0/8', 'fd00::/8', 'fe80::/10']);
    expect(trusted(address)).toBe(counts);
  });

  it.each(['localhost', '10.0.0.0/33', '10.0.0', '::/129', '10.0.0.0/', '', '10.0.0.0/8 ', '::1/64/2'])(
    '%o is no network',
    (text) => {
      expect(isNetwork(text)).toBe(false);
    },
  );
});
