import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { listens } from '@gatehouse/testkit';

/** A crowded machine takes its time: a limit for what never comes. */
const LISTENS_WITHIN_MS = 120_000;

/** A proxy as operators have it. */
export interface Nginx {
  stop(): Promise<void>;
}

/** @throws Error where there is no nginx */
export function findNginx(): string {
  for (const program of ['nginx', '/usr/sbin/nginx']) if (spawnSync(program, ['-v']).status === 0) return program;
  throw new Error('There is no nginx on the path (Debian: nginx-light).');
}

/**
 * Runs nginx with the content of one `http` block until it is stopped.
 * @throws Error with what it wrote, where it does not listen
 */
export async function startNginx(program: string, http: string, port: number): Promise<Nginx> {
  const folder = mkdtempSync(path.join(tmpdir(), 'gatehouse-nginx-'));
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${folder}/${name};`)
    .join('\n');
  const file = path.join(folder, 'nginx.conf');
  writeFileSync(
    file,
    `daemon off; master_process off; pid ${folder}/pid; error_log stderr;
     events { worker_connections 64; }
     http { access_log off; ${temporary} ${http} }`,
  );
  const child = spawn(program, ['-p', folder, '-c', file], { stdio: ['ignore', 'ignore', 'pipe'] });
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const ended = once(child, 'close');
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  for (const end = performance.now() + LISTENS_WITHIN_MS; performance.now() < end; ) {
    if (child.exitCode !== null) break;
    if (await listens(port)) return { stop };
    await pause(25);
  }
  await stop();
  throw new Error(`nginx does not listen. ${output}`);
}
