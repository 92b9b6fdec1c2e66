import { setTimeout as sleep } from 'node:timers/promises';
import { StoreError } from '@gatehouse/core';
import { causeOf, type Fault } from '../database/fault.ts';
import type { Checked } from './checked.ts';

const PAUSE_MS = 500;
/** Milliseconds between two lines about waiting. */
const SAID_EVERY_MS = 5_000;

/** What waiting does not mend. */
const REFUSALS: Partial<Record<Fault, string>> = {
  login: 'The database refuses user or password of the store.',
  missing: 'The database that the store names is not there: create it, or name another.',
  forbidden: 'The database refuses the user of the store the connection: GRANT it.',
};

const TLS = /SSL|TLS|secure connection|certificate|_CERT/i;
const NO_TLS = /not support|NO_SSL/i;

/** Waits for a database that starts beside us, saying so. @throws StoreError `config` for what waiting does not mend */
export async function awaitDatabase({
  database,
  dialect,
  settings,
  log,
}: Pick<Checked, 'database' | 'dialect' | 'settings' | 'log'>): Promise<void> {
  const { startMs } = settings.timeouts;
  const began = performance.now();
  let said = began;
  const place = settings.file ?? settings.socket ?? `${settings.host}:${settings.port}`;
  for (;;) {
    const error = await failureOf(() => database.raw.session(async () => undefined));
    if (error === null) return;
    const waited = performance.now() - began;
    const refusal = refusalOf(error, dialect.hint?.(error) ?? REFUSALS[dialect.faultOf(error)] ?? null);
    if (refusal) throw refusal;
    if (waited > startMs)
      throw new StoreError(
        'config',
        `${dialect.title} at ${place} did not answer within ${Math.round(startMs / 1000)} s.`,
        {
          cause: causeOf(error),
        },
      );
    if (performance.now() - said >= SAID_EVERY_MS || said === began) {
      said = performance.now();
      const seconds = Math.round(waited / 1000);
      log.info({ store: dialect.name, place, seconds, cause: causeOf(error).message }, `Waiting for ${dialect.title}.`);
    }
    await sleep(PAUSE_MS);
  }
}

function refusalOf(error: unknown, sentence: string | null): StoreError | null {
  if (error instanceof StoreError) return error;
  const cause = causeOf(error);
  if (sentence !== null) return new StoreError('config', sentence, { cause });
  const said = `${Reflect.get(cause, 'code')} ${cause.message}`;
  if (!TLS.test(said)) return null;
  const fix = NO_TLS.test(said)
    ? 'turn TLS on at the server'
    : 'name its certificate authority by `ca`, and its name by `serverName`';
  const message = `The server of the store is not verified by TLS (${cause.message}): ${fix}.`;
  return new StoreError('config', message, { cause });
}

async function failureOf(call: () => Promise<unknown>): Promise<unknown> {
  try {
    await call();
    return null;
  } catch (error) {
    return error;
  }
}
