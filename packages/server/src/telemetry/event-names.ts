import type { EventName } from '@gatehouse/core';

/** Every event there is: false where it belongs to no request. The compiler holds it against core's. */
const EVENTS: Readonly<Record<EventName, boolean>> = {
  'token.issued': true,
  'token.retried': true,
  'token.revoked': true,
  'grant.revoked': true,
  'request.refused': true,
  'authorize.granted': true,
  'login.succeeded': true,
  'login.failed': true,
  logout: true,
  'consent.decided': true,
  'client.authentication_failed': true,
  'store.behind': true,
  'store.trouble': false,
  'store.unknown_outcome': false,
};

export const EVENT_NAMES: readonly EventName[] = Object.keys(EVENTS) as EventName[];

/** Those that happen under a trace id. */
export type RequestEventName = Exclude<EventName, 'store.trouble' | 'store.unknown_outcome'>;
export const REQUEST_EVENTS: readonly RequestEventName[] = EVENT_NAMES.filter(
  (name) => EVENTS[name],
) as RequestEventName[];
