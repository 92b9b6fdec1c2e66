import type { ServerContext } from '../server/context.ts';
import type { Instant } from '../store/brands.ts';
import type { Register } from '../store/records.ts';

/** Ends a grant and everything of it in one change, whatever its version. */
export async function endFamily(
  context: ServerContext,
  { clientId, key, revoked, subject }: Pick<Register, 'clientId' | 'key' | 'revoked' | 'subject'>,
  { now, reason, traceId }: { readonly reason: string; readonly now: Instant; readonly traceId: string },
): Promise<void> {
  await context.store.revoke({ grants: [key] }, now, reason);
  // Whoever comes back with a token of it once more tells nothing new.
  if (revoked !== null) return;
  context.runtime.events.emit('grant.revoked', { traceId, grantId: key, clientId: clientId ?? '', subject, reason });
}
