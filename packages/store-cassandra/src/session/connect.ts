import { readFile } from 'node:fs/promises';
import type { ConnectionOptions as TlsOptions } from 'node:tls';
import { StoreError } from '@gatehouse/core';
import type { Client, ClientOptions, Host } from 'cassandra-driver';
import { readSecret } from '../connection/secret.ts';
import type { ConnectionSettings } from '../connection/settings.ts';
import type { Driver } from './driver.ts';
import { retryElsewhere } from './retry.ts';

/** A client of the driver, not connected. @throws StoreError `config` where a secret or certificate cannot be read */
export async function clientOf(driver: Driver, settings: ConnectionSettings, keyspace?: string): Promise<Client> {
  const { contactPoints, port, localDataCenter, user, password, timeouts, speculative, connectionsPerNode } = settings;
  const { policies, types, auth } = driver;
  const sslOptions = await tlsOf(settings);
  const options: ClientOptions = {
    contactPoints: [...contactPoints],
    localDataCenter,
    ...(keyspace === undefined ? {} : { keyspace }),
    protocolOptions: { port },
    ...(user === null
      ? {}
      : {
          authProvider: new auth.PlainTextAuthProvider(
            user,
            password === null ? '' : await readSecret('password of the store', password),
          ),
        }),
    ...(sslOptions === null ? {} : { sslOptions }),
    pooling: {
      coreConnectionsPerHost: { [types.distance.local]: connectionsPerNode, [types.distance.remote]: 0 },
      heartBeatInterval: 15_000,
    },
    policies: {
      loadBalancing: new policies.loadBalancing.TokenAwarePolicy(
        new policies.loadBalancing.DCAwareRoundRobinPolicy(localDataCenter),
      ),
      retry: retryElsewhere(driver),
      // A node that came back is asked again within seconds.
      reconnection: new policies.reconnection.ExponentialReconnectionPolicy(200, 5_000, true),
      ...(speculative === null
        ? {}
        : {
            speculativeExecution: new policies.speculativeExecution.ConstantSpeculativeExecutionPolicy(
              speculative.delayMs,
              speculative.more,
            ),
          }),
    },
    socketOptions: { connectTimeout: timeouts.connectMs, readTimeout: timeouts.statementMs },
  };
  return withPresentHosts(new driver.Client(options));
}

/**
 * A driver that has lost every node makes new objects of them when they come back, and goes on sending what is routed by
 * its key to the old ones, which are down for ever. Here the key's nodes are those that are known now.
 */
function withPresentHosts(client: Client): Client {
  const replicas = client.getReplicas.bind(client);
  client.getReplicas = (keyspace, token) =>
    // Null where the keyspace's copies are not known yet.
    (replicas(keyspace, token) as Host[] | null)?.map((host) => client.hosts.get(host.address) ?? host) ?? [];
  return client;
}

/** Verified means the chain and the name; the driver's own default is neither. Null: no TLS. */
async function tlsOf({ protection, tls }: ConnectionSettings): Promise<TlsOptions | null> {
  if (protection === 'plaintext') return null;
  return {
    rejectUnauthorized: protection === 'verified',
    minVersion: 'TLSv1.2',
    ...(tls.serverName === undefined ? {} : { servername: tls.serverName }),
    ...(tls.ca === undefined ? {} : { ca: await pem('certificate authority', tls.ca) }),
    ...(tls.cert === undefined ? {} : { cert: await pem('client certificate', tls.cert) }),
    ...(tls.key === undefined ? {} : { key: await readSecret('key of the client certificate', tls.key) }),
  };
}

/** PEM text as it is, else the file of that name. */
async function pem(what: string, textOrPath: string): Promise<string> {
  if (textOrPath.includes('-----BEGIN')) return textOrPath;
  try {
    return await readFile(textOrPath, 'utf8');
  } catch (cause) {
    throw new StoreError('config', `The ${what} of the store cannot be read from ${textOrPath}.`, { cause });
  }
}
