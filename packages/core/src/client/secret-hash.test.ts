import { describe, expect, it } from 'vitest';
import { systemEntropy } from '../runtime/entropy.ts';
import { DEFAULT_LIMITS } from '../server/defaults.ts';
import { createServerSecrets } from '../server/secrets.ts';
import { hashMachineSecret, secretHashFault, verifySecret } from './secret-hash.ts';
import { hashSlowly } from './slow-hash.ts';

const secrets = createServerSecrets(['a server secret of at least thirty-two bytes']);
const check = { secrets, limits: DEFAULT_LIMITS, clientId: 'app' };
/** No slow hash can run or wait: whatever is right under these was remembered. */
const NO_SLOW = { slowHashesPerCore: 0, slowHashesWaiting: 0 };

describe('a stored secret', () => {
  it('of a machine is a fast hash, SHA-256 in base64url', async () => {
    const stored = hashMachineSecret('6808d4b6-ef09-4b0d-8f28-3b05da9c48ec');
    expect(stored).toMatch(/^sha256:[A-Za-z0-9_-]{43}$/);
    expect(hashMachineSecret('abc')).toBe('sha256:ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0');
    expect(await verifySecret(stored, '6808d4b6-ef09-4b0d-8f28-3b05da9c48ec', { ...check, limits: NO_SLOW })).toBe(
      true,
    );
    expect(await verifySecret(stored, '6808d4b6-ef09-4b0d-8f28-3b05da9c48ed', { ...check, limits: NO_SLOW })).toBe(
      false,
    );
    expect(await verifySecret(stored, '', check)).toBe(false);
  });

  it('of a person is a slow hash, paid once and remembered for this client, secret and hash', async () => {
    const stored = await hashSlowly('changeme', systemEntropy(), DEFAULT_LIMITS);
    const free = { ...check, limits: NO_SLOW };
    expect(await verifySecret(stored, 'changeme', check)).toBe(true);
    expect(await verifySecret(stored, 'changeme', free)).toBe(true);
    await expect(verifySecret(stored, 'changed', free)).rejects.toThrow('busy');
    await expect(verifySecret(stored, 'changeme', { ...free, clientId: 'other' })).rejects.toThrow('busy');
    const rotated = await hashSlowly('changeme', systemEntropy(), DEFAULT_LIMITS);
    await expect(verifySecret(rotated, 'changeme', free)).rejects.toThrow('busy');
  });

  it('that is wrong is not remembered', async () => {
    const stored = await hashSlowly('changeme', systemEntropy(), DEFAULT_LIMITS);
    expect(await verifySecret(stored, 'wrong', check)).toBe(false);
    await expect(verifySecret(stored, 'wrong', { ...check, limits: NO_SLOW })).rejects.toThrow('busy');
  });

  it.each([
    '',
    'changeme',
    'sha256:',
    `sha256:${'A'.repeat(42)}`,
    `sha256:${'A'.repeat(44)}`,
    `sha256:${'+'.repeat(43)}`,
    'md5:x',
  ])('is not %j', (text) => {
    expect(secretHashFault(text)).not.toBeNull();
  });
});
