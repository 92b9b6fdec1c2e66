import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DatabaseServer, ServerControl } from './backends/database-server.ts';
import { findProgram } from './backends/find-program.ts';
import { startLocalProcess, UNPRIVILEGED } from './backends/local-process.ts';
import { POSTGRESQL } from './backends/postgresql.ts';
import { freePort } from './free-port.ts';
import { type Provision, provide } from './provision.ts';

export interface PgBouncerOptions {
  /** `transaction`, the default: each transaction may get another connection of the server. */
  readonly mode?: 'session' | 'transaction';
  /** Connections to the server for each database and user; default 5, fewer than a store's pool has. */
  readonly poolSize?: number;
  /** More of its own settings: `['ignore_startup_parameters = statement_timeout']`. */
  readonly settings?: readonly string[];
}

export interface PgBouncer {
  readonly port: number;
  /** The same database and user, behind the pooler. */
  url(direct: string): string;
  readonly control: ServerControl;
  close(): Promise<void>;
}

/** Puts Debian's pgbouncer in front of a PostgreSQL, on loopback. */
export function startPgBouncer(server: DatabaseServer, options: PgBouncerOptions = {}): Promise<Provision<PgBouncer>> {
  return provide('pgbouncer', async () => {
    const program = await findProgram('pgbouncer');
    if (program === null) throw new Error('pgbouncer is not installed here (Debian: apt-get install pgbouncer).');
    const folder = mkdtempSync(path.join(tmpdir(), 'gatehouse-pgbouncer-'));
    const port = await freePort();
    const configuration = path.join(folder, 'pgbouncer.ini');
    writeFileSync(configuration, configurationOf(server, options, folder, port));
    writeFileSync(path.join(folder, 'users'), usersOf(server));
    // It refuses to run as root, and its user must be able to read these.
    const root = process.getuid?.() === 0;
    if (root) for (const file of ['', 'pgbouncer.ini', 'users']) chownSync(path.join(folder, file), ...UNPRIVILEGED);
    const url = (direct: string): string => Object.assign(new URL(direct), { host: `127.0.0.1:${port}` }).href;
    const started = await startLocalProcess(
      { program, args: [configuration], cwd: folder, unprivileged: root },
      () => POSTGRESQL.version?.(new URL(url(server.adminUrl))) ?? Promise.resolve(),
      { orderly: 'SIGINT', quick: 'SIGTERM' },
    );
    return {
      port,
      url,
      control: started.control,
      async close() {
        await started.close();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  });
}

function configurationOf(
  { host, port }: DatabaseServer,
  { mode = 'transaction', poolSize = 5, settings = [] }: PgBouncerOptions,
  folder: string,
  ownPort: number,
): string {
  return `[databases]
* = host=${host} port=${port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${ownPort}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${path.join(folder, 'users')}
pool_mode = ${mode}
default_pool_size = ${poolSize}
max_client_conn = 500
${settings.join('\n')}
`;
}

/** With the passwords themselves, since it has to log in to the server with them. */
function usersOf({ adminUrl }: DatabaseServer): string {
  const { username, password } = new URL(adminUrl);
  const quoted = (text: string): string => `"${decodeURIComponent(text).replaceAll('"', '""')}"`;
  return `${quoted(username)} ${quoted(password)}\n`;
}
