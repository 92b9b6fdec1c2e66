import { randomInt } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Provision, provide } from '../provision.ts';
import type { CassandraOptions } from './configuration.ts';
import { cutOff, reconnect } from './cut-off.ts';
import { CASSANDRA_VERSION, type CassandraProgram, cassandraProgram } from './jars.ts';
import { CassandraNode, isOpen } from './node.ts';
import { knownPeers } from './peers.ts';

const PORT = 9042;
const STORAGE_PORT = 7000;
const READY_WITHIN_MS = 600_000;
const STEP_MS = 100;

/** Nodes of a cluster that one test file has to itself; numbered from 1. */
export interface CassandraCluster {
  /** For people: `Cassandra 5.0.9, 3 nodes started here`. */
  readonly what: string;
  readonly contactPoints: readonly string[];
  readonly port: number;
  readonly localDataCenter: string;
  /** The folder of a node's data. */
  folder(node: number): string;
  /** `cassandra:` with every node, and this keyspace. */
  url(keyspace: string): string;
  /** Ends a node as a crash would, or in good order: then the others know it at once. */
  end(node: number, signal?: 'SIGKILL' | 'SIGTERM'): Promise<void>;
  pause(node: number): void;
  resume(node: number): void;
  /** Every packet from and to this node vanishes, and it runs on; of a cluster that is `separable`. */
  cutOff(node: number): void;
  reconnect(node: number): void;
  /** Starts a node that has ended, with its data, and waits until it and the others see each other. */
  restart(node: number): Promise<void>;
  /** Waits until every node that runs is seen as up by every other. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

/** A real cluster of one to nine nodes on loopback addresses, out of the jars of Maven Central. */
export function cassandraCluster(options: CassandraOptions = {}): Promise<Provision<CassandraCluster>> {
  const { nodes = 1 } = options;
  const name = nodes === 1 ? 'cassandra' : `cassandra-${nodes}`;
  return provide(name, async () => {
    const program = await cassandraProgram();
    if ('reason' in program) throw new Error(program.reason);
    return startCluster(program, options);
  });
}

async function startCluster(program: CassandraProgram, options: CassandraOptions): Promise<CassandraCluster> {
  const { nodes: count = 1, dataCenters = 1 } = options;
  const folder = mkdtempSync(path.join(tmpdir(), 'gatehouse-cassandra-'));
  // Nodes may run as other users, each of which has a folder in it.
  chmodSync(folder, 0o711);
  const firstUid = randomInt(20_000, 60_000);
  const subnet = await freeSubnet(count);
  const addresses = Array.from({ length: count }, (_, index) => `${subnet}.${index + 1}`);
  const nodes = addresses.map(
    (address, index) =>
      new CassandraNode(
        {
          address,
          dataCenter: `dc${(index % dataCenters) + 1}`,
          port: PORT,
          storagePort: STORAGE_PORT,
          token: String(-(2n ** 63n) + (2n ** 64n * BigInt(index)) / BigInt(count)),
          seeds: addresses,
          uid: options.separable === true ? firstUid + index : null,
        },
        path.join(folder, `node${index + 1}`),
        program,
        options,
      ),
  );
  const of = (number: number): CassandraNode => {
    const node = nodes[number - 1];
    if (!node) throw new RangeError(`There are ${count} nodes, and ${number} is none of them.`);
    return node;
  };
  const close = async (): Promise<void> => {
    for (const address of addresses) reconnect(address);
    await Promise.all(nodes.map((node) => node.end()));
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    for (const node of nodes) await node.start();
    await ready(nodes, nodes);
    if (options.auth)
      await until(() => nodes.some((node) => node.says('Created default superuser role')), 'no superuser');
  } catch (error) {
    await close();
    throw error;
  }
  return {
    what: `Cassandra ${CASSANDRA_VERSION}, ${count} ${count === 1 ? 'node' : 'nodes'} started here`,
    contactPoints: addresses,
    port: PORT,
    localDataCenter: 'dc1',
    folder: (number) => of(number).folder,
    url: (keyspace) => `cassandra://${addresses.join(',')}:${PORT}/${keyspace}?localDataCenter=dc1`,
    end: (number, signal) => of(number).end(signal),
    pause: (number) => of(number).pause(),
    resume: (number) => of(number).resume(),
    cutOff(number) {
      const { address, uid } = of(number).place;
      if (uid === null) throw new TypeError('Only nodes of a cluster that is `separable` can be cut off.');
      cutOff({ address, uid });
    },
    reconnect: (number) => reconnect(of(number).place.address),
    async restart(number) {
      await of(number).start();
      await ready([of(number)], nodes);
    },
    settled: () =>
      ready(
        nodes.filter(({ alive }) => alive),
        nodes,
      ),
    close,
  };
}

/** These take statements, and see every other one that runs, with all that a client asks of it. */
async function ready(some: readonly CassandraNode[], all: readonly CassandraNode[]): Promise<void> {
  await until(async () => {
    for (const node of some) {
      node.check();
      if (!node.says('Starting listening for CQL clients') || !(await node.isListening())) return false;
      const others = all.filter((other) => other !== node && other.alive);
      if (!others.every(({ place }) => node.seesUp(place))) return false;
      if (others.length > 0 && !(await knowsAll(node, others))) return false;
    }
    return true;
  }, 'the nodes do not see each other');
}

async function knowsAll({ place }: CassandraNode, others: readonly CassandraNode[]): Promise<boolean> {
  const known = await knownPeers(place.address, place.port).catch((): readonly string[] => []);
  return others.every((other) => known.includes(other.place.address));
}

async function until(holds: () => boolean | Promise<boolean>, otherwise: string): Promise<void> {
  const end = performance.now() + READY_WITHIN_MS;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`After ${READY_WITHIN_MS / 1000} s: ${otherwise}.`);
    await pause(STEP_MS);
  }
}

/** Addresses of this machine's own network that nobody listens on: several clusters may run at once. */
async function freeSubnet(count: number): Promise<string> {
  for (let tried = 0; tried < 20; tried++) {
    const subnet = `127.${randomInt(1, 250)}.${randomInt(1, 250)}`;
    const places = Array.from({ length: count }, (_, index) => `${subnet}.${index + 1}`);
    const open = await Promise.all(places.flatMap((host) => [isOpen(host, PORT), isOpen(host, STORAGE_PORT)]));
    if (!open.includes(true)) return subnet;
  }
  throw new Error('No free loopback addresses were found.');
}
