import { DEFAULT_LIMITS, hashSlowly, systemEntropy } from '@gatehouse/core';
import { expect, test } from 'vitest';
import { createOwnerDirectory } from './configured-owner-directory.ts';

test('gives who is disabled or locked for the right password alone, so that the log can say why they are not let in', async () => {
  const passwordHash = await hashSlowly('right', systemEntropy(), DEFAULT_LIMITS);
  const owner = { subject: '1', username: 'ann', enabled: false, locked: true, claims: {} };
  const directory = createOwnerDirectory([{ owner, passwordHash }], DEFAULT_LIMITS);
  expect(await directory.authenticate('ann', 'right')).toEqual(owner);
  expect(await directory.authenticate('ann', 'wrong')).toBeNull();
  expect(await directory.authenticate('nobody', 'right')).toBeNull();
});
