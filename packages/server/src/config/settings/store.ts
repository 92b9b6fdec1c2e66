import * as z from 'zod';
import type { Setting } from '../setting.ts';
import { STORE_SCHEME } from '../store-scheme.ts';
import { filledText, flag, oneOf, ownForm, path, secrets, textLike, whole } from '../value-types.ts';

const accepted = 'Accepted for mapping; ';

const source = z.union([
  z.string(),
  z.strictObject({ file: z.string() }),
  z.strictObject({ env: z.string() }),
  z.custom((value) => typeof value === 'function'),
]);

const milliseconds = z.record(z.string(), z.int().min(0));

/** The members that a connection may have; the store's package says more about each when it is opened. */
const relational = z
  .strictObject({
    url: z
      .string()
      .regex(STORE_SCHEME)
      .regex(/^(?!cassandra:)/i),
    dialect: z.string(),
    host: z.string(),
    port: z.int().min(1).max(65_535),
    socket: z.string(),
    user: z.string(),
    password: source,
    database: z.string(),
    file: z.string(),
    schema: z.string(),
    tls: z.strictObject({ ca: z.string(), cert: z.string(), key: source, serverName: z.string() }).partial(),
    dangerouslyInsecure: z.enum(['plaintext', 'unverified']),
    pooler: z.enum(['transaction']),
    pipelining: z.boolean(),
    pool: milliseconds,
    timeouts: milliseconds,
    clockToleranceMs: z.int().min(1),
    driverOptions: z.record(z.string(), z.unknown()),
  })
  .partial()
  .refine(({ url, dialect }) => url !== undefined || dialect !== undefined);

/** The same of a cluster. */
const cassandra = z
  .strictObject({
    url: z.string().regex(/^cassandra:/i),
    contactPoints: z.array(z.string()).min(1),
    port: z.int().min(1).max(65_535),
    localDataCenter: z.string(),
    keyspace: z.string(),
    user: z.string(),
    password: source,
    tls: z.strictObject({ ca: z.string(), cert: z.string(), key: source, serverName: z.string() }).partial(),
    dangerouslyInsecure: z.enum(['plaintext', 'unverified']),
    consistency: z
      .strictObject({
        read: z.string(),
        write: z.string(),
        serial: z.string(),
        operations: z
          .strictObject({
            issue: z.string(),
            find: z.string(),
            confirm: z.string(),
            register: z.string(),
            commit: z.string(),
          })
          .partial(),
      })
      .partial(),
    pageSize: z.int().min(1),
    timeouts: milliseconds,
    speculative: z.strictObject({ delayMs: z.int().min(1), more: z.int().min(1) }),
    connectionsPerNode: z.int().min(1),
    product: z.enum(['cassandra', 'scylladb', 'keyspaces', 'astra']),
    clockToleranceMs: z.int().min(1),
  })
  .partial()
  .refine(({ url, contactPoints }) => url !== undefined || contactPoints !== undefined);

/** Where records are kept, and the secrets that protect them. */
export const STORE_SETTINGS: readonly Setting[] = [
  {
    key: 'store',
    type: {
      ...ownForm(
        z.union([
          z.string().regex(STORE_SCHEME),
          cassandra,
          relational,
          z.custom((value) => typeof value === 'function'),
        ]),
        'a URL such as "cache:", "postgresql://user@host/database" or "cassandra://host/keyspace?localDataCenter=dc1", an object with a `url`, a `dialect` or `contactPoints`, or a function that gives a store',
        'text',
      ),
      holdsPassword: true,
    },
    meaning:
      'The one store of the deployment; the scheme of the URL picks the package and the database. An object carries what a URL cannot: `{ url, password: () => …, tls: { ca } }`. A function gives a store of your own.',
    reference: 'type',
    byMember: true,
  },
  {
    key: 'stores.*',
    type: { ...textLike(STORE_SCHEME, 'a URL such as "cache:"'), holdsPassword: true },
    meaning:
      'Named stores, as the reference system has them: every name has to lead to the one `store`, since a code and its tokens change in one step.',
    reference: 'name',
  },
  {
    key: 'digest',
    type: oneOf('SHA-256'),
    meaning: 'How handles are hashed before they are stored and looked up; nothing else is offered.',
    reference: 'digestAlgorithm, OAUTH_DIGEST_ALGORITHM',
  },
  {
    key: 'secrets',
    type: secrets,
    meaning:
      "The server's secrets, at least 32 bytes each: the first seals, all of them open. `gatehouse secret` makes one. Needed unless the store forgets everything with the process and the server listens on this machine alone.",
    reference: 'group passphrase',
  },
  {
    key: 'encryptRecords',
    type: flag,
    meaning:
      'Whether what access tokens and grants say beside their columns (parameters of the request, metadata, redirect URI, state, a user name that is not the subject) is encrypted under the first of `secrets` before it is stored. An old secret has to stay in `secrets` until what it encrypted has ended: a day more than `refresh.familySeconds`, or the longest life of an access token. Turned off, what is encrypted is still read.',
    reference: 'encryption under the group passphrase',
  },
  {
    key: 'purge.intervalSeconds',
    type: whole(0, 86_400),
    unit: 's',
    meaning: 'Pause between two removals of expired records; 0 turns them off.',
    reference: 'purge',
  },
  {
    key: 'purge.batchSize',
    type: whole(1, 100_000),
    unit: 'records',
    meaning: 'Records one step of a removal takes.',
    reference: 'purgeBatchSize',
  },
  {
    key: 'cache.name',
    type: filledText,
    meaning: `${accepted}there is one cache.`,
    reference: 'cache',
    effect: 'none',
  },
  {
    key: 'cache.maxElementsInMemory',
    type: whole(1, 100_000_000),
    unit: 'tokens',
    meaning: 'Access tokens the cache store holds; beyond, the oldest of them go. Nothing else is ever evicted.',
    reference: 'maxElementsInMemory',
  },
  ...(
    [
      ['maxRegisters', 'Grants, sessions, consents: registers of each kind'],
      ['maxNonces', 'Values that were used once'],
      ['maxNoncesPerSpace', 'Such values of one issuer'],
      ['maxCounters', 'Failure counters'],
    ] as const
  ).map(([name, what]) => ({
    key: `cache.${name}`,
    type: whole(1, 100_000_000),
    unit: 'records',
    meaning: `${what} the cache store holds; one more is refused.`,
  })),
  {
    key: 'cache.snapshot.file',
    type: path,
    meaning: 'File in which the cache store keeps what it holds, sealed, so that a restart finds it again.',
    reference: 'diskPersistent',
  },
  {
    key: 'cache.snapshot.intervalSeconds',
    type: whole(1, 86_400),
    unit: 's',
    meaning: 'Time between two snapshots; what changes meanwhile is in a journal.',
  },
  {
    key: 'cache.maxElementsOnDisk',
    type: whole(0, 2_147_483_647),
    meaning: `${accepted}the snapshot holds what memory holds.`,
    reference: 'maxElementsOnDisk',
    effect: 'none',
  },
  {
    key: 'cache.eternal',
    type: flag,
    meaning: `${accepted}a token's life is its own.`,
    reference: 'eternal',
    effect: 'none',
  },
  {
    key: 'cache.overflowToDisk',
    type: flag,
    meaning: `${accepted}nothing overflows: the cache is bounded by its number of elements.`,
    reference: 'overflowToDisk',
    effect: 'none',
  },
  {
    key: 'cache.timeToIdleSeconds',
    type: whole(0, 2_147_483_647),
    unit: 's',
    meaning: `${accepted}a token's life is its own.`,
    reference: 'timeToIdleSeconds',
    effect: 'none',
  },
  {
    key: 'cache.timeToLiveSeconds',
    type: whole(0, 2_147_483_647),
    unit: 's',
    meaning: `${accepted}a token's life is its own.`,
    reference: 'timeToLiveSeconds',
    effect: 'none',
  },
  {
    key: 'cache.persistToDisk',
    type: flag,
    meaning: `${accepted}\`cache.snapshot.file\` keeps the records.`,
    reference: 'diskPersistent',
    effect: 'none',
  },
  {
    key: 'cache.diskExpirySeconds',
    type: whole(0, 2_147_483_647),
    unit: 's',
    meaning: `${accepted}\`purge.intervalSeconds\` removes what has expired.`,
    reference: 'diskExpiryThreadIntervalSeconds',
    effect: 'none',
  },
  {
    key: 'cache.diskSpoolBufferMB',
    type: whole(0, 1_048_576),
    unit: 'MiB',
    meaning: `${accepted}the snapshot needs no buffer.`,
    reference: 'diskSpoolBufferSizeMB',
    effect: 'none',
  },
  {
    key: 'cache.eviction',
    type: oneOf('LRU', 'FIFO', 'LFU'),
    meaning: `${accepted}the least recently used token goes first.`,
    reference: 'memoryStoreEvictionPolicy',
    effect: 'none',
  },
];
