import type { ClientDirectory, Emitter, Settings, Store } from '@gatehouse/core';
import type { RequestMetrics } from '../routes/handling.ts';

export interface Metrics extends RequestMetrics {
  /** The text that Prometheus reads, and its media type. */
  render(): Promise<{ readonly contentType: string; readonly text: string }>;
}

export interface MetricsOptions {
  readonly events: Emitter;
  readonly clients: ClientDirectory;
  readonly monitoring: Settings['monitoring'];
  readonly store: Store;
}

/** A client or owner that is not known must not make a label of its own. */
const UNKNOWN = 'unknown';

/** Seconds: from what memory answers to what a slow store needs. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

/** A store that keeps its records in this process can say how many there are. */
function statsOf(store: Store): (() => object) | null {
  const { stats } = store as { stats?: unknown };
  return typeof stats === 'function' ? () => stats.call(store) as object : null;
}

function flatten(stats: object, prefix = ''): [string, number][] {
  return Object.entries(stats).flatMap(([name, value]): [string, number][] =>
    typeof value === 'number' ? [[prefix + name, value]] : flatten(value as object, `${prefix}${name}.`),
  );
}

/** Counters that listen to events: no flow knows of them. */
export async function createMetrics({ events, clients, monitoring, store }: MetricsOptions): Promise<Metrics> {
  const { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } = await import('prom-client');
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const counter = (name: string, help: string, labelNames: readonly string[]): InstanceType<typeof Counter> =>
    new Counter({ name: `gatehouse_${name}`, help, labelNames: [...labelNames], registers });

  const requests = new Histogram({
    name: 'gatehouse_request_seconds',
    help: 'Requests, by path, method and status, and how long they took.',
    labelNames: ['path', 'method', 'status'],
    buckets: BUCKETS,
    registers,
  });
  const issued = counter('tokens_issued_total', 'Access tokens issued, by grant.', ['grant_type']);
  const refused = counter('requests_refused_total', 'Refusals, by endpoint, error and failed check.', [
    'endpoint',
    'error',
    'check',
  ]);
  const signIns = counter('sign_ins_total', 'Attempts to sign in.', ['outcome']);
  const unknown = counter('store_unknown_outcomes_total', 'Writes whose outcome the store could not tell.', [
    'resolved',
  ]);
  const behind = counter(
    'store_behind_total',
    'Refresh tokens that were newer than the store knows: it lost writes.',
    [],
  );
  const usage = counter('usage_total', 'Use, by who used which service.', ['client', 'service', 'outcome']);
  const stats = statsOf(store);
  if (stats)
    new Gauge({
      name: 'gatehouse_store_records',
      help: 'What the store of this process holds, by kind, and what it had to drop.',
      labelNames: ['kind'],
      registers,
      collect() {
        // What a store has nothing of any more, it leaves out.
        this.reset();
        for (const [kind, value] of flatten(stats())) this.set({ kind }, value);
      },
    });
  const info = new Gauge({ name: 'gatehouse_store_info', help: 'The store in use.', labelNames: ['store'], registers });
  info.set({ store: store.name }, 1);

  /** AX-84, AX-85: the application, not the owner, unless the operator wants the owner. */
  const count = async (
    clientId: string | null,
    subject: string | null,
    endpoint: string,
    outcome: string,
  ): Promise<void> => {
    if (!monitoring.enabled) return;
    const client =
      monitoring.clientAttribute === 'authentication.subject.id'
        ? (subject ?? clientId)
        : clientId === null
          ? null
          : (await clients.find(clientId))?.applicationId;
    const service =
      monitoring.serviceName !== '' ? monitoring.serviceName : monitoring.compositeContext ? 'oauth' : endpoint;
    usage.inc({ client: client ?? UNKNOWN, service, outcome });
  };
  const counted = (...facts: Parameters<typeof count>): void => {
    // A directory that does not answer costs a count, never a request.
    count(...facts).catch(() => usage.inc({ client: UNKNOWN, service: facts[2], outcome: facts[3] }));
  };

  events.on('token.issued', ({ clientId, grantType, subject }) => {
    issued.inc({ grant_type: grantType });
    counted(clientId, subject, grantType === 'implicit' ? 'authorize' : 'token', 'success');
  });
  events.on('token.revoked', ({ clientId }) => counted(clientId, null, 'revoke', 'success'));
  events.on('authorize.granted', ({ clientId, subject }) => counted(clientId, subject, 'authorize', 'success'));
  events.on('request.refused', ({ endpoint, error, check, clientId }) => {
    refused.inc({ endpoint, error, check });
    counted(clientId, null, endpoint, 'failure');
  });
  events.on('login.succeeded', () => signIns.inc({ outcome: 'success' }));
  events.on('login.failed', ({ locked }) => signIns.inc({ outcome: locked ? 'locked' : 'failure' }));
  events.on('store.behind', () => behind.inc());
  events.on('store.unknown_outcome', ({ resolved }) => unknown.inc({ resolved: String(resolved) }));

  return {
    answered(path, method, status, ms) {
      requests.observe({ path, method, status: String(status) }, ms / 1000);
    },
    async render() {
      return { contentType: registry.contentType, text: await registry.metrics() };
    },
  };
}
