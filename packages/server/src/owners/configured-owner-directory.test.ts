import { DEFAULT_LIMITS, hashSlowly, type Owner, systemEntropy } from '@gatehouse/core';
import { describe, expect, test } from 'vitest';
import { createOwnerDirectory } from './configured-owner-directory.ts';

test('gives who is disabled or locked for the right password alone, so that the log can say why they are not let in', async () => {
  const passwordHash = await hashSlowly('right', systemEntropy(), DEFAULT_LIMITS);
  const owner = { subject: '1', username: 'ann', enabled: false, locked: true, claims: {} };
  const directory = createOwnerDirectory([{ owner, passwordHash }], DEFAULT_LIMITS);
  expect(await directory.authenticate('ann', 'right')).toEqual(owner);
  expect(await directory.authenticate('ann', 'wrong')).toBeNull();
  expect(await directory.authenticate('nobody', 'right')).toBeNull();
});

describe('[SEC-45] a name that nobody has', () => {
  const owner = (username: string): Owner => ({
    subject: username,
    username,
    enabled: true,
    locked: false,
    claims: {},
  });
  // Which hash is computed shows in what becomes of it: one of the two cannot be.
  const CHEAP = 'scrypt:N=2,r=1,p=1:AAAAAAAAAAAAAAAAAAAAAA:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
  const IMPOSSIBLE = 'scrypt:N=3,r=1,p=1:AAAAAAAAAAAAAAAAAAAAAA:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
  const directory = createOwnerDirectory(
    [
      { owner: owner('ann'), passwordHash: CHEAP },
      { owner: owner('bob'), passwordHash: IMPOSSIBLE },
    ],
    DEFAULT_LIMITS,
  );
  const costOf = (username: string): Promise<string> =>
    directory.authenticate(username, 'x').then(
      () => 'cheap',
      () => 'impossible',
    );

  test('costs what one of those costs that are there, and the same each time', async () => {
    const names = Array.from({ length: 40 }, (_, i) => `stranger${i}`);
    const costs = await Promise.all(names.map(costOf));
    expect(new Set(costs)).toEqual(new Set(['cheap', 'impossible']));
    expect(await Promise.all(names.map(costOf))).toEqual(costs);
    expect([await costOf('ann'), await costOf('bob')]).toEqual(['cheap', 'impossible']);
  });
});
