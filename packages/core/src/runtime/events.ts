import type { GrantId } from '../store/brands.ts';

/** What happened at which endpoint under which trace id: the part every event has. */
export interface EventBase {
  readonly traceId: string;
}

/** Facts for logs, metrics, audit and hooks. No event holds a handle or a secret. */
export interface ServerEvents {
  readonly 'token.issued': EventBase & {
    grantType: string;
    clientId: string;
    subject: string | null;
    scope: readonly string[];
    refresh: boolean;
  };
  readonly 'token.retried': EventBase & { clientId: string; grantId: GrantId };
  readonly 'token.revoked': EventBase & { clientId: string; kind: 'access_token' | 'refresh_token' };
  readonly 'grant.revoked': EventBase & { grantId: GrantId; clientId: string; subject: string | null; reason: string };
  readonly 'request.refused': EventBase & {
    endpoint: string;
    error: string;
    check: string;
    expected: string | null;
    got: string | null;
    clientId: string | null;
  };
  readonly 'authorize.granted': EventBase & {
    clientId: string;
    subject: string;
    responseType: string;
    scope: readonly string[];
  };
  readonly 'login.succeeded': EventBase & { subject: string };
  readonly 'login.failed': EventBase & { locked: boolean };
  readonly logout: EventBase & { subject: string };
  readonly 'consent.decided': EventBase & {
    clientId: string;
    subject: string;
    allowed: boolean;
    scope: readonly string[];
  };
  readonly 'client.authentication_failed': EventBase & { clientId: string | null; method: string };
  /**
   * Calls of the store fail: the first of them, then every minute how many more, then that they succeed again and how
   * many had failed in all. `cause` is that of the last one, down to the driver's.
   */
  readonly 'store.trouble': {
    store: string;
    calls: 'reads' | 'writes';
    state: 'begins' | 'lasts' | 'ends';
    failed: number;
    forMs: number;
    cause: readonly string[] | null;
  };
  readonly 'store.unknown_outcome': { store: string; repeated: number; resolved: boolean };
  /** A refresh token newer than the store knows: the store is behind (failover, lagging replica). An alarm. */
  readonly 'store.behind': EventBase & { grantId: GrantId; clientId: string };
}

/** The name of an event. */
export type EventName = keyof ServerEvents;
/** Told of one kind of event, as it happens. */
export type Listener<N extends EventName> = (event: ServerEvents[N]) => void;

/** Tells listeners what happened; flows emit, logs, metrics and hooks listen. */
export interface Emitter {
  emit<N extends EventName>(name: N, event: ServerEvents[N]): void;
  on<N extends EventName>(name: N, listener: Listener<N>): void;
}

/** Delivers synchronously. A listener that throws is reported to `onError` and harms nobody. */
export function createEmitter(onError: (error: unknown, name: EventName) => void = () => undefined): Emitter {
  const listeners = new Map<EventName, ((event: never) => void)[]>();
  return {
    emit(name, event) {
      for (const listener of listeners.get(name) ?? []) {
        try {
          (listener as Listener<typeof name>)(event);
        } catch (error) {
          onError(error, name);
        }
      }
    },
    on(name, listener) {
      const list = listeners.get(name);
      if (list) list.push(listener);
      else listeners.set(name, [listener]);
    },
  };
}
