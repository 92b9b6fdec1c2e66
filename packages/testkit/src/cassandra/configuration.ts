import type { IssuedCertificate } from '../certificate-authority.ts';

/** What a cluster of the tests may be told. */
export interface CassandraOptions {
  /** 1 to 9. */
  readonly nodes?: number;
  /** Data centres, over which the nodes are dealt out; default 1. */
  readonly dataCenters?: number;
  /** `MB` of heap for each node; default 256. */
  readonly heapMb?: number;
  readonly paxos?: 'v1' | 'v2';
  /** Users and passwords; the first is `cassandra`/`cassandra`. */
  readonly auth?: boolean;
  /** Asked of every client. */
  readonly tls?: IssuedCertificate;
  /** Whether nodes can be cut off the network: each then runs as a user of its own. Takes what `whyNotCutOff` names. */
  readonly separable?: boolean;
  /** More lines of cassandra.yaml. */
  readonly yaml?: readonly string[];
}

export interface NodePlace {
  readonly address: string;
  readonly dataCenter: string;
  readonly port: number;
  readonly storagePort: number;
  /** Where its part of the ring begins. */
  readonly token: string;
  readonly seeds: readonly string[];
  /** The user that it runs as; null: whoever starts it. */
  readonly uid: number | null;
}

/** One node's cassandra.yaml: small and quick. */
export function configurationOf(place: NodePlace, { paxos = 'v2', auth, tls, yaml = [] }: CassandraOptions): string {
  return `cluster_name: test
partitioner: org.apache.cassandra.dht.Murmur3Partitioner
# One fixed token for each node: no bootstrap, no allocation.
num_tokens: 1
initial_token: "${place.token}"
auto_bootstrap: false
endpoint_snitch: GossipingPropertyFileSnitch
seed_provider:
  - class_name: org.apache.cassandra.locator.SimpleSeedProvider
    parameters:
      - seeds: "${place.seeds.join(',')}"
listen_address: ${place.address}
rpc_address: ${place.address}
storage_port: ${place.storagePort}
native_transport_port: ${place.port}
${commitLog(place)}commitlog_segment_size: 8MiB
commitlog_total_space: 64MiB
memtable_heap_space: 64MiB
memtable_offheap_space: 64MiB
file_cache_size: 32MiB
key_cache_size: 4MiB
counter_cache_size: 0MiB
concurrent_reads: 8
concurrent_writes: 8
concurrent_counter_writes: 2
trickle_fsync: false
# A dead node is noticed sooner; the default is 8.
phi_convict_threshold: 5
hinted_handoff_enabled: true
hints_flush_period: 1s
max_hint_window: 3h
# Longer than by default: a busy machine is no broken cluster. Shorter than what the tests wait for an answer.
read_request_timeout: 5s
range_request_timeout: 15s
write_request_timeout: 5s
cas_contention_timeout: 5s
truncate_request_timeout: 60s
auto_snapshot: false
compaction_throughput: 0MiB/s
paxos_variant: ${paxos}
authenticator: ${auth ? 'PasswordAuthenticator' : 'AllowAllAuthenticator'}
authorizer: ${auth ? 'CassandraAuthorizer' : 'AllowAllAuthorizer'}
role_manager: CassandraRoleManager
${tls ? encryption(tls) : ''}${yaml.map((line) => `${line}\n`).join('')}`;
}

/** A node that is alone answers for what it has written; of several, others have it when one crashes. */
function commitLog({ seeds }: NodePlace): string {
  return seeds.length === 1 ? 'commitlog_sync: batch\n' : 'commitlog_sync: periodic\ncommitlog_sync_period: 10s\n';
}

function encryption({ certificate, key, authority }: IssuedCertificate): string {
  const block = (text: string): string =>
    text
      .trim()
      .split('\n')
      .map((line) => `        ${line}`)
      .join('\n');
  return `client_encryption_options:
  enabled: true
  optional: false
  require_client_auth: false
  ssl_context_factory:
    class_name: org.apache.cassandra.security.PEMBasedSslContextFactory
    parameters:
      private_key: |
${block(`${key.trim()}\n${certificate}`)}
      trusted_certificates: |
${block(authority)}
`;
}

export const LOGBACK = `<configuration>
  <appender name="OUT" class="ch.qos.logback.core.ConsoleAppender">
    <encoder><pattern>%d{HH:mm:ss.SSS} %-5level %logger{0} %msg%n%ex{20}</pattern></encoder>
  </appender>
  <root level="INFO"><appender-ref ref="OUT"/></root>
</configuration>
`;
