import { type Log, type Store, StoreError } from '@gatehouse/core';
import type { Opening } from '../ports.ts';
import type { Answer, Call, LogLevel, Remote } from './messages.ts';

/**
 * Makes this process one that holds stores for a {@link StoreProcesses}, until that goes. The module that calls it is
 * the one that `StoreProcesses` is given.
 * @param make a store that is not open yet
 */
export function serveStores<Options>(make: (options: Options, opening: Opening) => Store): void {
  const stores = new Map<number, Store>();
  process.on('message', async (call: Call) => {
    try {
      send({ id: call.id, value: await perform(call) });
    } catch (error) {
      const { kind, message, cause } = error instanceof StoreError ? error : new StoreError('corrupt', String(error));
      send({ id: call.id, error: { kind, message, cause: cause instanceof Error ? cause.message : null } });
    }
  });
  // The parent went: nobody is left to answer.
  process.on('disconnect', () => process.exit(0));

  async function perform({ store: id, method, args }: Call): Promise<unknown> {
    if (method === 'make') {
      const [{ options, namespace, room, clockOffset }] = args as [Remote<Options>];
      const clock = { now: () => Date.now() + clockOffset };
      stores.set(id, make(options, { namespace, room, clock, log: logTo(id) }));
      return undefined;
    }
    const store = stores.get(id) as unknown as Record<string, (...given: unknown[]) => Promise<unknown>>;
    return await store[method]?.(...args);
  }
}

const send = (answer: Answer): void => void process.send?.(answer);

function logTo(store: number): Log {
  const line =
    (level: LogLevel) =>
    (fields: object, message: string): void =>
      send({ log: { store, level, fields: JSON.stringify(fields), message } });
  return { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error'), isEnabled: () => true };
}
