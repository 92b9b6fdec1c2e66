import { createApp, type GatehouseApp } from './app.ts';
import { type Assembly, assemble } from './assemble.ts';
import type { Config } from './config/config.ts';
import type { Layer } from './config/layer.ts';
import { loadConfig } from './config/load-config.ts';
import { resolveConfig } from './config/resolve.ts';
import { sampleLayer } from './sample/sample-data.ts';
import { createLog } from './telemetry/log.ts';

/** A server with the sample data, in the process and without a port. */
export interface World {
  readonly app: GatehouseApp;
  readonly assembly: Assembly;
  /** Every line that was logged, as text. */
  readonly lines: string[];
  records(): readonly Record<string, unknown>[];
  post(
    path: string,
    form: Readonly<Record<string, string>>,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Response>;
}

export const SAMPLE_BASIC: string = `Basic ${btoa('SampleConfidentialApp:6808d4b6-ef09-4b0d-8f28-3b05da9c48ec')}`;

/** A layer as if a file had said it. */
export function fileLayer(values: unknown, folder = '/etc/gatehouse'): Layer {
  return { values, folder, origin: () => 'gatehouse.config.yaml' };
}

export async function openWorld(config: Config = {}): Promise<World> {
  const loaded = loadConfig([sampleLayer('/'), fileLayer({ log: { level: 'debug', format: 'json' }, ...config })]);
  const lines: string[] = [];
  const log = await createLog({
    level: loaded.config.log.level,
    format: loaded.config.log.format === 'text' ? 'text' : 'json',
    write: (line) => {
      lines.push(line);
    },
  });
  const resolved = await resolveConfig(loaded);
  const assembly = await assemble(resolved, { log, port: 8089, sample: null, ready: () => true });
  await assembly.server.open();
  const app = createApp(assembly.server, assembly.app);
  return {
    app,
    assembly,
    lines,
    records: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>),
    async post(path, form, headers = {}) {
      return app.request(path, {
        method: 'POST',
        body: new URLSearchParams(form).toString(),
        headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...headers },
      });
    },
  };
}
