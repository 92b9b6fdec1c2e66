import { listen } from '../http/listen.ts';
import type { Metrics } from './metrics.ts';

export interface MetricsListener {
  close(): Promise<void>;
}

/** Metrics on a port of their own, which an operator keeps from the world. @throws ListenError */
export async function serveMetrics(
  metrics: Metrics,
  { host, port, path }: { readonly host: string; readonly port: number; readonly path: string },
): Promise<MetricsListener> {
  const listening = await listen({
    host,
    port,
    settings: { host: 'metrics.host', port: 'metrics.port' },
    tls: null,
    headersSeconds: 10,
    requestSeconds: 30,
    keepAliveSeconds: 75,
    maxHeaderSize: 16_384,
  });
  listening.serve((incoming, outgoing) => {
    if (incoming.url?.split('?', 1)[0] !== path) {
      outgoing.writeHead(404).end();
      return;
    }
    metrics.render().then(
      ({ contentType, text }) => outgoing.writeHead(200, { 'Content-Type': contentType }).end(text),
      () => outgoing.writeHead(500).end(),
    );
  });
  return {
    async close() {
      await Promise.all(
        listening.servers.map(
          (server) =>
            new Promise<void>((resolve) => {
              server.close(() => resolve());
              server.closeAllConnections();
            }),
        ),
      );
    },
  };
}
