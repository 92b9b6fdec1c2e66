import type { ServerContext } from '../server/context.ts';
import type { Owner } from './owner.ts';

/**
 * The owner behind a subject as of now. Null: removed, disabled, or locked by an administrator; what stands on this
 * owner falls. A deployment whose hooks authenticate owners may name some that the directory does not know.
 */
export async function standingOwner(context: ServerContext, subject: string): Promise<Owner | null> {
  const owner = await context.owners.find(subject);
  if (owner) return owner.enabled && !owner.locked ? owner : null;
  const { authenticateOwner, authenticatedSubject } = context.hooks;
  if (!authenticateOwner && !authenticatedSubject) return null;
  return { subject, username: subject, enabled: true, locked: false, claims: {} };
}
