import { hash } from 'node:crypto';
import { type ClientId, type Instant, type Key, keyOf } from '@gatehouse/core';
import { BUCKETS } from './schema/tables.ts';

export function subjectColumn(subject: string): string {
  return hash('sha256', `subject:${subject}`, 'base64url');
}

/** The key of a nonce in a space, or of a counter: both texts, told apart by their quotes. */
export function pairColumn(name: string, key: Key): string {
  return hash('sha256', JSON.stringify([name, key]), 'base64url');
}

/** Under which a client's epoch is found by whoever has only its id. */
export function epochKey(clientId: ClientId): Key {
  return keyOf('client_epoch', clientId);
}

/** Of base64url, in the order of their values. */
export const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** A key is the base64url of a hash: its second letter is as random as a bucket has to be. */
export function bucketOf(key: Key): number {
  return LETTERS.indexOf(key.charAt(1)) % BUCKETS;
}

/** Months since 1970, as UTC counts them. */
export function monthOf(instant: Instant): number {
  const date = new Date(instant);
  return (date.getUTCFullYear() - 1970) * 12 + date.getUTCMonth();
}
