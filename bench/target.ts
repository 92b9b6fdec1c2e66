import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort, listens, startServer } from '@gatehouse/testkit';
import { CLIENT, SCOPE } from './client.ts';

/** A server in a process of its own, with the addresses of the requests that are measured. */
export interface Target {
  readonly pid: number;
  readonly token: string;
  readonly introspect: string;
  stop(): Promise<unknown>;
}

/** A program of `targets/`, which listens on the port that it is told. */
export async function program(file: string, paths = { token: '/token', introspect: '/introspect' }): Promise<Target> {
  const port = await freePort();
  const child = spawn(process.execPath, [fileURLToPath(new URL(`targets/${file}`, import.meta.url))], {
    env: { ...process.env, PORT: String(port), NODE_ENV: 'production' },
    stdio: 'ignore',
  });
  const ended = once(child, 'exit');
  while (!(await listens(port))) {
    if (child.exitCode !== null) throw new Error(`targets/${file} ended with ${child.exitCode} instead of listening.`);
    await pause(20);
  }
  const url = `http://127.0.0.1:${port}`;
  return {
    pid: child.pid as number,
    token: url + paths.token,
    introspect: url + paths.introspect,
    async stop() {
      child.kill();
      await ended;
    },
  };
}

/** `gatehouse serve`, as an operator starts it, with one client and no line for each request. */
export async function gatehouse(config: Readonly<Record<string, unknown>> = {}): Promise<Target> {
  const client = {
    id: CLIENT.id,
    secrets: [CLIENT.secret],
    grantTypes: ['client_credentials'],
    scopes: [SCOPE],
    defaultScopes: [SCOPE],
  };
  const secrets = 'of the benchmark, and of more than 32 bytes';
  const server = await startServer({ config: { secrets, clients: [client], log: { level: 'warn' }, ...config } });
  const url = `http://127.0.0.1:${server.port}/api/oauth`;
  return { pid: server.pid, token: `${url}/token`, introspect: `${url}/introspect`, stop: () => server.stop() };
}
