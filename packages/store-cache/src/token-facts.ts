import type { ClientId, JsonText, NewToken } from '@gatehouse/core';

/** What many tokens have in common: kept once, and only while one of them is there. */
export interface TokenFacts {
  readonly id: string;
  readonly clientId: ClientId;
  readonly scope: readonly string[];
  readonly audience: readonly string[];
  /** Milliseconds from `issuedAt` to `expiresAt`, and from there to `purgeAt`. */
  readonly life: number;
  readonly lingers: number;
  /** The epoch of the client when they were added; of tokens that have a grant 0, since the grant's counts. */
  readonly epoch: number;
  /** The newest token's: most of a kind have the same, and then share one text. */
  data: JsonText;
  tokens: number;
}

export class SharedFacts {
  readonly #facts = new Map<string, TokenFacts>();

  get size(): number {
    return this.#facts.size;
  }

  /** Counts one token more that has them. */
  take(token: NewToken, epoch: number): TokenFacts {
    const life = token.expiresAt - token.issuedAt;
    const lingers = token.purgeAt - token.expiresAt;
    const id = JSON.stringify([token.clientId, token.scope, token.audience, life, lingers, epoch]);
    let facts = this.#facts.get(id);
    if (facts === undefined) {
      const { clientId, scope, audience, data } = token;
      facts = { id, clientId, scope: [...scope], audience: [...audience], life, lingers, epoch, data, tokens: 0 };
      this.#facts.set(id, facts);
    }
    if (facts.data !== token.data) facts.data = token.data;
    facts.tokens++;
    return facts;
  }

  release(facts: TokenFacts): void {
    facts.tokens--;
    if (facts.tokens === 0) this.#facts.delete(facts.id);
  }
}
