import { setFlagsFromString } from 'node:v8';
import type { Log } from '@gatehouse/core';
import { StoreError } from '@gatehouse/core';
import { CassandraStore } from '../index.ts';
import type { Answer, Call } from './sibling-process.test-support.ts';

/** A process that holds stores for another one: the other node of a race. */

setFlagsFromString('--max-old-space-size=512');

const stores = new Map<number, CassandraStore>();
const send = (answer: Answer): void => void process.send?.(answer);

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
    const [{ clockOffset, ...options }] = args as [Parameters<typeof make>[0] & { clockOffset: number }];
    stores.set(id, make({ ...options, clock: { now: () => Date.now() + clockOffset }, log: logTo(id) }));
    return undefined;
  }
  const store = stores.get(id) as unknown as Record<string, (...given: unknown[]) => Promise<unknown>>;
  return await store[method]?.(...args);
}

function make(options: ConstructorParameters<typeof CassandraStore>[0]): CassandraStore {
  return new CassandraStore(options);
}

function logTo(store: number): Log {
  const line =
    (level: 'debug' | 'info' | 'warn' | 'error') =>
    (fields: object, message: string): void =>
      send({ log: { store, level, fields: JSON.stringify(fields), message } });
  return { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error'), isEnabled: () => true };
}
