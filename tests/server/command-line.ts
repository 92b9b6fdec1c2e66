import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Run {
  /** On top of a machine's own variables, less what configures a server. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Another release's command line; absent: the one of these sources. */
  readonly main?: string;
  /** Standard input, as from a pipe. */
  readonly input?: string;
  /** Told of what is on standard error, as it comes. */
  readonly onError?: (text: string) => void;
}

/** What `gatehouse` runs. */
export const MAIN: string = fileURLToPath(new URL('../../packages/server/src/cli/main.ts', import.meta.url));

const bare = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(GATEHOUSE_|PORT$|NODE_OPTIONS$|VITEST)/.test(name)),
);

/** One command line of `gatehouse`, to its end. */
export async function gatehouse(
  args: readonly string[],
  { env, cwd, input, onError, main = MAIN }: Run = {},
): Promise<Outcome> {
  const child = spawn(process.execPath, [main, ...args], {
    cwd: cwd ?? tmpdir(),
    env: { ...bare, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    onError?.(text);
  });
  child.stdin.end(input ?? '');
  await once(child, 'close');
  return { code: child.exitCode, stdout, stderr };
}

/** A folder of its own for a test, and its end. */
export function temporaryFolder(): { readonly path: string; remove(): void } {
  const folder = mkdtempSync(path.join(tmpdir(), 'gatehouse-test-'));
  return { path: folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
