import type { ServerContext } from '../server/context.ts';
import type { Instant } from '../store/brands.ts';
import type { Grant } from './grant.ts';

/** Ends a grant and everything of it in one change, whatever its version. */
export async function endFamily(
  context: ServerContext,
  grant: Grant,
  why: { readonly reason: string; readonly now: Instant; readonly traceId: string },
): Promise<void> {
  const { clientId, key, subject } = grant.register;
  await context.store.revoke({ grants: [key] }, why.now, why.reason);
  context.runtime.events.emit('grant.revoked', {
    traceId: why.traceId,
    grantId: key,
    clientId: clientId ?? '',
    subject,
    reason: why.reason,
  });
}
