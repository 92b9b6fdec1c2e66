import { setTimeout as sleep } from 'node:timers/promises';
import { type Log, StoreError } from '@gatehouse/core';
import type { Client } from 'cassandra-driver';
import type { ConnectionSettings } from '../connection/settings.ts';
import { clientOf } from '../session/connect.ts';
import type { Driver } from '../session/driver.ts';
import { causeOf, faultOf, innerErrorsOf, NO_ROLES } from '../session/fault.ts';
import { refuseStrangers } from '../session/stay-here.ts';

const PAUSE_MS = 500;
/** Milliseconds between two lines about waiting. */
const SAID_EVERY_MS = 5_000;

export interface Awaited {
  readonly driver: Driver;
  readonly settings: ConnectionSettings;
  readonly log: Log;
}

/** A client that is connected, to a cluster that may start beside us. @throws StoreError `config` for what waiting does not mend */
export async function awaitCluster({ driver, settings, log }: Awaited): Promise<Client> {
  const { startMs } = settings.timeouts;
  const began = performance.now();
  let said = Number.NEGATIVE_INFINITY;
  const place = `${settings.contactPoints.join(', ')} (port ${settings.port})`;
  for (;;) {
    const client = await clientOf(driver, settings);
    const error = await failureOf(async () => {
      await client.connect();
      await refuseStrangers(client, settings);
    });
    if (error === null) return client;
    await client.shutdown().catch(() => undefined);
    const refusal = refusalOf(error, settings);
    if (refusal) throw refusal;
    const waited = performance.now() - began;
    if (waited > startMs)
      throw new StoreError(
        'config',
        `No node at ${place} answered within ${Math.round(startMs / 1000)} s (${reasonOf(error)}).${hintOf(error)}`,
        {
          cause: causeOf(error),
        },
      );
    if (performance.now() - said >= SAID_EVERY_MS) {
      said = performance.now();
      const seconds = Math.round(waited / 1000);
      log.info({ store: 'cassandra', place, seconds, cause: reasonOf(error) }, 'Waiting for the cluster.');
    }
    await sleep(PAUSE_MS);
  }
}

const TLS = /SSL|TLS|certificate|_CERT|ERR_TLS|altname/i;
const NOT_TLS = /WRONG_VERSION_NUMBER|wrong version|packet length too long/i;
/** A node that is starting behind a proxy, and one that takes no TLS, look alike. */
const CUT_OFF = /ECONNRESET|disconnected before secure/i;

/** As the driver says it. */
const CENTRES = /Datacenter .* was not found. Available DCs are: \[(.*?)\]/;

/** What waiting does not mend. */
export function refusalOf(
  error: unknown,
  { localDataCenter, user }: Pick<ConnectionSettings, 'localDataCenter' | 'user'>,
): StoreError | null {
  if (error instanceof StoreError) return error;
  const cause = causeOf(error);
  const said = allOf(error).join(' ');
  if (faultOf(error) === 'login')
    return new StoreError(
      'config',
      user === null
        ? 'The cluster wants a user and a password, and the setting names none: cassandra://user@host/keyspace, with `password`.'
        : 'The cluster refuses user or password of the store.',
      { cause },
    );
  // What the driver itself asks first, for instance at ONE.
  if (faultOf(error) === 'invalid')
    return new StoreError('config', `The cluster refuses what is asked of it at the start: ${reasonOf(error)}`, {
      cause,
    });
  const centres = CENTRES.exec(said)?.[1];
  if (centres !== undefined)
    return new StoreError(
      'config',
      `The cluster has no data centre ${localDataCenter}: set localDataCenter to one that \`nodetool status\` names (${centres}).`,
      { cause },
    );
  if (!TLS.test(said) || (CUT_OFF.test(said) && !NOT_TLS.test(said))) return null;
  const fix = NOT_TLS.test(said)
    ? 'turn TLS on at the nodes (client_encryption_options)'
    : 'name the certificate authority by `ca`, and the certificates’ name by `serverName`';
  return new StoreError('config', `The nodes of the store are not verified by TLS: ${fix}.`, { cause });
}

/** Why no node could be asked, in a few words: the driver's own message has a stack in it. */
export function reasonOf(error: unknown): string {
  const inner = innerErrorsOf(error);
  if (inner.length > 0) return [...new Set(inner.map(reasonOf))].join(', ');
  const code = Reflect.get(Object(error), 'code');
  const [line = ''] = causeOf(error).message.split('\n');
  return typeof code === 'string' ? code : line;
}

/** Of what waiting did not mend. */
export function hintOf(error: unknown): string {
  if (faultOf(error) === 'roles') return ` ${NO_ROLES}`;
  const isCutOff = CUT_OFF.test(allOf(error).join(' '));
  return isCutOff ? ' They cut connections off: is TLS at the nodes (client_encryption_options) as it is here?' : '';
}

/** Whose messages hold the name of a host, which may be anything. */
const NAMING: ReadonlySet<unknown> = new Set(['ENOTFOUND', 'EAI_AGAIN']);

/** Codes and messages of an error and of those of the single nodes. */
function allOf(error: unknown): readonly string[] {
  const inner = innerErrorsOf(error);
  const code = Reflect.get(Object(error), 'code');
  const message = NAMING.has(code) ? '' : String(Reflect.get(Object(error), 'message'));
  return [`${String(code ?? '')} ${message}`, ...inner.flatMap(allOf)];
}

async function failureOf(call: () => Promise<unknown>): Promise<unknown> {
  try {
    await call();
    return null;
  } catch (error) {
    return error;
  }
}
