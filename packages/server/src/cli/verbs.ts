import type { Command } from './command.ts';

interface Verb {
  readonly summary: string;
  load(): Promise<Command>;
}

/** Every verb, loaded when called: a verb's imports cost the others nothing. */
export const VERBS: ReadonlyMap<string, Verb> = new Map([
  ['serve', { summary: 'Run the server', load: async () => (await import('./serve.ts')).serveCommand }],
  ['secret', { summary: 'Make a server secret', load: async () => (await import('./secret.ts')).secretCommand }],
  ['keys', { summary: 'Make a key to sign ID tokens with', load: async () => (await import('./keys.ts')).keysCommand }],
  [
    'client',
    {
      summary: 'Create, list, show, disable and remove clients, rotate their secrets',
      load: async () => (await import('./client.ts')).clientCommand,
    },
  ],
  [
    'user',
    {
      summary: 'Hash an owner’s password for the configuration',
      load: async () => (await import('./user.ts')).userCommand,
    },
  ],
  [
    'check',
    {
      summary: 'Check the configuration and say what is weaker than it could be',
      load: async () => (await import('./check.ts')).checkCommand,
    },
  ],
  [
    'conformance',
    {
      summary: 'Prove the promises of a store',
      load: async () => (await import('./conformance.ts')).conformanceCommand,
    },
  ],
  [
    'migrate',
    {
      summary: 'Bring the schema of a relational store or of Cassandra up to date',
      load: async () => (await import('./migrate.ts')).migrateCommand,
    },
  ],
  ['purge', { summary: 'Remove expired records now', load: async () => (await import('./purge.ts')).purgeCommand }],
] satisfies [string, Verb][]);
