declare const brand: unique symbol;

/** A primitive that only one module may make: the compiler keeps two kinds of text apart. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };

/** base64url(SHA-256(kind ":" handle)): 43 characters. A store is only ever handed hashes, by type. */
export type Key = Brand<string, 'Key'>;

/** The key of a grant, the family of everything that one owner decision gave. */
export type GrantId = Key;

/** Epoch milliseconds. */
export type Instant = number;

/** The `client_id`: 1 to 255 printable ASCII characters. */
export type ClientId = string;

/** JSON text written by core; stores neither read nor alter it. */
export type JsonText = string;

/** The instant of what never ends: the largest a JavaScript date can hold. */
export const NEVER: Instant = 8.64e15;

const KEY = /^[A-Za-z0-9_-]{43}$/;

/** Whether a value from outside the type system has the shape of a {@link Key}. */
export function isKey(value: unknown): value is Key {
  return typeof value === 'string' && KEY.test(value);
}
