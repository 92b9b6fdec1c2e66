import type { ChildProcess } from 'node:child_process';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

const READY_WITHIN_MS = 30_000;
const KEPT = 10_000;

/**
 * Waits until a child has said something and a test of ours agrees.
 * @throws Error with its output, when it ends instead or takes too long
 */
export async function said(child: ChildProcess, text: string, agreed: () => Promise<boolean>): Promise<void> {
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (piece: string) => {
      output = (output + piece).slice(-KEPT);
    });
  const end = performance.now() + READY_WITHIN_MS;
  while (performance.now() < end) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`It ended with ${child.exitCode ?? child.signalCode}. ${output}`);
    if (output.includes(text) && (await agreed())) return;
    await pause(20);
  }
  child.kill('SIGKILL');
  throw new Error(`It was not ready within ${READY_WITHIN_MS / 1000} s. ${output}`);
}

export function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => resolve(false));
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}
