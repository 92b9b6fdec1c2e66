import { parseArgs } from 'node:util';
import { nearest } from '../config/nearest.ts';
import { type Command, EXIT, type Output, parseOptions, standardOutput, UsageError } from './command.ts';
import { VERBS } from './verbs.ts';

const COMMON: Command['flags'] = {
  json: { meaning: 'Print the result as JSON' },
  help: { meaning: 'Print how this is called', short: 'h' },
};

/** Errors whose message is a sentence for whoever typed the command, and the code the process ends with. */
const SENTENCES: ReadonlyMap<string, number> = new Map([
  ['UsageError', EXIT.usage],
  ['ConfigError', EXIT.config],
  ['CommandError', EXIT.failed],
  ['ListenError', EXIT.failed],
  ['StoreError', EXIT.failed],
  ['ClientMetadataError', EXIT.failed],
  ['OAuthError', EXIT.failed],
  ['StartError', EXIT.config],
]);

function report(error: unknown, out: Output): number {
  if (!(error instanceof Error)) {
    out.note(`gatehouse: ${String(error)}`);
    return EXIT.failed;
  }
  const known = SENTENCES.get(error.name);
  const problems: unknown = 'problems' in error ? error.problems : undefined;
  out.data({ error: error.message, ...(problems === undefined ? {} : { problems }) });
  out.note(`gatehouse: ${known === undefined ? (error.stack ?? error.message) : error.message}`);
  return known ?? EXIT.failed;
}

/** The parser's own sentence about a flag that there is not advises what nobody wants to know. */
function usageError(error: unknown, command: Command): UsageError {
  const message = error instanceof Error ? error.message : String(error);
  const [, flag = '', name = ''] = /^Unknown option '(-{1,2}([^']+))'/.exec(message) ?? [];
  if (name === '') return new UsageError(message);
  const near = nearest(name, Object.keys({ ...command.flags, ...COMMON }));
  const meant = near === undefined ? '' : ` Did you mean --${near}?`;
  return new UsageError(`There is no flag ${flag}.${meant} \`--help\` lists them.`);
}

function parse(command: Command, args: readonly string[]): { flags: Record<string, never>; words: string[] } {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: parseOptions({ ...command.flags, ...COMMON }),
      allowPositionals: true,
      strict: true,
    });
    return { flags: values as Record<string, never>, words: positionals };
  } catch (error) {
    throw usageError(error, command);
  }
}

async function help(verb: string | undefined, out: Output): Promise<number> {
  const { commandHelp, helpText } = await import('./help.ts');
  const command = await VERBS.get(verb ?? '')?.load();
  out.text(command ? commandHelp({ ...command, flags: { ...command.flags, ...COMMON } }) : helpText());
  return EXIT.done;
}

function unknownVerb(verb: string): UsageError {
  // A store's URL in the wrong place may have a password.
  const shownVerb = verb.includes(':') ? 'like this' : JSON.stringify(verb);
  const near = nearest(verb, [...VERBS.keys(), 'help', 'version']);
  const meant = near === undefined ? '' : ` Did you mean "${near}"?`;
  return new UsageError(`There is no verb ${shownVerb}.${meant} \`gatehouse help\` lists them.`);
}

/** Runs one command line. @returns the exit code */
export async function run(args: readonly string[]): Promise<number> {
  const [verb, ...rest] = args;
  const out = standardOutput(rest.includes('--json'));
  try {
    if (verb === undefined || verb === 'help' || verb === '--help' || verb === '-h')
      return await help(rest[0], standardOutput(false));
    if (verb === 'version' || verb === '--version' || verb === '-v') {
      const { VERSION } = await import('../version.ts');
      out.text(VERSION);
      out.data({ version: VERSION, node: process.version });
      return EXIT.done;
    }
    const command = await VERBS.get(verb)?.load();
    if (!command) throw unknownVerb(verb);
    const { flags, words } = parse(command, rest);
    if (flags['help']) return await help(verb, standardOutput(false));
    // Not shown: a store's URL in the wrong place may have a password.
    if (words.length > 0 && !command.takesWords)
      throw new UsageError(`\`gatehouse ${verb}\` takes flags alone, and something stands beside them.`);
    return await command.run({ flags, words, out });
  } catch (error) {
    return report(error, out);
  }
}
