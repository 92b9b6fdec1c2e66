import type { ClientId, Instant } from '@gatehouse/core';

/** Clients and months at most. */
const MOST = 10_000;
/** Share of a life that is added to what is noted, so that not each sign-in of a client notes its month again. */
const AHEAD = 8;

/** Which months of which clients this process has noted already, and until when: one row that every sign-in would write. */
export class NotedMonths {
  readonly #until = new Map<string, Instant>();

  /** Until when to note it, or null where that was done. */
  due(clientId: ClientId, month: number, purgeAt: Instant, now: Instant): Instant | null {
    if ((this.#until.get(nameOf(clientId, month)) ?? Number.NEGATIVE_INFINITY) >= purgeAt) return null;
    return purgeAt + Math.max(0, Math.ceil((purgeAt - now) / AHEAD));
  }

  noted(clientId: ClientId, month: number, until: Instant): void {
    const name = nameOf(clientId, month);
    this.#until.delete(name);
    this.#until.set(name, until);
    for (const oldest of this.#until.keys()) {
      if (this.#until.size <= MOST) return;
      this.#until.delete(oldest);
    }
  }
}

function nameOf(clientId: ClientId, month: number): string {
  return `${month}:${clientId}`;
}
