import * as crypto from 'node:crypto';
import { availableParallelism } from 'node:os';
import { describe, expect, it } from 'vitest';
import { refusedLater } from '../oauth/refused.test-support.ts';
import { systemEntropy } from '../runtime/entropy.ts';
import { DEFAULT_LIMITS } from '../server/defaults.ts';
import { hashSlowly, slowHashFault, verifySlowly } from './slow-hash.ts';
import { inSlowHashQueue } from './slow-hash-queue.ts';

const SALT = Buffer.alloc(16, 1).toString('base64url');
const TAG = Buffer.alloc(32, 2).toString('base64url');

describe('a slow hash', () => {
  it('knows what it was made of, and nothing else', async () => {
    const stored = await hashSlowly('changeme', systemEntropy(), DEFAULT_LIMITS);
    expect(stored).toMatch(/^argon2id:m=19456,t=2,p=1:|^scrypt:N=32768,r=8,p=3:/);
    expect(slowHashFault(stored)).toBeNull();
    expect(await verifySlowly(stored, 'changeme', DEFAULT_LIMITS)).toBe(true);
    expect(await verifySlowly(stored, 'Changeme', DEFAULT_LIMITS)).toBe(false);
    expect(await verifySlowly(stored, '', DEFAULT_LIMITS)).toBe(false);
    expect(await hashSlowly('changeme', systemEntropy(), DEFAULT_LIMITS)).not.toBe(stored);
  });

  it('is what the algorithm itself makes of its parameters', async () => {
    const tag = crypto.scryptSync('password', Buffer.alloc(16, 1), 64, { N: 1024, r: 8, p: 16, maxmem: 2 ** 26 });
    const stored = `scrypt:N=1024,r=8,p=16:${SALT}:${tag.toString('base64url')}`;
    expect(await verifySlowly(stored, 'password', DEFAULT_LIMITS)).toBe(true);
    expect(await verifySlowly(stored.replace('r=8', 'r=9'), 'password', DEFAULT_LIMITS)).toBe(false);
  });

  it('of argon2id is so too', async (ctx) => {
    const { argon2Sync } = crypto as { argon2Sync?: typeof crypto.argon2Sync };
    if (!argon2Sync) return ctx.skip('this version of Node.js has no argon2');
    const parameters = { message: 'password', nonce: Buffer.alloc(16, 1), parallelism: 1, tagLength: 32 };
    const tag = argon2Sync('argon2id', { ...parameters, memory: 256, passes: 3 });
    const stored = `argon2id:m=256,t=3,p=1:${SALT}:${tag.toString('base64url')}`;
    expect(await verifySlowly(stored, 'password', DEFAULT_LIMITS)).toBe(true);
    expect(await verifySlowly(stored.replace('t=3', 't=2'), 'password', DEFAULT_LIMITS)).toBe(false);
  });

  it.each([
    '',
    'changeme',
    'argon2id:',
    `argon2i:m=19456,t=2,p=1:${SALT}:${TAG}`,
    `argon2id:m=19456,t=2:${SALT}:${TAG}`,
    `argon2id:m=0,t=2,p=1:${SALT}:${TAG}`,
    `argon2id:m=9999999,t=2,p=1:${SALT}:${TAG}`,
    `argon2id:m=19456,t=999,p=1:${SALT}:${TAG}`,
    `scrypt:N=9999999,r=8,p=1:${SALT}:${TAG}`,
    `scrypt:N=32768,r=8,p=0:${SALT}:${TAG}`,
    `scrypt:N=32768,r=8,p=3:${SALT}`,
    `scrypt:N=32768,r=8,p=3:${SALT}:${TAG}:${TAG}`,
    `scrypt:N=32768,r=8,p=3:${SALT}:${TAG}\n`,
  ])('is not taken from %j, and nothing is computed for it', async (stored) => {
    const fault = slowHashFault(stored);
    expect(fault).not.toBeNull();
    await expect(verifySlowly(stored, 'x', DEFAULT_LIMITS)).rejects.toThrow(fault ?? '');
  });
});

describe('the line for slow hashes', () => {
  it('[SEC-141] runs few at once, lets some wait in order, and refuses the rest at once', async () => {
    const limits = { slowHashesPerCore: 0, slowHashesWaiting: 2 };
    // No core may run any, but what runs already was let in under other limits.
    const gate = Promise.withResolvers<void>();
    const order: string[] = [];
    const first = inSlowHashQueue(DEFAULT_LIMITS, async () => {
      order.push('first');
      await gate.promise;
    });
    const second = inSlowHashQueue(limits, async () => void order.push('second'));
    const third = inSlowHashQueue(limits, async () => void order.push('third'));
    const fourth = await refusedLater(() => inSlowHashQueue(limits, async () => void order.push('fourth')));
    expect(fourth).toMatchObject({ code: 'temporarily_unavailable', status: 503, headers: { 'Retry-After': '2' } });
    expect(order).toEqual(['first']);
    gate.resolve();
    await Promise.all([first, second, third]);
    expect(order).toEqual(['first', 'second', 'third']);
  });

  it('[SEC-141] hands a place on without making it two', async () => {
    const limits = { slowHashesPerCore: 1, slowHashesWaiting: 100 };
    const running: PromiseWithResolvers<void>[] = [];
    const work = () => {
      const gate = Promise.withResolvers<void>();
      running.push(gate);
      return gate.promise;
    };
    const places = availableParallelism();
    const jobs = Array.from({ length: places + 2 }, () => inSlowHashQueue(limits, work));
    expect(running).toHaveLength(places);
    running[0]?.resolve();
    await jobs[0];
    expect(running).toHaveLength(places + 1);
    const late = inSlowHashQueue(limits, work);
    expect(running).toHaveLength(places + 1);
    for (let done = 0; done < running.length; done++) {
      running[done]?.resolve();
      await jobs[done];
    }
    await late;
    expect(running).toHaveLength(places + 3);
  });

  it('[SEC-141] goes on after work that failed', async () => {
    await expect(inSlowHashQueue(DEFAULT_LIMITS, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await inSlowHashQueue(DEFAULT_LIMITS, async () => 'next')).toBe('next');
  });
});
