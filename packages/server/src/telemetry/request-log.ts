import type { Emitter, Log, ServerEvents } from '@gatehouse/core';
import { REQUEST_EVENTS } from './event-names.ts';

/** One request, when it has been answered. */
export interface RequestRecord {
  readonly traceId: string;
  readonly method: string;
  /** The route, never the URL as it was sent. */
  readonly path: string;
  readonly status: number;
  /** Milliseconds. */
  readonly ms: number;
  readonly clientAddress: string;
}

export interface RequestLog {
  begin(traceId: string): void;
  /** Adds a fact to the record of a request that is under way. */
  note(traceId: string, name: string, facts: Readonly<Record<string, unknown>>): void;
  end(record: RequestRecord): void;
}

type Facts = Record<string, unknown>;

/** What core calls the end of a grant whose code or refresh token came a second time. */
const REPLAYS: ReadonlySet<string> = new Set(['code replayed', 'refresh token reused']);

/** The same words for as long as it lasts: they are looked for. */
const TROUBLE: Readonly<
  Record<ServerEvents['store.trouble']['calls'], Readonly<Record<ServerEvents['store.trouble']['state'], string>>>
> = {
  reads: {
    begins: 'The store could not be read; a request that needs it is answered 503.',
    lasts: 'The store still cannot be read.',
    ends: 'The store can be read again.',
  },
  writes: {
    begins: 'The store could not be written; a request that needs it is answered 503.',
    lasts: 'The store still cannot be written.',
    ends: 'The store can be written again.',
  },
};

/** One line a request, with everything that happened under its trace id: what was refused, by which check, and why. */
export function createRequestLog(log: Log, events: Emitter): RequestLog {
  const underWay = new Map<string, Facts>();
  const on = log.isEnabled('info');

  const note = (traceId: string, name: string, facts: Readonly<Record<string, unknown>>): void => {
    const record = underWay.get(traceId);
    if (!record) {
      if (on) log.info({ traceId, [name]: facts }, name);
      return;
    }
    const before = record[name];
    record[name] = before === undefined ? facts : [...(Array.isArray(before) ? before : [before]), facts];
  };

  if (on) for (const name of REQUEST_EVENTS) events.on(name, ({ traceId, ...facts }) => note(traceId, name, facts));
  // An alarm, at every level.
  events.on('store.behind', (facts) => {
    log.error({ ...facts }, 'A refresh token is newer than the store: the store is behind.');
  });
  events.on('grant.revoked', (facts) => {
    if (REPLAYS.has(facts.reason))
      log.warn({ ...facts }, 'A used code or refresh token came back; all that its sign-in gave has ended.');
  });
  events.on('store.trouble', ({ state, calls, forMs, failed, cause, ...facts }) => {
    const fields = { ...facts, calls, failed, seconds: Math.round(forMs / 1000), ...(cause ? { cause } : {}) };
    // The end is as loud as an operator needs who has seen the beginning.
    log[state === 'ends' ? 'warn' : 'error'](fields, TROUBLE[calls][state]);
  });
  events.on('store.unknown_outcome', (facts) => {
    log.warn({ ...facts }, facts.resolved ? 'An unknown outcome was resolved.' : 'An unknown outcome stayed unknown.');
  });

  return {
    begin(traceId) {
      if (on) underWay.set(traceId, {});
    },
    note(traceId, name, facts) {
      if (on) note(traceId, name, facts);
    },
    end({ traceId, method, path, status, ms, clientAddress }) {
      if (!on) return;
      const facts = underWay.get(traceId) ?? {};
      underWay.delete(traceId);
      const fields = { traceId, method, path, status, ms: Math.round(ms * 10) / 10, clientAddress, ...facts };
      log.info(fields, `${method} ${path} ${status}`);
    },
  };
}
