import type { ClientId, Instant, Key } from '../store/brands.ts';
import type { Register } from '../store/records.ts';
import { StoreError } from '../store/store-error.ts';
import { keyOf } from '../tokens/handle.ts';

/** What an owner has authorised a client for: one per client and owner, extended over time; null state: removed. */
export interface ConsentState {
  readonly v: 1;
  readonly scope: readonly string[];
  /** Resources (RFC 8707) that any of them was allowed for, and for each scope which, by their places; absent: none. */
  readonly resources?: readonly string[];
  readonly covers?: readonly (readonly number[])[];
  readonly changedAt: Instant;
}

/** The resources that each scope was allowed for. */
export type Consented = ReadonlyMap<string, ReadonlySet<string>>;

/** Derived: one register per owner and client, whoever writes it first. */
export function consentKey(clientId: ClientId, subject: string): Key {
  return keyOf('consent', JSON.stringify([clientId, subject]));
}

/** What is on record; null where there is no consent, or it was removed. */
export function readConsent(register: Register | undefined): Consented | null {
  if (!register || register.state === null) return null;
  try {
    const state = JSON.parse(register.state) as ConsentState;
    if (state.v !== 1 || !Array.isArray(state.scope)) throw new TypeError('scope is missing');
    const { covers = [], resources = [], scope } = state;
    return new Map(
      scope.map((name, at) => [name, new Set((covers[at] ?? []).flatMap((place) => resources[place] ?? []))]),
    );
  } catch (cause) {
    throw new StoreError('corrupt', 'A consent register does not hold what was written to it.', { cause });
  }
}

export function writeConsent(consented: Consented, changedAt: Instant): string {
  const resources = [...new Set([...consented.values()].flatMap((allowed) => [...allowed]))];
  const covers = [...consented.values()].map((allowed) => [...allowed].map((resource) => resources.indexOf(resource)));
  const state: ConsentState = {
    v: 1,
    scope: [...consented.keys()],
    ...(resources.length > 0 ? { resources, covers } : {}),
    changedAt,
  };
  return JSON.stringify(state);
}

/** The scopes on record; null where there is no consent, or it was removed. */
export function consentedScope(register: Register | undefined): readonly string[] | null {
  const consented = readConsent(register);
  return consented && [...consented.keys()];
}

/** Whether a scope was allowed for each of these resources: what it may do depends on where (R37). */
export function isConsented(consented: Consented | null, scope: string, audience: readonly string[]): boolean {
  const allowed = consented?.get(scope);
  return allowed !== undefined && audience.every((resource) => allowed.has(resource));
}
