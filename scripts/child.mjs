// Runs a command in a process group of its own, so that what it started in turn ends with it.
import { spawn } from 'node:child_process';
import os from 'node:os';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Passes the signals that this process gets to the command, the first of each storm only: Ctrl-C arrives twice under
 * npm, from the terminal and from npm. A further one after a second, or `patience` milliseconds, end it by force.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, capture?: boolean, quiet?: boolean, patience?: number }} [options]
 *   `capture` keeps what the command prints, and `quiet` keeps it from the screen
 * @returns {Promise<{ code: number, output: string, interrupted: boolean }>}
 */
export function runChild(command, args, options = {}) {
  const { capture = false, quiet = false, patience = 10_000, ...rest } = options;
  const child = spawn(command, args, {
    ...rest,
    stdio: ['ignore', capture ? 'pipe' : 'inherit', capture ? 'pipe' : 'inherit'],
    detached: process.platform !== 'win32',
    windowsHide: true,
  });

  let output = '';
  const keep = (from, to) =>
    from?.on('data', (chunk) => {
      output += chunk;
      if (!quiet) to.write(chunk);
    });
  keep(child.stdout, process.stdout);
  keep(child.stderr, process.stderr);

  let first = 0;
  const kill = (signal) => {
    try {
      if (process.platform === 'win32') child.kill(signal);
      else process.kill(-child.pid, signal);
    } catch {
      // it has ended in the meantime
    }
  };
  const forward = (signal) => {
    if (first === 0) {
      first = Date.now();
      kill(signal);
      setTimeout(() => kill('SIGKILL'), patience).unref();
    } else if (Date.now() - first > 1_000) {
      kill('SIGKILL');
    }
  };
  for (const signal of SIGNALS) process.on(signal, forward);

  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      for (const name of SIGNALS) process.off(name, forward);
      resolve({ code: code ?? 128 + os.constants.signals[signal], output, interrupted: first !== 0 });
    });
  });
}
