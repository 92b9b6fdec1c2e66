import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** Statements that change something, and what commits them. */
export const CHANGES: RegExp = /CREATE|ALTER|INSERT|UPDATE|COMMIT/;

const PROGRAM = `
  const [stores, connection] = process.argv.slice(1);
  const { migrate } = await import(stores);
  await migrate({ connection: JSON.parse(connection) });
`;

/** The engine is in the process: it ends itself, at the nth statement that changes something. */
const ENDS_ITSELF = `
  const [stores, , at, when] = process.argv.slice(1);
  const { createRequire } = await import('node:module');
  const { prototype } = createRequire(stores)('better-sqlite3');
  const { prepare } = prototype;
  const end = () => process.kill(process.pid, 'SIGKILL');
  let seen = 0;
  prototype.prepare = function (text) {
    const statement = prepare.call(this, text);
    if (!${CHANGES}.test(text) || seen++ !== Number(at)) return statement;
    if (when === 'before') end();
    const { run } = statement;
    statement.run = (...values) => {
      run.apply(statement, values);
      end();
    };
    return statement;
  };
`;

export interface MigratingProcess {
  kill(): void;
  /** @throws Error with what it printed, where it neither came to its end nor was killed */
  readonly ended: Promise<'killed' | 'done'>;
}

/**
 * A process that migrates and does nothing else.
 * @param stores the address of the package, of this release or another
 * @param endsAt of SQLite: the statement at which it ends itself, as by a kill
 */
export function startMigrating(
  stores: string,
  connection: unknown,
  endsAt?: { readonly at: number; readonly when: 'before' | 'after' },
): MigratingProcess {
  const program =
    endsAt === undefined
      ? PROGRAM
      : ENDS_ITSELF + PROGRAM.replace('const [stores, connection]', 'const [, connection]');
  const more = endsAt === undefined ? [] : [String(endsAt.at), endsAt.when];
  const child = spawn(
    process.execPath,
    ['--input-type=module', '--eval', program, stores, JSON.stringify(connection), ...more],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  return { kill: () => void child.kill('SIGKILL'), ended: outcomeOf(child) };
}

async function outcomeOf(child: ChildProcess): Promise<'killed' | 'done'> {
  let printed = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  await once(child, 'close');
  if (child.signalCode === 'SIGKILL') return 'killed';
  if (child.exitCode === 0) return 'done';
  throw new Error(printed);
}
