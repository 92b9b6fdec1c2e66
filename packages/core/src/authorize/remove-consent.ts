import { EMPTIED_LINGERS } from '../grants/grant.ts';
import { revokeGrants } from '../owner/revoke-grants.ts';
import type { ServerContext } from '../server/context.ts';
import type { ClientId } from '../store/brands.ts';
import type { Register } from '../store/records.ts';
import type { Write } from '../store/store.ts';
import { StoreError } from '../store/store-error.ts';
import { consentKey } from './consent.ts';
import { isWritten } from './record-consent.ts';

const ROUNDS = 3;

/**
 * Takes back what an owner allowed a client, and ends every grant of the two (AX-166). The consent is emptied first,
 * also where there is none or it is empty: a decision under way then finds its version gone. Each step may be repeated.
 * @returns how many grants it ended
 */
export async function removeConsent(
  context: ServerContext,
  clientId: ClientId,
  subject: string,
  traceId: string,
): Promise<number> {
  const now = context.runtime.clock.now();
  const key = consentKey(clientId, subject);
  const ended = { state: null, expiresAt: now, purgeAt: now + EMPTIED_LINGERS };
  const emptying = (register: Register | undefined): Omit<Write, 'attempt'> =>
    register
      ? { change: { kind: 'consent', key, from: register.version, ...ended } }
      : {
          add: [
            { kind: 'consent', key, clientId, subject, sessionId: null, createdAt: now, data: '{"v":1}', ...ended },
          ],
        };
  let emptied = false;
  for (let round = 0; round < ROUNDS && !emptied; round++)
    emptied = await isWritten(context, emptying(await context.store.find('consent', key)));
  if (!emptied) throw new StoreError('unavailable', 'The consent kept moving on while it was to be removed.');
  return revokeGrants(context, { subject, client: clientId }, { reason: 'consent removed', now, traceId });
}
