import { CommandError } from './command.ts';

const decoder = new TextDecoder('utf-8', { fatal: true });

async function fromPipe(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  try {
    return decoder.decode(Buffer.concat(chunks)).replace(/\r?\n$/, '');
  } catch {
    throw new CommandError('The password is not UTF-8.');
  }
}

const ENTER = new Set(['\r', '\n', '\u0004']);
const CANCEL = '\u0003';
const BACKSPACE = new Set(['\u007f', '\b']);

/** Reads a line of a terminal without showing it. */
function fromTerminal(question: string): Promise<string> {
  const { stdin, stderr } = process;
  // Before the question: whoever answers at once, as a program does, would see it on the screen.
  stdin.setRawMode(true).setEncoding('utf8').resume();
  stderr.write(question);
  return new Promise((resolve, reject) => {
    let text = '';
    const done = (end: () => void): void => {
      stdin.setRawMode(false).pause().removeListener('data', onData);
      stderr.write('\n');
      end();
    };
    const onData = (typed: string): void => {
      for (const character of typed) {
        if (character === CANCEL) {
          done(() => reject(new CommandError('Cancelled.')));
          return;
        }
        if (ENTER.has(character)) {
          done(() => resolve(text));
          return;
        }
        text = BACKSPACE.has(character) ? text.slice(0, -1) : text + character;
      }
    };
    stdin.on('data', onData);
  });
}

/** A password, typed twice without echo, or the whole of a pipe less one line end. Never an argument: those show in `ps`. */
export async function readPassword(): Promise<string> {
  if (!process.stdin.isTTY) return fromPipe();
  const password = await fromTerminal('Password: ');
  if ((await fromTerminal('Again: ')) !== password) throw new CommandError('The two are not the same.');
  return password;
}
