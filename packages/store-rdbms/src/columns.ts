import { hash } from 'node:crypto';
import type { ClientId, Key } from '@gatehouse/core';

/**
 * How texts of any kind become columns that are compared letter by letter on every database: printable ASCII, no space
 * at either end (some databases pad), of a known length. What is not like that is stood for by its hash, and kept
 * whole in the column `data`.
 */

/** Marks a hash that stands for a text; a text that begins like one is hashed too, so no two texts share a column. */
const STANDS_FOR = '~';

const PLAIN = /^[!-}](?:[ -~]*[!-~])?$/;

const TENANT_LENGTH = 64;
const CLIENT_LENGTH = 255;

/** The namespace of a store as `tenant_id`. */
export function tenantColumn(namespace: string): string {
  return plainOrHash(namespace, TENANT_LENGTH);
}

export function clientColumn(clientId: ClientId): string {
  return plainOrHash(clientId, CLIENT_LENGTH);
}

/**
 * The column that joins find a client's epoch by. One that is not under the key that belongs to its client raises
 * nobody's epoch: it is kept under a name that no client has.
 */
export function epochClientColumn(key: Key, clientId: ClientId | null, ownKey: (clientId: ClientId) => Key): string {
  return clientId !== null && ownKey(clientId) === key ? clientColumn(clientId) : STANDS_FOR + key;
}

export function subjectColumn(subject: string): string {
  return hash('sha256', `subject:${subject}`, 'base64url');
}

/** The key of a nonce in a space, or of a counter: both texts, told apart by their quotes. */
export function pairColumn(name: string, key: Key): string {
  return hash('sha256', JSON.stringify([name, key]), 'base64url');
}

/** `~` is the last printable letter, so `[!-}]` is every first letter but that one. */
function plainOrHash(text: string, length: number): string {
  if (text.length <= length && PLAIN.test(text)) return text;
  return STANDS_FOR + hash('sha256', text, 'base64url');
}

/**
 * A text of any content for a column that may be null: Oracle takes the empty text for null, so no column ever holds
 * it. What core writes is JSON and never begins with the mark.
 */
export function storedText(text: string): string {
  return text === '' || text.startsWith(STANDS_FOR) ? STANDS_FOR + text : text;
}

export function givenText(column: string): string {
  return column.startsWith(STANDS_FOR) ? column.slice(1) : column;
}
