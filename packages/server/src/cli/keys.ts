import { open } from 'node:fs/promises';
import { signingKeyOf } from '@gatehouse/core';
import { KEY_MAKERS } from '../config/make-signing-key.ts';
import { type Command, CommandError, EXIT, textFlag, UsageError } from './command.ts';

export const keysCommand: Command = {
  usage: 'keys <file> [--algorithm <name>]',
  summary:
    'Makes a private key for the setting `idToken.keys`, in a new file that only you may read. To rotate, list a new one behind the old one, and let it change places once every server shows it.',
  flags: {
    algorithm: {
      value: '<name>',
      meaning: `One of ${[...KEY_MAKERS.keys()].join(', ')}; left out: RS256, which every client knows`,
    },
  },
  takesWords: true,
  async run({ flags, out, words }) {
    const [file, ...others] = words;
    if (file === undefined || others.length > 0) throw new UsageError('Name one file for the key.');
    const algorithm = textFlag(flags, 'algorithm') ?? 'RS256';
    const make = KEY_MAKERS.get(algorithm);
    if (!make)
      throw new UsageError(`There is no algorithm ${algorithm}; it is one of ${[...KEY_MAKERS.keys()].join(', ')}.`);
    const { privateKey } = await make();
    await writeNew(file, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
    const { kid } = signingKeyOf(privateKey);
    out.text(
      `The key is in ${file}: ${algorithm}, with the id ${kid}. Give it as idToken.keys: [{ file: ${JSON.stringify(file)} }].`,
    );
    out.data({ file, algorithm, kid });
    return EXIT.done;
  },
};

/** A key that is there already is never written over: what it signed could not be verified any more. */
async function writeNew(file: string, text: string): Promise<void> {
  try {
    const handle = await open(file, 'wx', 0o600);
    await handle.writeFile(text).finally(() => handle.close());
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw new CommandError(
      code === 'EEXIST' ? `${file} is there already, and stays as it is.` : `${file} cannot be written (${code}).`,
    );
  }
}
