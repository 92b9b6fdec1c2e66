import { chooseImage, containerEngine, startContainer } from '../containers.ts';
import { type Provision, provide, requiredBackends } from '../provision.ts';

const OFFICIAL = 'cassandra:5.0';
const PORT = 9042;
/** What both images say when they take statements. */
const READY = 'Starting listening for CQL clients';

/** One node in a container, reached at 127.0.0.1. */
export interface CassandraContainer {
  /** For people: `Cassandra in a container of cassandra:5.0`. */
  readonly what: string;
  readonly contactPoints: readonly string[];
  readonly localDataCenter: string;
  /** `cassandra:` with this keyspace. */
  url(keyspace: string): string;
  close(): Promise<void>;
}

/** The image to run Cassandra in, as far as one is here or can be had. */
export function cassandraImage(): Promise<Provision<string>> {
  return provide('cassandra-container', async () => {
    if (!requiredBackends().has('cassandra-container'))
      throw new Error('A node takes a minute: REQUIRE_BACKENDS=cassandra-container starts it.');
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
    const environment = { MAX_HEAP_SIZE: '256M', HEAP_NEWSIZE: '64M', RING_DELAY_MS: '0' };
    const { port, close } = await startContainer(image.value, { port: PORT, environment }, async (_, output) => {
      if (!(await output()).includes(READY)) throw new Error('It has not said that it is ready.');
    });
    return {
      what: `Cassandra in a container of ${image.value}`,
      contactPoints: [`127.0.0.1:${port}`],
      localDataCenter: 'datacenter1',
      url: (keyspace) => `cassandra://127.0.0.1:${port}/${keyspace}?localDataCenter=datacenter1`,
      close,
    };
  });
}
