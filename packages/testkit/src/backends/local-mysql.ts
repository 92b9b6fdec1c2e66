import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '../free-port.ts';
import type { Missing, RunningServer } from './database-server.ts';
import { findProgram } from './find-program.ts';
import { runLocal, startLocalProcess } from './local-process.ts';
import { madePassword } from './made-password.ts';

export interface LocalMysql {
  readonly name: string;
  readonly scheme: string;
  readonly server: string;
  /** What its version must begin with. */
  readonly version: string;
  readonly initialize: readonly [program: string, ...args: string[]];
  /** @param folder where {@link LocalMysql.files} are */
  flags(folder: string): readonly string[];
  files(folder: string): Readonly<Record<string, string>>;
  answers(admin: URL): Promise<unknown>;
}

/** Starts a MySQL or MariaDB that is installed on this machine, on loopback, with data that ends with it. */
export async function startLocalMysql(wanted: LocalMysql): Promise<RunningServer | Missing> {
  const { name, scheme, server, version, initialize } = wanted;
  const program = await findProgram(server, version);
  if (program === null) return { reason: `${name} ${version} is not installed here.` };
  const [initializer, ...args] = initialize;
  const installer = await findProgram(initializer);
  if (installer === null) return { reason: `${initializer} is not installed here.` };

  const folder = mkdtempSync(path.join(tmpdir(), `gatehouse-${scheme}-`));
  for (const [file, text] of Object.entries(wanted.files(folder))) writeFileSync(file, text, { mode: 0o600 });
  const data = path.join(folder, 'data');
  // It runs as root only when that is said.
  const user = process.getuid?.() === 0 ? ['--user=root'] : [];
  const common = ['--no-defaults', ...user, `--datadir=${data}`];
  await runLocal({ program: installer, args: [common[0] as string, ...args, ...common.slice(1)], cwd: folder });

  const password = madePassword();
  const accounts = path.join(folder, 'accounts.sql');
  writeFileSync(accounts, adminOf(password), { mode: 0o600 });
  const port = await freePort();
  const adminUrl = `${scheme}://root:${password}@127.0.0.1:${port}/mysql`;
  const started = await startLocalProcess(
    {
      program,
      args: [
        ...common,
        ...['--bind-address=127.0.0.1', `--port=${port}`, `--socket=${path.join(folder, 'socket')}`],
        `--pid-file=${path.join(folder, 'pid')}`,
        `--init-file=${accounts}`,
        ...wanted.flags(folder),
      ],
      cwd: folder,
    },
    () => wanted.answers(new URL(adminUrl)),
    { orderly: 'SIGTERM', quick: 'SIGTERM' },
  );
  return {
    origin: 'started here',
    adminUrl,
    control: started.control,
    async close() {
      await started.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A line for each statement, as an init file has it; an address, since no names are looked up. */
const adminOf = (password: string): string =>
  [
    "CREATE USER IF NOT EXISTS root@'127.0.0.1'",
    `ALTER USER root@'127.0.0.1' IDENTIFIED BY '${password}'`,
    "GRANT ALL PRIVILEGES ON *.* TO root@'127.0.0.1' WITH GRANT OPTION",
  ]
    .map((statement) => `${statement};\n`)
    .join('');
