import type { ClientId, Instant, Key } from '../store/brands.ts';
import type { Register } from '../store/records.ts';
import { StoreError } from '../store/store-error.ts';
import { keyOf } from '../tokens/handle.ts';

/** What an owner has authorised a client for: one per client and owner, extended over time; null state: removed. */
export interface ConsentState {
  readonly v: 1;
  readonly scope: readonly string[];
  readonly changedAt: Instant;
}

/** Derived: one register per owner and client, whoever writes it first. */
export function consentKey(clientId: ClientId, subject: string): Key {
  return keyOf('consent', JSON.stringify([clientId, subject]));
}

/** The scopes on record; null where there is no consent, or it was removed. */
export function consentedScope(register: Register | undefined): readonly string[] | null {
  if (!register || register.state === null) return null;
  try {
    const state = JSON.parse(register.state) as ConsentState;
    if (state.v !== 1 || !Array.isArray(state.scope)) throw new TypeError('scope is missing');
    return state.scope;
  } catch (cause) {
    throw new StoreError('corrupt', 'A consent register does not hold what was written to it.', { cause });
  }
}
