import type { MigrateOptions } from '@gatehouse/store-rdbms';
import { relationalConnection } from '../stores.ts';
import { createLog } from '../telemetry/log.ts';
import { type Command, CommandError, EXIT, type Output, UsageError } from './command.ts';
import { CONFIG_FLAGS, readConfiguration } from './read-configuration.ts';

async function check(options: MigrateOptions, out: Output): Promise<number> {
  const { schemaState } = await import('@gatehouse/store-rdbms');
  const { version, needed, pending } = await schemaState(options);
  const has = version === null ? 'The database has no schema' : `The database has version ${version} of the schema`;
  out.text(
    pending.length === 0 ? `${has}: nothing to do.` : `${has}; to run: ${pending.map(({ name }) => name).join(', ')}.`,
  );
  out.data({ version, needed, pending: pending.map(({ name }) => name) });
  return pending.length === 0 ? EXIT.done : EXIT.failed;
}

async function print(options: MigrateOptions, out: Output): Promise<number> {
  const { schemaState } = await import('@gatehouse/store-rdbms');
  const { pending } = await schemaState(options);
  for (const { text } of pending) out.text(text.trimEnd());
  out.data({ pending });
  return EXIT.done;
}

async function run(options: MigrateOptions, out: Output): Promise<number> {
  const { migrate } = await import('@gatehouse/store-rdbms');
  const { from, to, ran } = await migrate(options);
  out.text(
    ran.length === 0
      ? `The database has version ${from} of the schema already.`
      : `Ran ${ran.join(', ')}: the database has version ${to} of the schema.`,
  );
  out.data({ from, to, ran });
  return EXIT.done;
}

export const migrateCommand: Command = {
  usage: 'migrate [--config <path>] [--store <url>] [--check | --print]',
  summary:
    'Brings the schema of a relational store up to date, by the scripts of sql/. Needs a user who may create tables; the server’s own needs not.',
  flags: {
    ...CONFIG_FLAGS,
    check: { meaning: 'Only say what would be run; ends with 1 where it is anything' },
    print: { meaning: 'Print the scripts instead of running them' },
  },
  async run({ flags, words, out }) {
    if (words.length > 0) throw new UsageError('`gatehouse migrate` takes no words; the store is configured.');
    if (flags['check'] && flags['print']) throw new UsageError('--check or --print, not both.');
    const { loaded } = await readConfiguration(flags);
    const connection = relationalConnection(loaded.config.store);
    if (connection === null)
      throw new CommandError('The configured store has no schema: only a relational one has (postgresql:, mysql: …).');
    const log = await createLog({ level: 'info', format: 'text', write: (line) => void process.stderr.write(line) });
    const options = { connection, log };
    if (flags['check']) return check(options, out);
    return flags['print'] ? print(options, out) : run(options, out);
  },
};
