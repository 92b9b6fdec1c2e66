import { readSecret, tlsOf } from '@gatehouse/connection';
import type { Client, ClientOptions, Host } from 'cassandra-driver';
import type { ConnectionSettings } from '../connection/settings.ts';
import type { Driver } from './driver.ts';
import { retryElsewhere } from './retry.ts';
import { onlyThisMachine } from './stay-here.ts';

/** A client of the driver, not connected. @throws StoreError `config` where a secret or certificate cannot be read */
export async function clientOf(driver: Driver, settings: ConnectionSettings, keyspace?: string): Promise<Client> {
  const { contactPoints, port, localDataCenter, user, password, timeouts, speculative, connectionsPerNode } = settings;
  const { policies, types, auth } = driver;
  const sslOptions = await tlsOf(settings);
  const options: ClientOptions = {
    contactPoints: [...contactPoints],
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
    ...(sslOptions === false ? {} : { sslOptions }),
    pooling: {
      coreConnectionsPerHost: { [types.distance.local]: connectionsPerNode, [types.distance.remote]: 0 },
      heartBeatInterval: 15_000,
    },
    policies: {
      // Here alone: as an option the driver checks it, and a refusal leaves a connection open that nobody can close.
      loadBalancing: new policies.loadBalancing.TokenAwarePolicy(
        new policies.loadBalancing.DCAwareRoundRobinPolicy(localDataCenter),
      ),
      retry: retryElsewhere(driver),
      ...(settings.staysHere ? { addressResolution: onlyThisMachine(driver) } : {}),
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
