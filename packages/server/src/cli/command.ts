import type { ParseArgsOptionsConfig } from 'node:util';

export type FlagValues = Readonly<Record<string, string | boolean | readonly (string | boolean)[] | undefined>>;

/** What a verb is called with. */
export interface Invocation {
  readonly flags: FlagValues;
  readonly words: readonly string[];
  readonly out: Output;
}

export interface Flag {
  readonly meaning: string;
  /** Of a flag with a value, what it is: `<path>`. */
  readonly value?: string;
  /** Whether it may be given more than once. */
  readonly many?: true;
  readonly short?: string;
}

/** One verb of the command line. */
export interface Command {
  /** After `gatehouse`: `serve [--sample]`. */
  readonly usage: string;
  readonly summary: string;
  readonly flags: Readonly<Record<string, Flag>>;
  /** Whether something may stand beside its flags. */
  readonly takesWords?: true;
  /** @returns the exit code */
  run(invocation: Invocation): Promise<number>;
}

/** Exit codes: done, failed, wrong command line, wrong configuration (EX_CONFIG of sysexits). */
export const EXIT = { done: 0, failed: 1, usage: 2, config: 78 } as const;

/** Where a command's results go. Sentences for people go to standard error where `--json` was asked for. */
export interface Output {
  readonly json: boolean;
  /** The result, for people. Left out with `--json`. */
  text(text: string): void;
  /** The result, for machines. Left out without `--json`. */
  data(value: unknown): void;
  /** What is beside the result: progress, warnings. */
  note(text: string): void;
}

export function standardOutput(json: boolean): Output {
  return {
    json,
    text: (text) => {
      if (!json) process.stdout.write(`${text}\n`);
    },
    data: (value) => {
      if (json) process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
    },
    note: (text) => {
      process.stderr.write(`${text}\n`);
    },
  };
}

/** A command line that cannot be meant; the message says what is missing. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Something that was asked for and cannot be done, in a sentence. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

export function parseOptions(flags: Command['flags']): ParseArgsOptionsConfig {
  return Object.fromEntries(
    Object.entries(flags).map(([name, { value, many, short }]) => [
      name,
      {
        type: value === undefined ? 'boolean' : 'string',
        ...(many ? { multiple: true } : {}),
        ...(short === undefined ? {} : { short }),
      } as const,
    ]),
  );
}

/** A flag's one text. */
export function textFlag(flags: FlagValues, name: string): string | undefined {
  const value = flags[name];
  return typeof value === 'string' ? value : undefined;
}

/** Every text of a flag that may come more than once. */
export function textFlags(flags: FlagValues, name: string): readonly string[] {
  const value = flags[name];
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
