import { setTimeout as sleep } from 'node:timers/promises';
import { StoreError } from '@gatehouse/core';
import type { ConnectionSettings } from '../connection/settings.ts';
import { causeOf, type Fault } from '../database/fault.ts';
import type { Dialect } from '../dialects/dialect.ts';
import type { Checked } from './checked.ts';

const PAUSE_MS = 500;
/** Milliseconds between two lines about waiting. */
const SAID_EVERY_MS = 5_000;

/** What waiting does not mend. */
const REFUSALS: Partial<Record<Fault, (settings: ConnectionSettings) => string>> = {
  login: (settings) =>
    `The database refuses user or password of the store: ${userOf(settings)} at ${placeOf(settings)}, ${nameOf(settings)}.`,
  missing: (settings) =>
    `The database that the store names is not there: create it, or name another than ${nameOf(settings)} at ${placeOf(settings)}.`,
  forbidden: (settings) =>
    `The database refuses the user of the store the connection: GRANT ${userOf(settings)} what ${nameOf(settings)} at ${placeOf(settings)} asks for, and create it where it is not there.`,
};

const TLS = /SSL|TLS|secure connection|certificate|_CERT/i;
const NO_TLS = /not support|NO_SSL/i;
/** What a driver says that has a user and no password for a server that wants one. */
const NO_PASSWORD = /password must be a/;
/** By its code said by the server, or the file; a driver's and the system's own are of the way there. */
const SAID = /^(?:(?=.*\d)[0-9A-Z]{5}|ER_\w+|SQLITE_\w+)$/;
/** PostgreSQL's classes of what passes: too little of something, in use, stopped, the system, itself. */
const PASSES = /^(?:5[3578]|XX)/;

function placeOf({ file, socket, host, port }: ConnectionSettings): string {
  return file ?? socket ?? `${host}:${port}`;
}

function userOf({ user, password }: ConnectionSettings): string {
  return `${user === null ? 'no user' : `user ${user}`}${password === null ? ' without a password' : ''}`;
}

function nameOf({ database }: ConnectionSettings): string {
  return database === null ? 'no database named' : `database ${database}`;
}

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
  const { title } = settings;
  const place = placeOf(settings);
  for (;;) {
    const error = await failureOf(() => database.raw.session(async () => undefined));
    if (error === null) return;
    const waited = performance.now() - began;
    const refusal = refusalOf(error, dialect, settings);
    if (refusal) throw refusal;
    const cause = causeOf(error);
    // Where several addresses were tried, the code alone says how it went.
    const reason = cause.message === '' ? String(Reflect.get(cause, 'code')) : cause.message;
    if (waited > startMs) {
      // A server that has no connection to give has answered.
      const how = SAID.test(String(Reflect.get(cause, 'code'))) ? 'gave no connection' : 'did not answer';
      const message = `${title} at ${place} ${how} within ${Math.round(startMs / 1000)} s: ${reason.replace(/\.$/, '')}.`;
      throw new StoreError('config', message, { cause });
    }
    if (performance.now() - said >= SAID_EVERY_MS || said === began) {
      said = performance.now();
      const seconds = Math.round(waited / 1000);
      log.info({ store: dialect.name, place, seconds, cause: reason }, `Waiting for ${title}.`);
    }
    await sleep(PAUSE_MS);
  }
}

function refusalOf(error: unknown, dialect: Dialect, settings: ConnectionSettings): StoreError | null {
  if (error instanceof StoreError) return error;
  const cause = causeOf(error);
  const fault = NO_PASSWORD.test(cause.message) ? 'login' : dialect.faultOf(error);
  const sentence = dialect.hint?.(error) ?? REFUSALS[fault]?.(settings);
  if (sentence !== undefined) return new StoreError('config', sentence, { cause });
  const code = String(Reflect.get(cause, 'code'));
  if (TLS.test(`${code} ${cause.message}`)) {
    const fix = NO_TLS.test(`${code} ${cause.message}`)
      ? 'turn TLS on at the server'
      : 'name its certificate authority by `ca`, and its name by `serverName`';
    const message = `The server of the store is not verified by TLS (${cause.message}): ${fix}.`;
    return new StoreError('config', message, { cause });
  }
  if ((fault !== 'other' && fault !== 'unfit') || !SAID.test(code) || PASSES.test(code)) return null;
  return new StoreError('config', `${settings.title} at ${placeOf(settings)} takes no connection: ${cause.message}.`, {
    cause,
  });
}

async function failureOf(call: () => Promise<unknown>): Promise<unknown> {
  try {
    await call();
    return null;
  } catch (error) {
    return error;
  }
}
