import type { CompleteConfig } from '../config/config.ts';
import { cassandraConnection, relationalConnection } from '../stores.ts';
import { createLog, type ServerLog } from '../telemetry/log.ts';
import { type Command, CommandError, EXIT, type Output, UsageError } from './command.ts';
import { CONFIG_FLAGS, readConfiguration } from './read-configuration.ts';

/** One schema, whatever it is a schema of. */
interface Schema {
  /** What it is called in sentences: database, keyspace. */
  readonly place: string;
  state(): Promise<{
    readonly version: number | null;
    readonly needed: number;
    readonly pending: readonly { readonly name: string; readonly version: number; readonly text: string }[];
    /** A sentence where the database was made by another script than this package's, or that script was edited. */
    readonly altered?: string | null;
  }>;
  migrate(): Promise<{
    readonly from: number | null;
    readonly to: number;
    readonly ran: readonly string[];
    /** A sentence where the servers of the keyspace are held to other levels now. */
    readonly replaced?: string | null;
  }>;
}

/** Of the configured store; its package is loaded only then. */
async function schemaOf(store: CompleteConfig['store'], log: ServerLog, createKeyspace: boolean): Promise<Schema> {
  const cluster = cassandraConnection(store);
  if (cluster !== null) {
    const { migrate, schemaState } = await import('@gatehouse/store-cassandra');
    return {
      place: 'keyspace',
      state: () => schemaState({ connection: cluster, log }),
      migrate: () => migrate({ connection: cluster, createKeyspace, log }),
    };
  }
  if (createKeyspace) throw new UsageError('--create-keyspace is for a Cassandra store; the configured one is not.');
  const database = relationalConnection(store);
  if (database === null)
    throw new CommandError(
      'The configured store has no schema: only a relational one (postgresql:, mysql: …) and cassandra: have.',
    );
  const { migrate, schemaState } = await import('@gatehouse/store-rdbms');
  return {
    place: 'database',
    state: () => schemaState({ connection: database, log }),
    migrate: () => migrate({ connection: database, log }),
  };
}

async function check(schema: Schema, out: Output): Promise<number> {
  const { version, needed, pending, altered = null } = await schema.state();
  const has =
    version === null ? `The ${schema.place} has no schema` : `The ${schema.place} has version ${version} of the schema`;
  const todo = [
    ...(pending.length === 0 ? [] : [`${has}; to run: ${pending.map(({ name }) => name).join(', ')}.`]),
    ...(altered === null ? [] : [altered]),
  ];
  out.text(todo.length === 0 ? `${has}: nothing to do.` : todo.join('\n'));
  out.data({ version, needed, pending: pending.map(({ name }) => name), altered });
  return todo.length === 0 ? EXIT.done : EXIT.failed;
}

async function print(schema: Schema, out: Output): Promise<number> {
  const { version, pending, altered = null } = await schema.state();
  if (altered !== null) out.note(`gatehouse: ${altered}`);
  if (pending.length === 0)
    out.note(`gatehouse: The ${schema.place} has version ${version} of the schema: there is nothing to print.`);
  for (const { text } of pending) out.text(text.trimEnd());
  out.data({ pending });
  return EXIT.done;
}

async function run(schema: Schema, out: Output): Promise<number> {
  const { from, to, ran, replaced = null } = await schema.migrate();
  out.text(
    ran.length === 0
      ? `The ${schema.place} has version ${from} of the schema already.`
      : `Ran ${ran.join(', ')}: the ${schema.place} has version ${to} of the schema.`,
  );
  if (replaced !== null) out.text(replaced);
  out.data({ from, to, ran, ...(replaced === null ? {} : { replaced }) });
  return EXIT.done;
}

export const migrateCommand: Command = {
  usage: 'migrate [--config <path>] [--store <url>] [--check | --print] [--create-keyspace]',
  summary:
    'Brings the schema of a relational or Cassandra store up to date, by the scripts of sql/. Needs a user who may create tables; the server’s own needs not.',
  flags: {
    ...CONFIG_FLAGS,
    check: {
      meaning:
        'Only say what would be run, and whether the scripts are those that made what is there; ends with 1 where anything is to be done',
    },
    print: { meaning: 'Print the scripts instead of running them' },
    'create-keyspace': {
      meaning: 'Cassandra: create the keyspace too where it is missing; without, the statement is printed with advice',
    },
  },
  async run({ flags, out }) {
    if (flags['check'] && flags['print']) throw new UsageError('--check or --print, not both.');
    const { loaded } = await readConfiguration(flags);
    const log = await createLog({ level: 'info', format: 'text', write: (line) => void process.stderr.write(line) });
    const schema = await schemaOf(loaded.config.store, log, flags['create-keyspace'] === true);
    if (flags['check']) return check(schema, out);
    return flags['print'] ? print(schema, out) : run(schema, out);
  },
};
