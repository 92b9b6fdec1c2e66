import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

export interface Printed {
  readonly stdout: string;
  readonly stderr: string;
}

export interface Job extends Printed {
  readonly ended: boolean;
}

const STOPPED_WITHIN_MS = 60_000;

/** One bash for a whole page, so that what a block sets is there in the next, as it is for a reader who pastes them. */
export class Shell {
  readonly #folder: string;
  readonly #child: ChildProcess;
  readonly #groups: number[] = [];
  #reports = '';
  #count = 0;

  /** @param folder where commands run; what they print is kept in `log` */
  constructor(folder: string, log: string, env: Readonly<Record<string, string | undefined>>) {
    this.#folder = log;
    this.#child = spawn('bash', ['--noprofile', '--norc'], {
      cwd: folder,
      env: { ...env },
      stdio: ['pipe', 'ignore', 'ignore', 'pipe'],
    });
    this.#child.stdio[3]?.on('data', (chunk) => {
      this.#reports += String(chunk);
    });
  }

  /**
   * Runs a text to its end; the first command that fails ends it.
   * @param input standard input, such as what a person types when asked
   * @throws Error with what was printed, where the exit code is not the expected one
   */
  async run(text: string, input: string, expected: number): Promise<Printed> {
    const files = this.#write(text, input);
    // Where a failure is meant, a shell of its own fails, so that this one goes on.
    const source = `. ${quote(files.script)} <${quote(files.input)} >${quote(files.out)} 2>${quote(files.err)} 3>&-`;
    const code = await this.#report(
      expected === 0 ? `set -euo pipefail; ${source}` : `set +e; ( set -euo pipefail; ${source} )`,
    );
    const printed = files.printed();
    if (code !== expected)
      throw new Error(`It ended with ${code}, not ${expected}.\n${printed.stdout}${printed.stderr}`);
    return printed;
  }

  /** Starts a text that goes on until {@link close}. */
  async start(text: string): Promise<() => Job> {
    const files = this.#write(text, '');
    const redirected = `</dev/null >${quote(files.out)} 2>${quote(files.err)} 3>&-`;
    this.#send(`set -m; ( . ${quote(files.script)} ) ${redirected} & set +m; printf 'job %s\\n' $! >&3`);
    const group = Number(await this.#next(/^job (\d+)$/));
    this.#groups.push(group);
    return () => {
      // Asked first: what has ended has printed all that it prints.
      const ended = !isAlive(group);
      return { ...files.printed(), ended };
    };
  }

  /** False once a command that failed has ended it. */
  get alive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  async close(): Promise<void> {
    for (const group of this.#groups) await endGroup(group);
    if (!this.alive) return;
    this.#child.kill('SIGKILL');
    await once(this.#child, 'exit');
  }

  #write(text: string, input: string): ReturnType<typeof filesOf> {
    const files = filesOf(path.join(this.#folder, String(++this.#count)));
    writeFileSync(files.script, text);
    writeFileSync(files.input, input);
    return files;
  }

  #send(line: string): void {
    this.#child.stdin?.write(`${line}\n`);
  }

  /** The exit code of a line: reported, or that of the shell where it took the shell with it. */
  async #report(line: string): Promise<number> {
    this.#send(`${line}; printf 'code %s\\n' $? >&3`);
    return Number(await this.#next(/^code (\d+)$/));
  }

  async #next(form: RegExp): Promise<string> {
    for (;;) {
      const end = this.#reports.indexOf('\n');
      const said = form.exec(this.#reports.slice(0, Math.max(end, 0)))?.[1];
      if (said !== undefined) {
        this.#reports = this.#reports.slice(end + 1);
        return said;
      }
      if (this.#child.exitCode !== null && end < 0) return String(this.#child.exitCode);
      await pause(5);
    }
  }
}

function filesOf(name: string): {
  readonly script: string;
  readonly input: string;
  readonly out: string;
  readonly err: string;
  printed(): Printed;
} {
  const [script, input, out, err] = ['sh', 'in', 'out', 'err'].map((ending) => `${name}.${ending}`) as [
    string,
    string,
    string,
    string,
  ];
  const read = (file: string): string => readFileSync(file, { encoding: 'utf8', flag: 'a+' });
  return { script, input, out, err, printed: () => ({ stdout: read(out), stderr: read(err) }) };
}

function quote(file: string): string {
  return `'${file.replaceAll("'", "'\\''")}'`;
}

function isAlive(group: number): boolean {
  try {
    process.kill(-group, 0);
    return true;
  } catch {
    return false;
  }
}

async function endGroup(group: number): Promise<void> {
  if (!isAlive(group)) return;
  process.kill(-group, 'SIGTERM');
  for (const end = performance.now() + STOPPED_WITHIN_MS; isAlive(group); await pause(20)) {
    if (performance.now() < end) continue;
    process.kill(-group, 'SIGKILL');
    return;
  }
}
