import { hash, hkdfSync } from 'node:crypto';
import type { Entropy } from '../runtime/entropy.ts';
import type { ServerSecrets } from '../server/secrets.ts';
import type { GrantId, Key } from '../store/brands.ts';
import type { Kind } from '../store/records.ts';

/**
 * What a client holds is a handle; what a store holds is its key. Letters and digits only (base62), as the reference
 * system's: prefix (product, kind, version of the format) · random parts · checksum. The checksum lets garbage be
 * refused without a store call and scanners tell a leak.
 */

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const BASE = 62;
const PREFIX = { access_token: 'gA1', refresh_token: 'gR1', code: 'gC1' } as const;
const CHECKSUM = 4;
const FAMILY = 14;
const GENERATION = 3;
/** 131 bits: the shortest secret part of any handle. */
const SECRET = 22;

export type HandleKind = keyof typeof PREFIX;

const KINDS = Object.keys(PREFIX) as readonly HandleKind[];

/** Characters around the secret part of each kind. */
const FRAME: Record<HandleKind, number> = {
  access_token: 3 + CHECKSUM,
  code: 3 + CHECKSUM,
  refresh_token: 3 + FAMILY + GENERATION + CHECKSUM,
};

/** The shortest total length a setting may name: 29, 29 and 46. */
export const MINIMUM_LENGTH: Record<HandleKind, number> = {
  access_token: FRAME.access_token + SECRET,
  code: FRAME.code + SECRET,
  refresh_token: FRAME.refresh_token + SECRET,
};

/** The last generation a refresh token can name. */
export const LAST_GENERATION: number = 62 ** GENERATION - 1;

/** The id every generation of a family carries, 14 letters; its hash is the grant's key. */
export type FamilyId = string & { readonly __family: unique symbol };

export interface RefreshHandle {
  readonly family: FamilyId;
  readonly generation: number;
}

/** Base62 letters without modulo bias: bytes from 248 on are thrown away. */
export function randomLetters(entropy: Entropy, length: number): string {
  let text = '';
  while (text.length < length) {
    for (const byte of entropy.bytes(length - text.length + 4)) {
      if (byte < 248 && text.length < length) text += ALPHABET[byte % 62];
    }
  }
  return text;
}

/** The kind is part of the input, so a handle offered as another kind is simply unknown. */
export function keyOf(
  kind: Kind | 'code_hash' | 'refresh_hash' | 'session_secret' | 'replay' | 'counter',
  handle: string,
): Key {
  return hash('sha256', `${kind}:${handle}`, 'base64url') as Key;
}

export function grantKey(family: FamilyId): GrantId {
  return keyOf('grant', family);
}

/**
 * The last digits of the bytes as one number in base 62, the lowest first: 14 letters out of 32 pseudo-random bytes leave
 * no bias worth a name. By hand, since every request pays for a checksum and a BigInt costs most of one.
 */
function lettersFrom(bytes: Uint8Array, length: number): string {
  const left = Uint8Array.from(bytes);
  let text = '';
  for (let i = 0; i < length; i++) {
    let rest = 0;
    for (let at = 0; at < left.length; at++) {
      const value = rest * 256 + (left[at] as number);
      left[at] = value / BASE;
      rest = value % BASE;
    }
    text += ALPHABET[rest];
  }
  return text;
}

function checksum(body: string): string {
  return lettersFrom(hash('sha256', `checksum:${body}`, 'buffer').subarray(0, 8), CHECKSUM);
}

function seal(body: string): string {
  return body + checksum(body);
}

export function makeAccessToken(entropy: Entropy, length: number): string {
  return seal(PREFIX.access_token + randomLetters(entropy, length - FRAME.access_token));
}

export function makeCode(entropy: Entropy, length: number): string {
  return seal(PREFIX.code + randomLetters(entropy, length - FRAME.code));
}

/** The code of an interaction: derived, so that the same page posted again finds its grant (store-contract). `material` is ≥ 32 pseudo-random bytes. */
export function makeDerivedCode(material: Uint8Array, length: number): string {
  const letters = length - FRAME.code;
  const stretched = Buffer.from(hkdfSync('sha256', material, '', 'gatehouse/code-letters', letters + 16));
  return seal(PREFIX.code + lettersFrom(stretched, letters));
}

export function makeRefreshToken(entropy: Entropy, length: number, family: FamilyId, generation: number): string {
  let number = '';
  for (let rest = generation, i = 0; i < GENERATION; i++, rest = Math.floor(rest / 62))
    number = ALPHABET[rest % 62] + number;
  return seal(PREFIX.refresh_token + family + number + randomLetters(entropy, length - FRAME.refresh_token));
}

export function makeFamilyId(entropy: Entropy): FamilyId {
  return randomLetters(entropy, FAMILY) as FamilyId;
}

/** A code in a log yields no family: the derivation is salted with the server's secret that made it. */
export function familyOfCode(code: string, secrets: ServerSecrets, index: number): FamilyId {
  return lettersFrom(
    Buffer.from(hkdfSync('sha256', code, secrets.key('family', index), 'gatehouse/family', 32)),
    FAMILY,
  ) as FamilyId;
}

/** The kind a text claims to be, if prefix, alphabet and checksum are right; null is refused without a store call. */
export function kindOf(text: string): HandleKind | null {
  const kind = claimedKind(text);
  if (kind === null || text.length < MINIMUM_LENGTH[kind] || !/^[0-9A-Za-z]+$/.test(text)) return null;
  return checksum(text.slice(0, -CHECKSUM)) === text.slice(-CHECKSUM) ? kind : null;
}

/** The kind a text claims to be by its prefix alone: good to choose whom to ask, and proves nothing. */
export function claimedKind(text: string): HandleKind | null {
  return KINDS.find((kind) => text.startsWith(PREFIX[kind])) ?? null;
}

/** What a refresh token says of itself; null where the text is none. */
export function parseRefreshToken(text: string): RefreshHandle | null {
  if (kindOf(text) !== 'refresh_token') return null;
  let generation = 0;
  for (const letter of text.slice(3 + FAMILY, 3 + FAMILY + GENERATION))
    generation = generation * 62 + ALPHABET.indexOf(letter);
  // Generations count from 1: one that was never given out accuses nobody.
  return generation === 0 ? null : { family: text.slice(3, 3 + FAMILY) as FamilyId, generation };
}
