import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from './free-port.ts';

export interface StartOptions {
  /** Written as a JSON file and given with `--config`; absent: sample data, as `npm start` has it. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** On top of this process's own, less what configures a server; undefined takes one away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** After `serve`. */
  readonly args?: readonly string[];
  /** A port to start on again; absent: a free one. */
  readonly port?: number;
  /** Another release's command line, see `makeNextRelease`; absent: the one of these sources. */
  readonly main?: string;
  /** How the server is reached; default `http://localhost`. */
  readonly origin?: string;
}

/** A server in a process of its own. */
export interface StartedServer {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /**
   * Both streams as they came, with a line for each request that was answered before this is called: a log is written
   * when there is time, so what is there already may lack the last ones.
   */
  output(): Promise<string>;
  /** The exit code (null: ended by the signal) and the time it took; a second call waits for the same end. */
  stop(signal?: NodeJS.Signals): Promise<{ readonly code: number | null; readonly milliseconds: number }>;
}

const MAIN = fileURLToPath(new URL('../../server/src/cli/main.ts', import.meta.url));
/** A crowded machine takes its time: a limit for what never comes. */
const READY_WITHIN_MS = 300_000;
const STOPPED_WITHIN_MS = 240_000;
const LOGGED_WITHIN_MS = 120_000;

/**
 * Starts `gatehouse serve` and waits until it says that it is ready.
 * @throws Error with its output, when it ends instead or is not ready in time
 */
export async function startServer(options: StartOptions = {}): Promise<StartedServer> {
  const port = options.port ?? (await freePort());
  const folder = mkdtempSync(path.join(tmpdir(), 'gatehouse-server-'));
  const configFile = path.join(folder, 'gatehouse.config.json');
  if (options.config) writeFileSync(configFile, JSON.stringify(options.config));
  const { main = MAIN } = options;
  const args = [main, 'serve', ...(options.config ? ['--config', configFile] : ['--sample']), ...(options.args ?? [])];
  const child = spawn(process.execPath, args, {
    cwd: folder,
    env: { ...unconfigured(process.env), PORT: String(port), ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  const ended = once(child, 'close').then(() => rmSync(folder, { recursive: true, force: true }));
  const url = `${options.origin ?? 'http://localhost'}:${port}`;
  try {
    await ready(child, port, options.origin ?? 'http://localhost');
  } catch (cause) {
    child.kill('SIGKILL');
    await ended;
    throw new Error(`The server did not start. ${(cause as Error).message}\n${output}`, { cause });
  }
  return {
    url,
    port,
    pid: child.pid as number,
    async output() {
      const last = await ask(`${url}/health/live`);
      for (const end = performance.now() + LOGGED_WITHIN_MS; performance.now() < end; await pause(10))
        if (!last || !isRunning(child) || output.includes(last.traceId)) return output;
      throw new Error(`It logs no request: is its level info?\n${output}`);
    },
    async stop(signal = 'SIGTERM') {
      const asked = performance.now();
      if (isRunning(child)) child.kill(signal);
      const late = setTimeout(() => child.kill('SIGKILL'), STOPPED_WITHIN_MS);
      await ended;
      clearTimeout(late);
      return { code: child.exitCode, milliseconds: performance.now() - asked };
    },
  };
}

// A test configures its server itself: what the machine has set would change what is proved.
function unconfigured(variables: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(variables).filter(([name]) => !/^(GATEHOUSE_|NODE_OPTIONS$|VITEST)/.test(name)),
  );
}

async function ready(child: ChildProcess, port: number, origin: string): Promise<void> {
  const end = performance.now() + READY_WITHIN_MS;
  while (performance.now() < end) {
    if (!isRunning(child)) throw new Error(`It ended with ${child.exitCode ?? child.signalCode}.`);
    if ((await ask(`${origin}:${port}/health/ready`))?.status === 200) return;
    await pause(25);
  }
  throw new Error(`It was not ready within ${READY_WITHIN_MS / 1000} s.`);
}

const isRunning = (child: ChildProcess): boolean => child.exitCode === null && child.signalCode === null;

/** Null: nothing answers there. */
function ask(url: string): Promise<{ readonly status: number; readonly traceId: string } | null> {
  return new Promise((resolve) => {
    // Whether it is up is all that is asked; whose certificate it is, the test asks.
    const options = { agent: false, timeout: 2_000, rejectUnauthorized: false };
    const request = url.startsWith('https:') ? https.request(url, options) : http.request(url, options);
    request.on('response', (response) => {
      response.resume();
      resolve({ status: response.statusCode ?? 0, traceId: String(response.headers['x-trace-id']) });
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(null));
    request.end();
  });
}
