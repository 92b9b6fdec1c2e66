import { compactVerify } from 'jose';
import { AssertionFault } from '../assertions/assertion-fault.ts';
import type { VerificationKey } from '../assertions/verification-key.ts';
import type { JwsHeader } from './jose-header.ts';

/** A key for an HMAC, beside the public ones. */
export type SignatureKey = VerificationKey | (Omit<VerificationKey, 'key'> & { readonly key: Uint8Array });

/**
 * Whether one of the registered keys made the signature. The header's `kid` and `alg` only choose among them (R23): a key
 * that is not for this algorithm is not tried, whatever the header says.
 * @throws AssertionFault
 */
export async function requireSignature(
  text: string,
  { alg, kid }: JwsHeader,
  keys: readonly SignatureKey[],
  allowed: readonly string[],
): Promise<void> {
  if (keys.length === 0) throw new AssertionFault('jwt-keys-registered', 'a registered key');
  if (allowed.length > 0 && !allowed.includes(alg))
    throw new AssertionFault('jwt-algorithm-registered', allowed.join(', '), alg);
  // A certificate has no key id, so it may be meant by any.
  const named = keys.filter((key) => kid === null || key.kid === null || key.kid === kid);
  if (named.length === 0) throw new AssertionFault('jwt-key-known', 'the id of a registered key');
  const fitting = named.filter(({ algorithms }) => algorithms.includes(alg));
  if (fitting.length === 0)
    throw new AssertionFault(
      'jwt-algorithm-of-key',
      [...new Set(named.flatMap((key) => key.algorithms))].join(', '),
      alg,
    );
  for (const { key } of fitting) if (await verifies(text, key, alg)) return;
  throw new AssertionFault('jwt-signature', 'a signature by a registered key');
}

async function verifies(text: string, key: SignatureKey['key'], alg: string): Promise<boolean> {
  try {
    await compactVerify(text, key, { algorithms: [alg] });
    return true;
  } catch {
    // SEC-102: a signature of the wrong form or with values out of range is a wrong signature, never a defect.
    return false;
  }
}
