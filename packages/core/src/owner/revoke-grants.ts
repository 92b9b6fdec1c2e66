import type { ServerContext } from '../server/context.ts';
import type { Instant } from '../store/brands.ts';
import type { Register } from '../store/records.ts';
import type { ListBy } from '../store/store.ts';

/** Grants that one call of the store lists and ends. */
const BATCH = 200;

export interface Ending {
  readonly reason: string;
  readonly now: Instant;
  readonly traceId: string;
}

/** Ends every grant of an owner, of an owner at a client, or of a session; or those of them that `which` says. Repeatable. @returns how many it ended */
export async function revokeGrants(
  { runtime, store }: ServerContext,
  by: ListBy,
  { now, reason, traceId }: Ending,
  which: (grant: Register) => boolean = () => true,
): Promise<number> {
  let ended = 0;
  let after: string | null = null;
  do {
    const page = await store.list('grant', by, { limit: BATCH, after });
    const live = page.items.filter((grant) => grant.revoked === null && which(grant));
    if (live.length > 0) ended += await store.revoke({ grants: live.map(({ key }) => key) }, now, reason);
    for (const { clientId, key, subject } of live)
      runtime.events.emit('grant.revoked', { traceId, grantId: key, clientId: clientId ?? '', subject, reason });
    after = page.next;
  } while (after !== null);
  return ended;
}
