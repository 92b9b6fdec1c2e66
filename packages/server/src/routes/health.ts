import type { Clock, GuardedStore, Key, Trouble } from '@gatehouse/core';
import { commonHeaders } from '../http/respond.ts';
import type { LastSweep } from '../maintenance/sweep-loop.ts';
import type { Call } from './handling.ts';

export interface Health {
  readonly store: GuardedStore;
  readonly clock: Clock;
  readonly version: string;
  /** False from the moment the server is told to stop. */
  ready(): boolean;
  /** Null: there was none yet, or nobody sweeps. */
  lastSweep(): LastSweep | null;
}

const json = (call: Call, status: number, body: object): Response =>
  new Response(JSON.stringify(body), {
    status,
    headers: { ...commonHeaders(call.traceId), 'Content-Type': 'application/json', 'Cache-Control': 'no-store' },
  });

const answers = (store: GuardedStore): Promise<boolean> =>
  store.ping().then(
    () => true,
    () => false,
  );

/** Milliseconds from one trial to the next, however often health is asked. */
const TRIED_EVERY = 10_000;
/** Of a counter that nobody else has. */
const TRIAL = '0'.repeat(43) as Key;

/**
 * Whether the store takes what is written, as the last write of a request had it. Only where that failed, or the last
 * sweep did, one is tried, so that a server that gets no requests any more hears that its database is well again.
 */
function writing({ store, clock, lastSweep }: Health): () => Promise<Trouble | null> {
  let tried = Number.NEGATIVE_INFINITY;
  return async () => {
    const suspicious = store.trouble.writes !== null || lastSweep()?.problem !== undefined;
    if (suspicious && performance.now() - tried >= TRIED_EVERY) {
      tried = performance.now();
      await store.count('health', TRIAL, clock.now(), 1_000, 1).catch(() => undefined);
    }
    return store.trouble.writes;
  };
}

const seconds = ({ forMs }: Trouble): string => `${Math.ceil(forMs / 1000)} s`;

/** Whether everything works, on which store, and what that store promises. */
export function health(of: Health): (call: Call) => Promise<Response> {
  const { store, version, lastSweep } = of;
  const troubleOfWriting = writing(of);
  return async (call) => {
    const up = await answers(store);
    const { reads } = store.trouble;
    const writes = up ? await troubleOfWriting() : store.trouble.writes;
    const status = up ? (writes === null ? 'ok' : 'degraded') : 'unavailable';
    const problems = [
      ...(up || reads === null ? [] : [`The store has not answered for ${seconds(reads)}. ${reads.sentence}`]),
      ...(writes === null ? [] : [`The store could not be written for ${seconds(writes)}. ${writes.sentence}`]),
    ];
    return json(call, status === 'ok' ? 200 : 503, {
      status,
      problems,
      version,
      store: {
        name: store.name,
        answers: up,
        writes: writes === null,
        lastSweep: lastSweep(),
        capabilities: store.capabilities,
        explained: store.explain?.() ?? [],
      },
    });
  };
}

/** Whether the process is alive: asked by whoever would restart it, so nothing else may fail it. */
export function live(): (call: Call) => Promise<Response> {
  return async (call) => json(call, 200, { status: 'live' });
}

/**
 * Whether requests may be sent here: not while the store is away or the server is stopping. A store that can be read
 * alone keeps it ready: tokens are still looked at, and another server would have no other database.
 */
export function ready({ store, ready: isReady }: Health): (call: Call) => Promise<Response> {
  return async (call) => {
    const up = isReady() && (await answers(store));
    return json(call, up ? 200 : 503, { status: up ? 'ready' : 'not ready' });
  };
}
