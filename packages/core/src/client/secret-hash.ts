import { hash, timingSafeEqual } from 'node:crypto';
import { mac, type ServerSecrets } from '../server/secrets.ts';
import type { ClientId } from '../store/brands.ts';
import { slowHashFault, verifySlowly } from './slow-hash.ts';
import type { SlowHashLimits } from './slow-hash-queue.ts';

const FAST = /^sha256:([A-Za-z0-9_-]{43})$/;

/** For what a machine made, 122 random bits of a UUID included: guessing is hopeless at any speed (R31). */
export function hashMachineSecret(secret: string): string {
  return `sha256:${hash('sha256', secret, 'base64url')}`;
}

/** Why a text is no stored secret; null where it is one. */
export function secretHashFault(stored: string): string | null {
  if (FAST.test(stored)) return null;
  return stored.startsWith('sha256:') ? 'is not sha256: and 43 characters of base64url' : slowHashFault(stored);
}

export interface SecretCheck {
  readonly secrets: ServerSecrets;
  readonly limits: SlowHashLimits;
  readonly clientId: ClientId;
}

/** @throws OAuthError `temporarily_unavailable` where too many slow hashes are waiting */
export async function verifySecret(stored: string, presented: string, check: SecretCheck): Promise<boolean> {
  const [, fast] = FAST.exec(stored) ?? [];
  if (fast !== undefined) return timingSafeEqual(hash('sha256', presented, 'buffer'), Buffer.from(fast, 'base64url'));
  const memo = memoOf(check.secrets);
  const key = mac(check.secrets.key('memo', 0), check.clientId, presented, stored);
  if (memo.has(key)) return true;
  const right = await verifySlowly(stored, presented, check.limits);
  if (right) {
    if (memo.size >= MEMO_SIZE) memo.delete(memo.values().next().value ?? '');
    memo.add(key);
  }
  return right;
}

/** Successes of slow hashes that are remembered; the oldest makes room. */
const MEMO_SIZE = 1_000;

/**
 * A slow hash is paid once a process (R31). The key holds the stored hash, so a changed secret is another entry, and is
 * a MAC, so the memory holds no secret that could be tried elsewhere.
 */
const memos = new WeakMap<ServerSecrets, Set<string>>();

function memoOf(secrets: ServerSecrets): Set<string> {
  let memo = memos.get(secrets);
  if (!memo) {
    memo = new Set();
    memos.set(secrets, memo);
  }
  return memo;
}
