import type { ServerContext } from '../server/context.ts';
import { revokeGrants } from './revoke-grants.ts';
import { endSession } from './session.ts';

const BATCH = 200;

/**
 * Signs an owner out everywhere and ends every grant: after a removal, a disable, an administrator's lock or a new
 * password (R42). Sessions first, so that nothing new comes of them; an owner who may still sign in starts afresh.
 */
export async function endOwner(
  context: ServerContext,
  subject: string,
  reason: string,
  traceId: string,
): Promise<{ readonly sessions: number; readonly grants: number }> {
  const now = context.runtime.clock.now();
  let sessions = 0;
  let after: string | null = null;
  do {
    const page = await context.store.list('session', { subject }, { limit: BATCH, after });
    for (const { key, state } of page.items) {
      if (state === null) continue;
      await endSession(context, key, now);
      sessions++;
    }
    after = page.next;
  } while (after !== null);
  return { sessions, grants: await revokeGrants(context, { subject }, { reason, now, traceId }) };
}
