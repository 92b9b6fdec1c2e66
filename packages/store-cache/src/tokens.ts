import type { GrantId, Instant, Key, NewToken } from '@gatehouse/core';
import { Expiry, grown } from './expiry.ts';
import { RecentKeys } from './recent-keys.ts';
import { SharedFacts, type TokenFacts } from './token-facts.ts';

/** Whose a token is. A grant's register is one, so that its tokens hold no texts of their own. */
export interface TokenOwner {
  readonly key: GrantId | null;
  readonly subject: string | null;
}

/** A token with what the store adds to it. */
export interface StoredToken {
  readonly token: NewToken;
  /** Revoked by itself; its grant or client may end it too. */
  readonly revoked: boolean;
  readonly epoch: number;
}

/** `live`: a token that was still good had to go. */
export interface Eviction {
  readonly live: boolean;
}

/**
 * Access tokens, in columns: one has a slot and no object of its own (performance.md: at most 180 bytes). A full table
 * makes room: first of what has expired, then of what nobody has asked for longest.
 */
export class TokenTable {
  readonly limit: number;
  readonly #slots: RecentKeys;
  readonly #expiry = new Expiry();
  readonly #facts = new SharedFacts();
  readonly #keys: (Key | undefined)[] = [];
  readonly #factsOf: (TokenFacts | undefined)[] = [];
  readonly #owners: (TokenOwner | null)[] = [];
  readonly #data: string[] = [];
  #revoked = new Uint8Array(this.#expiry.capacity);
  readonly #evicted: (eviction: Eviction) => void;

  constructor(limit: number, evicted: (eviction: Eviction) => void) {
    this.limit = limit;
    this.#slots = new RecentKeys(limit);
    this.#evicted = evicted;
  }

  get size(): number {
    return this.#slots.size;
  }

  /** Kinds of tokens whose common facts are kept. */
  get kinds(): number {
    return this.#facts.size;
  }

  /** Undefined from its `purgeAt` on, whether it has been removed yet or not. Counts as asked for. */
  find(key: Key, at: Instant): StoredToken | undefined {
    const slot = this.#slots.use(key);
    return slot !== undefined && at < this.#expiry.deadline(slot) ? this.#read(slot) : undefined;
  }

  /** @returns false where it is not there, or marked already */
  revoke(key: Key, at: Instant): boolean {
    const slot = this.#slots.peek(key);
    if (slot === undefined || this.#revoked[slot] === 1 || this.#expiry.deadline(slot) <= at) return false;
    this.#revoked[slot] = 1;
    return true;
  }

  /** Takes the place of one with the same key: its owner has looked. */
  put({ token, revoked, epoch }: StoredToken, grant: TokenOwner | undefined): void {
    const before = this.#slots.peek(token.key);
    if (before !== undefined) this.#remove(before);
    else if (this.size >= this.limit) this.#makeRoom(token);
    const facts = this.#facts.take(token, epoch);
    const slot = this.#expiry.take(token.purgeAt);
    this.#keys[slot] = token.key;
    this.#factsOf[slot] = facts;
    this.#owners[slot] = ownerOf(token, grant);
    // Equal texts are one text: the comparison above it made them so.
    this.#data[slot] = facts.data;
    if (slot >= this.#revoked.length) this.#revoked = grown(this.#revoked, new Uint8Array(this.#expiry.capacity));
    this.#revoked[slot] = revoked ? 1 : 0;
    this.#slots.add(token.key, slot);
  }

  removeDue(at: Instant): boolean {
    const slot = this.#expiry.due(at);
    if (slot < 0) return false;
    this.#remove(slot);
    return true;
  }

  /** In no order. Tokens may come and go meanwhile: what is there all the time is met exactly once. */
  *values(): Generator<StoredToken> {
    for (let slot = 0; slot < this.#keys.length; slot++) if (this.#keys[slot] !== undefined) yield this.#read(slot);
  }

  /** Core gives every token the same time between its end and its purge, so the first due is the first to have expired. */
  #makeRoom(newcomer: NewToken): void {
    const first = this.#expiry.first();
    const expired =
      first >= 0 && this.#expiry.deadline(first) - (this.#factsOf[first]?.lingers ?? 0) <= newcomer.issuedAt;
    const slot = expired ? first : this.#slots.oldest(newcomer.key);
    if (slot === undefined) return;
    this.#remove(slot);
    this.#evicted({ live: !expired });
  }

  #read(slot: number): StoredToken {
    const facts = this.#factsOf[slot] as TokenFacts;
    const owner = this.#owners[slot] as TokenOwner | null;
    const purgeAt = this.#expiry.deadline(slot);
    const expiresAt = purgeAt - facts.lingers;
    return {
      token: {
        kind: 'access_token',
        key: this.#keys[slot] as Key,
        grantId: owner === null ? null : owner.key,
        clientId: facts.clientId,
        subject: owner === null ? null : owner.subject,
        scope: [...facts.scope],
        audience: [...facts.audience],
        issuedAt: expiresAt - facts.life,
        expiresAt,
        purgeAt,
        data: this.#data[slot] as string,
      },
      revoked: this.#revoked[slot] === 1,
      epoch: facts.epoch,
    };
  }

  #remove(slot: number): void {
    this.#slots.delete(this.#keys[slot] as Key);
    this.#facts.release(this.#factsOf[slot] as TokenFacts);
    this.#keys[slot] = undefined;
    this.#factsOf[slot] = undefined;
    this.#owners[slot] = null;
    this.#data[slot] = '';
    this.#expiry.release(slot);
  }
}

function ownerOf({ grantId, subject }: NewToken, grant: TokenOwner | undefined): TokenOwner | null {
  if (grantId === null && subject === null) return null;
  return grant?.key === grantId && grant.subject === subject ? grant : { key: grantId, subject };
}
