import type { Store } from '@gatehouse/core';
import { commonHeaders } from '../http/respond.ts';
import type { Call } from './handling.ts';

export interface Health {
  readonly store: Store;
  readonly version: string;
  /** False from the moment the server is told to stop. */
  ready(): boolean;
}

const json = (call: Call, status: number, body: object): Response =>
  new Response(JSON.stringify(body), {
    status,
    headers: { ...commonHeaders(call.traceId), 'Content-Type': 'application/json', 'Cache-Control': 'no-store' },
  });

const answers = (store: Store): Promise<boolean> =>
  store.ping().then(
    () => true,
    () => false,
  );

/** Whether everything works, on which store, and what that store promises. */
export function health({ store, version }: Health): (call: Call) => Promise<Response> {
  return async (call) => {
    const up = await answers(store);
    return json(call, up ? 200 : 503, {
      status: up ? 'ok' : 'unavailable',
      version,
      store: { name: store.name, answers: up, capabilities: store.capabilities, explained: store.explain?.() ?? [] },
    });
  };
}

/** Whether the process is alive: asked by whoever would restart it, so nothing else may fail it. */
export function live(): (call: Call) => Promise<Response> {
  return async (call) => json(call, 200, { status: 'live' });
}

/** Whether requests may be sent here: not while the store is away or the server is stopping. */
export function ready({ store, ready: isReady }: Health): (call: Call) => Promise<Response> {
  return async (call) => {
    const up = isReady() && (await answers(store));
    return json(call, up ? 200 : 503, { status: up ? 'ready' : 'not ready' });
  };
}
