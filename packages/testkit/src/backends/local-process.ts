import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { ServerControl } from './database-server.ts';

/** User and group: `nobody` on Linux. */
export const UNPRIVILEGED: readonly [uid: number, gid: number] = [65_534, 65_534];

/** For one that hangs: who ends is noticed at once, and on a busy machine a server takes its time. */
const READY_WITHIN_MS = 300_000;

export interface LocalCommand {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** As the user {@link UNPRIVILEGED}, since the program refuses root. */
  readonly unprivileged?: boolean;
}

/** A server of this machine that is ours alone. */
export interface LocalProcess {
  readonly control: ServerControl;
  close(): Promise<void>;
}

/**
 * Runs a command to its end.
 * @throws Error with what it printed
 */
export async function runLocal(command: LocalCommand): Promise<string> {
  const child = begin(command);
  const output = collect(child);
  const [code] = await ended(child);
  if (code !== 0) throw new Error(`${command.program} ended with ${code}. ${output()}`);
  return output();
}

/**
 * Starts a server and waits until it answers.
 * @param answers resolves once it takes connections, rejects before
 * @param signals how it ends in good order, and how at once but leaving nothing behind
 */
export async function startLocalProcess(
  command: LocalCommand,
  answers: () => Promise<unknown>,
  signals: { readonly orderly: NodeJS.Signals; readonly quick: NodeJS.Signals },
): Promise<LocalProcess> {
  const start = async (): Promise<ChildProcess> => {
    const child = begin(command);
    const output = collect(child);
    try {
      await untilAnswers(answers, () => {
        const code = child.exitCode ?? child.signalCode;
        return code === null ? null : `It ended with ${code}.`;
      });
    } catch (cause) {
      child.kill('SIGKILL');
      throw new Error(`${command.program}: ${(cause as Error).message} ${output()}`, { cause });
    }
    return child;
  };
  let server = await start();
  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const end = ended(server);
    server.kill(signal);
    await end;
  };
  return {
    control: {
      async restart(signal = 'SIGKILL') {
        await stop(signal === 'SIGTERM' ? signals.orderly : signal);
        server = await start();
      },
      async pause() {
        await signalAll(server, 'SIGSTOP');
      },
      async resume() {
        await signalAll(server, 'SIGCONT');
      },
    },
    async close() {
      await signalAll(server, 'SIGCONT');
      await stop(signals.quick);
    },
  };
}

/** The server and the processes that it started, one for each connection where it works so. */
async function signalAll({ pid }: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (pid === undefined) return;
  const listed = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=']);
  const children = listed.stdout
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter(([, parent]) => parent === pid);
  for (const [one = pid] of [[pid], ...children])
    try {
      process.kill(one, signal);
    } catch (error) {
      // It has ended since.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
}

/**
 * @param ended why it never will
 * @throws Error when that is so, or it takes too long
 */
export async function untilAnswers(
  answers: () => Promise<unknown>,
  ended: () => Promise<string | null> | string | null,
  withinMs: number = READY_WITHIN_MS,
): Promise<void> {
  const end = performance.now() + withinMs;
  for (;;) {
    const refused = await answers().then(
      () => null,
      (error) => error as Error,
    );
    if (refused === null) return;
    const why = await ended();
    if (why !== null) throw new Error(why);
    if (performance.now() > end)
      throw new Error(`It did not answer within ${withinMs / 1000} s: ${refused.message}`, { cause: refused });
    await pause(50);
  }
}

function begin({ program, args, cwd, env, unprivileged }: LocalCommand): ChildProcess {
  return spawn(program, args, {
    ...(unprivileged ? { uid: UNPRIVILEGED[0], gid: UNPRIVILEGED[1] } : {}),
    cwd,
    env: { PATH: process.env['PATH'], LC_ALL: 'C', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** The end of what it prints. */
function collect(child: ChildProcess): () => string {
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-10_000);
    });
  return () => output;
}

/** Its children too: those of a killed PostgreSQL hold its data until they notice, and its streams as long. */
async function ended(child: ChildProcess): Promise<[number | null, NodeJS.Signals | null]> {
  return (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
}
