import type { Client } from '../client/client.ts';
import { standingOwner } from '../owner/owner-standing.ts';
import type { ServerContext } from '../server/context.ts';
import type { Instant } from '../store/brands.ts';
import type { Token } from '../store/records.ts';
import { keyOf, kindOf } from './handle.ts';

/** `unknown` covers what was never given, what was revoked, and what its owner no longer stands behind. */
export interface Inspected {
  readonly state: 'live' | 'expired' | 'unknown';
  readonly token: Token | null;
  readonly client: Client | undefined;
}

const UNKNOWN: Inspected = { state: 'unknown', token: null, client: undefined };

/** RFC 6749 1.4: live while now < expiresAt, whatever a store's own clock or purge say. */
export function isLive(record: { readonly expiresAt: Instant }, now: Instant): boolean {
  return now < record.expiresAt;
}

/** The one place that says whether an access token is live; renderers differ in field names only. */
export async function inspectAccessToken(context: ServerContext, handle: string, now: Instant): Promise<Inspected> {
  if (kindOf(handle) !== 'access_token') return UNKNOWN;
  const key = keyOf('access_token', handle);
  const token = await context.store.find('access_token', key);
  // A store whose look-up coerces or folds finds a neighbour's row (CVE-2026-27840).
  if (!token || token.key !== key || token.revoked !== null) return UNKNOWN;
  if (!isLive(token, now)) return { state: 'expired', token, client: undefined };
  const client = await context.clients.find(token.clientId);
  if (token.subject !== null && !(await standingOwner(context, token.subject))) return { ...UNKNOWN, client };
  return { state: 'live', token, client };
}
