import { MARK_MS, secretsAreShared, systemEntropy } from '@gatehouse/core';
import { Hono } from 'hono';
import { createApp, createMetadataApp, type GatehouseApp } from './app.ts';
import { type Assembly, assemble, isShared } from './assemble.ts';
import type { ResolvedConfig } from './config/resolve.ts';
import { createTraffic } from './http/drain.ts';
import { createEarlyProbe } from './http/early-probe.ts';
import { createEdge } from './http/edge.ts';
import { type Listening, type ListenOptions, listen } from './http/listen.ts';
import { mountPathOf } from './http/mount-path.ts';
import { askingForCertificates, readTls } from './http/tls.ts';
import { watchSecrets } from './maintenance/secrets-watch.ts';
import { type SweepLoop, startSweepLoop } from './maintenance/sweep-loop.ts';
import { StartError } from './start-error.ts';
import { createLog, type ServerLog } from './telemetry/log.ts';
import { type MetricsListener, serveMetrics } from './telemetry/serve-metrics.ts';
import type { SampleData } from './views/index.ts';

/** A server that answers. */
export interface RunningServer {
  /** Where a browser reaches it. */
  readonly url: string;
  /** False where `listener.enabled` is off. */
  readonly listening: boolean;
  readonly assembly: Assembly;
  readonly log: ServerLog;
  /** Reads certificate and key again; connections that stand keep theirs. */
  reloadTls(): Promise<void>;
  /** Lets running requests end, then closes the store. Again: the same end. @returns requests that were cut off */
  stop(): Promise<number>;
}

export interface ServeOptions {
  readonly sample?: SampleData | null;
}

async function openLog({ config }: ResolvedConfig): Promise<ServerLog> {
  const { level, format } = config.log;
  return createLog({ level, format: format === 'auto' ? (process.stdout.isTTY ? 'text' : 'json') : format });
}

/** The listener for clients that show a certificate; null where there is none. */
function listenForCertificates({ config }: ResolvedConfig, main: ListenOptions): Promise<Listening> | null {
  const { host, port } = config.mtls ?? {};
  if (port === undefined || !main.tls) return null;
  const settings = { host: 'mtls.host', port: 'mtls.port' };
  return listen({ ...main, host: host ?? main.host, port, settings, tls: askingForCertificates(main.tls) });
}

async function listenOptions(resolved: ResolvedConfig, log: ServerLog): Promise<ListenOptions> {
  const { host, port, headersSeconds, requestSeconds, keepAliveSeconds } = resolved.config.listener;
  const { requestLine, headers } = resolved.config.limits;
  return {
    host,
    port,
    settings: { host: 'listener.host', port: 'PORT=<number>' },
    tls: resolved.tls ? await readTls(resolved.tls) : null,
    headersSeconds,
    requestSeconds,
    keepAliveSeconds,
    maxHeaderSize: requestLine + headers,
    early: createEarlyProbe(mountPathOf(resolved.config.issuer ?? 'http://localhost'), systemEntropy()),
    onMalformed: (code, clientAddress) =>
      log.info({ check: 'http-grammar', got: code, clientAddress }, 'Refused a request.'),
  };
}

/** The app at the issuer's path, and also at none, for a proxy that takes the path off. */
function mounted({ server, app, metrics }: Assembly, resolved: ResolvedConfig, sweeping: SweepLoop): GatehouseApp {
  const gatehouse = createApp(server, { ...app, lastSweep: sweeping.last });
  const mount = mountPathOf(server.context.settings.issuer);
  const { enabled, port, path } = resolved.config.metrics;
  const addMetrics = (to: GatehouseApp, at: string): void => {
    if (!enabled || port !== undefined || !metrics) return;
    to.get(at, async () => {
      const { contentType, text } = await metrics.render();
      return new Response(text, { headers: { 'Content-Type': contentType, 'Cache-Control': 'no-store' } });
    });
  };
  if (mount === '') {
    addMetrics(gatehouse, path);
    return gatehouse;
  }
  const root: GatehouseApp = new Hono();
  // Before the app, which answers whatever is asked for under its path.
  addMetrics(root, mount + path);
  addMetrics(root, path);
  root.route(mount, gatehouse);
  root.route('/', createMetadataApp(server));
  root.route('/', gatehouse);
  return root;
}

/**
 * Listens, opens the store and answers.
 * @throws ListenError, ConfigError, StoreError, StartError: sentences that name the fix; nothing is left open then
 */
export async function serve(resolved: ResolvedConfig, { sample = null }: ServeOptions = {}): Promise<RunningServer> {
  const { config } = resolved;
  const log = await openLog(resolved);
  const traffic = createTraffic();
  const options = await listenOptions(resolved, log);
  const listening: Listening | null = config.listener.enabled ? await listen(options) : null;
  let withCertificates: Listening | null = null;
  let assembly: Assembly;
  let opened: Assembly['server'] | null = null;
  let metricsListener: MetricsListener | null = null;
  const servers = (): Listening['servers'] => [...(listening?.servers ?? []), ...(withCertificates?.servers ?? [])];
  try {
    if (listening) traffic.attach(listening.servers);
    if (config.listener.enabled) withCertificates = await listenForCertificates(resolved, options);
    if (withCertificates) traffic.attach(withCertificates.servers);
    const port = listening?.port ?? config.listener.port;
    assembly = await assemble(resolved, { log, port, sample, ready: () => !traffic.draining });
    if (assembly.faults.length > 0) throw new StartError(assembly.faults.join('\n'));
    await assembly.server.open();
    opened = assembly.server;
    const hidden = await assembly.hiddenClients();
    if (hidden.length > 0) throw new StartError(hidden.join('\n'));
    const { host, port: metricsPort, path } = config.metrics;
    if (assembly.metrics && metricsPort !== undefined)
      metricsListener = await serveMetrics(assembly.metrics, { host, port: metricsPort, path });
  } catch (error) {
    await Promise.all(
      servers().map(
        (server) =>
          new Promise((done) => {
            server.close(done);
            // Whoever came early waits for an answer that there will not be.
            server.closeAllConnections();
          }),
      ),
    );
    // Why it did not start is what counts.
    await opened?.close().catch(() => undefined);
    await log.flush();
    throw error;
  }
  const { server, settings } = assembly;
  const { store, runtime } = server.context;
  const sweeping = startSweepLoop({
    store,
    runtime,
    log,
    intervalSeconds: config.purge.intervalSeconds,
    batchSize: config.purge.batchSize,
  });
  const watching = isShared(store)
    ? watchSecrets({ shared: secretsAreShared(server.context), log, intervalMs: MARK_MS })
    : null;
  const edge = createEdge({
    fetch: mounted(assembly, resolved, sweeping).fetch,
    limits: settings.limits,
    entropy: runtime.entropy,
    log,
    host: new URL(settings.issuer).host,
  });
  const watched = traffic.watch(edge);
  listening?.serve(watched);
  withCertificates?.serve(watched);

  const end = async (): Promise<number> => {
    log.info({}, 'Gatehouse stops: running requests end first.');
    const cutOff = await traffic.drain(servers(), config.listener.shutdownSeconds * 1000);
    await sweeping.stop();
    await watching?.stop();
    await metricsListener?.close();
    await server.close();
    log.info({ cutOff }, 'Gatehouse has stopped.');
    await log.flush();
    return cutOff;
  };
  let ending: Promise<number> | null = null;
  return {
    url: settings.issuer,
    listening: listening !== null,
    assembly,
    log,
    async reloadTls() {
      if (!resolved.tls) return;
      const context = await readTls(resolved.tls);
      const renew = (listener: Listening | null, renewed: typeof context): void => {
        for (const one of listener?.servers ?? [])
          if ('setSecureContext' in one) (one as import('node:https').Server).setSecureContext(renewed);
      };
      renew(listening, context);
      renew(withCertificates, askingForCertificates(context));
    },
    stop() {
      ending ??= end();
      return ending;
    },
  };
}
