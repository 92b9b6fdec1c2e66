import { networkInterfaces } from 'node:os';
import { expect, test } from 'vitest';
import { isThisMachine } from './containers.ts';

const own = (): readonly string[] =>
  Object.values(networkInterfaces())
    .flatMap((addresses) => (addresses ?? []).map(({ address }) => address))
    .filter((address) => !address.startsWith('fe80'));

test('an engine that publishes on our own loopback is told from one behind another address', async () => {
  for (const host of ['localhost', ...own()]) {
    const is = await isThisMachine(host);
    // The network of a container that has just ended took its address with it.
    if (host === 'localhost' || own().includes(host)) expect(is, host).toBe(true);
  }
  // Of the addresses for documents (RFC 5737), which no machine has.
  expect(await isThisMachine('192.0.2.1')).toBe(false);
});
