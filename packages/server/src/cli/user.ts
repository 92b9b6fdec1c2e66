import { DEFAULT_LIMITS, hashSlowly, systemEntropy } from '@gatehouse/core';
import { type Command, CommandError, EXIT, UsageError } from './command.ts';
import { readPassword } from './read-password.ts';

export const userCommand: Command = {
  usage: 'user hash',
  summary:
    'Asks for a password without showing it, or reads it from a pipe, and prints its hash for the setting owners.',
  flags: {},
  takesWords: true,
  async run({ words, out }) {
    if (words.length !== 1 || words[0] !== 'hash') throw new UsageError('It is `gatehouse user hash`.');
    const password = await readPassword();
    if (password === '') throw new CommandError('The password is empty.');
    if (Buffer.byteLength(password) > DEFAULT_LIMITS.password)
      throw new CommandError(`The password is longer than ${DEFAULT_LIMITS.password} bytes.`);
    const passwordHash = await hashSlowly(password, systemEntropy(), DEFAULT_LIMITS);
    out.text(passwordHash);
    out.data({ passwordHash });
    return EXIT.done;
  },
};
