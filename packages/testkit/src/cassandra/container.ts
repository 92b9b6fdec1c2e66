import type { ServerControl } from '../backends/database-server.ts';
import { chooseImage, containerEngine, startContainer } from '../containers.ts';
import { type Provision, provide } from '../provision.ts';
import { speaksCql } from './speaks-cql.ts';

const OFFICIAL = 'cassandra:5.0';
const PORT = 9042;

/** As the local nodes are set up, see configuration.ts; both images take it. */
const SETTINGS: Readonly<Record<string, string>> = {
  commitlog_sync: 'batch',
  commitlog_sync_period: '0ms',
  auto_snapshot: 'false',
  read_request_timeout: '5s',
  range_request_timeout: '15s',
  write_request_timeout: '5s',
  cas_contention_timeout: '5s',
};

/** One node in a container, reached at 127.0.0.1. */
export interface CassandraContainer {
  /** For people: `Cassandra in a container of cassandra:5.0`. */
  readonly what: string;
  readonly contactPoints: readonly string[];
  readonly localDataCenter: string;
  readonly control: ServerControl;
  /** `cassandra:` with this keyspace. */
  url(keyspace: string): string;
  close(): Promise<void>;
}

/** The image to run Cassandra in, as far as one is here or can be had. */
export function cassandraImage(): Promise<Provision<string>> {
  return provide('cassandra-container', async () => {
    const client = await containerEngine();
    if ('reason' in client) throw new Error(client.reason);
    const image = await chooseImage(client, OFFICIAL, { named: process.env['TEST_IMAGE_CASSANDRA'], mayPull: true });
    if (typeof image !== 'string') throw new Error(image.reason);
    return image;
  });
}

/** A node that nobody else uses. */
export async function cassandraContainer(): Promise<Provision<CassandraContainer>> {
  const image = await cassandraImage();
  if (!image.available) return image;
  return provide('cassandra-container', async () => {
    const environment = {
      ...{ MAX_HEAP_SIZE: '384M', HEAP_NEWSIZE: '96M', RING_DELAY_MS: '0' },
      JVM_EXTRA_OPTS: [
        '-Dcassandra.skip_wait_for_gossip_to_settle=0',
        '-Dcassandra.config.allow_system_properties=true',
        ...Object.entries(SETTINGS).map(([name, value]) => `-Dcassandra.settings.${name}=${value}`),
      ].join(' '),
    };
    const { port, control, close } = await startContainer(image.value, { port: PORT, environment }, (at) =>
      speaksCql(at),
    );
    return {
      what: `Cassandra in a container of ${image.value}`,
      contactPoints: [`127.0.0.1:${port}`],
      localDataCenter: 'datacenter1',
      control,
      url: (keyspace) => `cassandra://127.0.0.1:${port}/${keyspace}?localDataCenter=datacenter1`,
      close,
    };
  });
}
