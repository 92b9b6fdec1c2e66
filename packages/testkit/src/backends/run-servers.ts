// The servers of one test run. vitest runs each test file in a process of its own, and all of them ask this one, which
// is vitest's (`globalSetup`), for a server: the first that asks has it started, and the end of the run ends it.
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { BACKENDS, type BackendName } from './backends.ts';
import type { RunningServer } from './database-server.ts';
import { type Answer, VARIABLE } from './server-of-run.ts';

export async function setup(): Promise<() => Promise<void>> {
  const started = new Map<BackendName, Promise<RunningServer>>();
  const start = async (name: BackendName): Promise<RunningServer> => {
    const { startBackend } = await import('./start-backend.ts');
    return startBackend(name);
  };
  const server = http.createServer(async (request, response) => {
    const name = (request.url ?? '').slice(1) as BackendName;
    if (!Object.hasOwn(BACKENDS, name)) {
      response.writeHead(404).end();
      return;
    }
    const running = started.get(name) ?? start(name);
    started.set(name, running);
    const answer: Answer = await running.then(
      ({ what, origin, adminUrl }) => ({ what, origin, adminUrl }),
      (error: Error) => ({ error: error.message }),
    );
    response.end(JSON.stringify(answer));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  process.env[VARIABLE] = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return async () => {
    server.close();
    server.closeAllConnections();
    const all = await Promise.allSettled(started.values());
    await Promise.all(all.map(async (one) => one.status === 'fulfilled' && (await one.value.close())));
  };
}
