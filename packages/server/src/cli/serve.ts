import { resolveConfig } from '../config/resolve.ts';
import { SAMPLE_DATA } from '../sample/sample-data.ts';
import { type RunningServer, serve } from '../serve.ts';
import { bannerFacts, bannerText } from './banner.ts';
import { type Command, CommandError, EXIT, type Output } from './command.ts';
import { MEANT_AFTER_MS } from './ended-by-signal.ts';
import { CONFIG_FLAGS, readConfiguration } from './read-configuration.ts';

/** What code of the operator's own leaves behind must not end everybody's sessions; what nobody expects ends the process in order. */
function surviveHooks(server: RunningServer, stop: () => void): void {
  process.on('unhandledRejection', (error) => {
    server.log.error({ error }, 'A promise was rejected and nobody looked.');
  });
  process.on('uncaughtException', (error) => {
    server.log.error({ error }, 'An unexpected error; the server stops.');
    process.exitCode = EXIT.failed;
    stop();
  });
}

/** Answers until a signal comes, then until what is running has ended. */
function untilStopped(server: RunningServer, out: Output): Promise<number> {
  // Without a listener nothing else keeps the process.
  const alive = setInterval(() => undefined, 2_147_483_647);
  return new Promise<number>((resolve) => {
    let asked = 0;
    const stop = (): void => {
      if (asked > 0) {
        if (performance.now() - asked < MEANT_AFTER_MS) return;
        out.note('gatehouse: Stopped at once; running requests were cut off.');
        process.exit(EXIT.failed);
      }
      asked = performance.now();
      server.stop().then(
        (cutOff) => {
          if (cutOff > 0) out.note(`gatehouse: ${cutOff} requests were cut off.`);
          resolve(cutOff === 0 ? Number(process.exitCode ?? EXIT.done) : EXIT.failed);
        },
        (error: unknown) => {
          out.note(`gatehouse: Stopping failed: ${error instanceof Error ? error.message : String(error)}`);
          resolve(EXIT.failed);
        },
      );
    };
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop);
    surviveHooks(server, stop);
    process.on('SIGHUP', () => {
      server.reloadTls().then(
        () => server.log.info({}, 'The certificate was read again.'),
        (error: unknown) => server.log.error({ error }, 'The certificate could not be read again; the old one stays.'),
      );
    });
  }).finally(() => clearInterval(alive));
}

export const serveCommand: Command = {
  usage: 'serve [--sample] [--config <path>] [--port <number>] [--set <key>=<value> …]',
  summary:
    'Runs the server until SIGTERM or Ctrl-C, which let running requests end. SIGHUP reads the certificate again.',
  flags: CONFIG_FLAGS,
  async run({ flags, out }) {
    const { loaded, deliberate } = await readConfiguration(flags);
    // AX-2: nothing is served that nobody has asked for.
    if (!deliberate)
      throw new CommandError(
        'There is no configuration: write gatehouse.config.ts (docs/configuration.md), or try the server out with `gatehouse serve --sample`.',
      );
    const resolved = await resolveConfig(loaded);
    const sample = flags['sample'] === true;
    const server = await serve(resolved, { sample: sample ? SAMPLE_DATA : null });
    const facts = bannerFacts(server, {
      clients: resolved.clients,
      owners: resolved.owners.length,
      warnings: loaded.warnings,
    });
    const format = loaded.config.log.format;
    const forPeople = format === 'text' || (format === 'auto' && process.stdout.isTTY);
    if (forPeople) out.text(`\n${bannerText(facts)}`);
    else {
      server.log.info(
        { ...facts, warnings: facts.warnings.length },
        facts.listening ? `Gatehouse is ready on ${facts.url}` : 'Gatehouse is ready; listener.enabled is off.',
      );
      for (const warning of facts.warnings) server.log.warn({}, warning);
    }
    return untilStopped(server, out);
  },
};
