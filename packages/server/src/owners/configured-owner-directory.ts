import { createHash } from 'node:crypto';
import { type Limits, type Owner, type OwnerDirectory, verifySlowly } from '@gatehouse/core';

/** An owner and the hash of the password. */
export interface OwnerRecord {
  readonly owner: Owner;
  /** `argon2id:…` or `scrypt:…`. */
  readonly passwordHash: string;
}

/** Owners that are written in the configuration. */
export function createOwnerDirectory(records: readonly OwnerRecord[], limits: Limits): OwnerDirectory {
  const byName = new Map(records.map((record) => [record.owner.username, record]));
  const bySubject = new Map(records.map(({ owner }) => [owner.subject, owner]));
  // Hashes made on several versions of Node.js cost differently: a name that nobody has gets one of them, always the same.
  const strangers = (username: string): OwnerRecord | undefined =>
    records[createHash('sha256').update(username).digest().readUInt32BE() % records.length];
  return {
    async authenticate(username, password) {
      const record = byName.get(username);
      // An unknown, disabled or locked owner costs one hash like every other, and nobody learns which it was (SEC-45).
      const hash = (record ?? strangers(username))?.passwordHash;
      if (hash === undefined) return null;
      const right = await verifySlowly(hash, password, limits);
      return right && record ? record.owner : null;
    },
    find: (subject) => Promise.resolve(bySubject.get(subject) ?? null),
  };
}
