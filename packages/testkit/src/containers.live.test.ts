import { networkInterfaces } from 'node:os';
import { expect, test } from 'vitest';
import { isThisMachine } from './containers.ts';

test('an engine that publishes on our own loopback is told from one behind another address', async () => {
  const own = Object.values(networkInterfaces()).flatMap((addresses) =>
    (addresses ?? []).map(({ address }) => address),
  );
  for (const host of ['localhost', ...own.filter((address) => !address.startsWith('fe80'))])
    expect(await isThisMachine(host), host).toBe(true);
  // Of the addresses for documents (RFC 5737), which no machine has.
  expect(await isThisMachine('192.0.2.1')).toBe(false);
});
