import { makeServerSecret } from '../config/server-secrets.ts';
import { type Command, EXIT } from './command.ts';

export const secretCommand: Command = {
  usage: 'secret',
  summary: 'Makes a secret for the setting `secrets`. To rotate, put a new one before the old one.',
  flags: {},
  async run({ out }) {
    const secret = makeServerSecret();
    out.text(secret);
    out.data({ secret });
    return EXIT.done;
  },
};
