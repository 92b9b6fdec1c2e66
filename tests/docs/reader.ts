import { randomBytes } from 'node:crypto';
import { chmodSync, cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort, type StartedServer, startServer } from '@gatehouse/testkit';
import { anOwner } from '../clients/owner.ts';
import { differenceOf, literally } from './answers.ts';
import { type Block, type DocPage, ROOT } from './blocks.ts';
import { SCRATCH, slugOf } from './compile.ts';
import { ADMIN_PASSWORD, databaseOf, missingProgram, type PageDatabase } from './database.ts';
import { type Purpose, purposeOf } from './purpose.ts';
import { type Job, type Printed, Shell } from './shell.ts';

/** Where the pages say that `npm start` answers. */
const SAMPLE_PORT = '8089';
/** A crowded machine takes its time: a limit for what never comes. */
const LISTENS_WITHIN_MS = 120_000;
const READY = /Gatehouse (?:\S+ )?is ready/;
const FROM_THE_CLONE = ['packages/server/templates', 'examples', 'sql'];
const MAIN = path.join(ROOT, 'packages/server/src/cli/main.ts');

/**
 * Somebody who reads a page from top to bottom and does what it says, in one folder and one shell. A port of the page is
 * a free one here, what the page has in `/run/secrets` is in the folder, and a page of a database has a server of its
 * own; nothing else of a block is changed.
 */
export class Reader {
  readonly #page: DocPage;
  readonly #folder: string;
  readonly #ports = new Map<string, string>();
  #shell: Shell | null = null;
  #sample: StartedServer | null = null;
  #database: PageDatabase | null = null;
  #printed: Printed = { stdout: '', stderr: '' };

  constructor(page: DocPage) {
    this.#page = page;
    this.#folder = path.join(SCRATCH, 'run', slugOf(page.path));
  }

  /** Has there what the page's first block asks for; says why it cannot. */
  async prepare(): Promise<string | null> {
    const [first, ...others] = this.#page.blocks;
    const late = others.find(({ marks }) => marks.has('needs') || marks.has('server'));
    if (late) throw new Error(`${this.#page.path}:${late.line}: what a page needs stands at its first block.`);
    const missing = missingProgram(this.#page);
    if (missing !== null || !first?.marks.has('server')) return missing;
    await this.#open();
    const database = await databaseOf(this.#page, this.#folder);
    if (database === null || typeof database === 'string') return database;
    this.#database = database;
    this.#ports.set(...database.port);
    writeFileSync(this.#secret(ADMIN_PASSWORD), `${database.adminPassword}\n`);
    return null;
  }

  /** @throws Error saying what the page does not say right */
  async follow(block: Block): Promise<void> {
    const purpose = purposeOf(block);
    switch (purpose.kind) {
      case 'command':
        return this.#command(block);
      case 'program':
      case 'file':
        return this.#file(block, purpose);
      case 'configuration':
        await this.#write(purpose.file, block.text);
        await this.#run(`${givenVariables(block.text)}gatehouse check --config ${purpose.file}`);
        return;
      case 'answer':
        return this.#compare(block);
      case 'unclear':
        throw new Error(`The block ${purpose.problem}.`);
      case 'not-run':
        return;
    }
  }

  async close(): Promise<void> {
    await this.#shell?.close();
    await this.#sample?.stop();
    await this.#database?.close();
  }

  async #command(block: Block): Promise<void> {
    const port = block.marks.get('serves');
    if (port !== undefined) return this.#serve(block, port);
    this.#printed = await this.#run(block.text, await this.#typed(block), Number(block.marks.get('fails') ?? 0));
    const next = this.#page.blocks[this.#page.blocks.indexOf(block) + 1];
    // curl is content with any answer, so a refusal that the page does not show would look like success.
    if (!next?.marks.has('answer') && this.#printed.stdout.includes('"error":'))
      throw new Error(`The answer is an error, and the page does not say so: ${this.#printed.stdout}`);
  }

  async #file(block: Block, { file, kind }: Extract<Purpose, { file: string }>): Promise<void> {
    await this.#write(file, block.text);
    if (block.marks.has('run')) {
      this.#printed = await this.#run(`node ${file}`);
      return;
    }
    const later = this.#page.blocks.slice(this.#page.blocks.indexOf(block) + 1);
    if (kind === 'file' && !later.some(({ text }) => text.includes(path.basename(file))))
      throw new Error(`No later block uses ${file}.`);
  }

  #compare(block: Block): void {
    const { stderr, stdout } = this.#printed;
    const difference = differenceOf(block.text, stdout, block.language);
    if (difference === null || differenceOf(block.text, stderr, block.language) === null) return;
    throw new Error(stdout === '' ? `${difference}\n${stderr}` : difference);
  }

  async #serve(block: Block, port: string): Promise<void> {
    const actual = await this.#portFor(port);
    const shell = await this.#open();
    const job = await shell.start(await this.#here(block.text));
    for (const end = performance.now() + LISTENS_WITHIN_MS; ; await pause(50)) {
      const { ended, stderr, stdout }: Job = job();
      // Ours answers probes before it is ready.
      const waiting = block.text.includes('gatehouse serve') && !READY.test(stdout + stderr);
      if (!waiting && (await listens(Number(actual)))) return;
      if (ended || performance.now() > end) throw new Error(`Nothing listens on ${port}.\n${stdout}${stderr}`);
    }
  }

  async #run(text: string, input = '', expected = 0): Promise<Printed> {
    const shell = await this.#open();
    return shell.run(await this.#here(text), input, expected);
  }

  /** What a person types in when the block asks: the code or token that signing in at the link before it gave. */
  async #typed(block: Block): Promise<string> {
    const asked = /\bread\b.*\b(CODE|TOKEN)\b/.exec(block.text)?.[1];
    if (asked === undefined) return '';
    const before = this.#page.text.split('\n').slice(0, block.line).join('\n');
    const link = [...before.matchAll(/https?:\/\/localhost:\d+\/api\/oauth\/authorize\?[^\s)>"'`]+/g)].at(-1)?.[0];
    if (link === undefined) throw new Error(`The block asks for ${asked}, and no link before it leads to one.`);
    const given = await anOwner().allow(await this.#here(link));
    const value =
      asked === 'CODE'
        ? (given.code ?? given.at.searchParams.get('code'))
        : new URLSearchParams(given.at.hash.slice(1)).get('access_token');
    return `${value ?? ''}\n`;
  }

  async #write(file: string, text: string): Promise<void> {
    await this.#open();
    const full = path.join(this.#folder, file);
    mkdirSync(path.dirname(full), { recursive: true });
    writeFileSync(full, await this.#here(text));
  }

  /** A text of the page, as it has to be here. */
  async #here(text: string): Promise<string> {
    if (text.includes(SAMPLE_PORT)) await this.#portFor(SAMPLE_PORT);
    const known = new Map([...this.#ports, ...(this.#database?.words ?? [])]);
    // All in one go: a port of here can have the digits of another of the page.
    const words = new RegExp([...known.keys()].map(literally).join('|'), 'g');
    const here = known.size === 0 ? text : text.replaceAll(words, (word) => known.get(word) ?? word);
    return here.replaceAll(/\/run\/secrets\/([\w.-]+)/g, (_, name: string) => this.#secret(name));
  }

  async #portFor(port: string): Promise<string> {
    const known = this.#ports.get(port);
    if (known !== undefined) return known;
    const own = this.#page.blocks.some(({ marks }) => marks.get('serves') === port);
    if (!own && port === SAMPLE_PORT) this.#sample = await startServer();
    const actual = String(this.#sample && port === SAMPLE_PORT ? this.#sample.port : await freePort());
    this.#ports.set(port, actual);
    return actual;
  }

  #secret(name: string): string {
    const file = path.join(this.#folder, 'secrets', name);
    mkdirSync(path.dirname(file), { recursive: true });
    if (!existsSync(file)) writeFileSync(file, `${randomBytes(32).toString('base64url')}\n`);
    return file;
  }

  async #open(): Promise<Shell> {
    if (this.#shell?.alive) return this.#shell;
    if (!this.#shell) {
      rmSync(this.#folder, { recursive: true, force: true });
      for (const folder of ['.log', '.bin']) mkdirSync(path.join(this.#folder, folder), { recursive: true });
      const program = path.join(this.#folder, '.bin/gatehouse');
      writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${MAIN}' "$@"\n`);
      chmodSync(program, 0o755);
      // What a page copies from the repository is where it is in a clone.
      for (const folder of FROM_THE_CLONE)
        cpSync(path.join(ROOT, folder), path.join(this.#folder, folder), {
          recursive: true,
          filter: (entry) => path.basename(entry) !== 'node_modules',
        });
      for (const { marks } of this.#page.blocks) {
        const port = marks.get('serves');
        if (port !== undefined) await this.#portFor(port);
      }
    }
    const folders = [path.join(this.#folder, '.bin'), path.dirname(process.execPath), process.env['PATH'] ?? ''];
    const bare = Object.entries(process.env).filter(
      ([name]) => !/^(GATEHOUSE_|PORT$|NODE_OPTIONS$|NODE_ENV$|VITEST)/.test(name),
    );
    this.#shell = new Shell(this.#folder, path.join(this.#folder, '.log'), {
      ...Object.fromEntries(bare),
      PATH: folders.join(path.delimiter),
    });
    return this.#shell;
  }
}

/** The variables that a configuration takes secrets from, set for what follows where the page has not set them. */
function givenVariables(configuration: string): string {
  const names = [...configuration.matchAll(/\benv\b['"]?:\s*['"]?([A-Z][A-Z0-9_]*)/g)].map(([, name]) => name);
  return names.map((name) => `export ${name}="\${${name}:-${randomBytes(32).toString('base64url')}}"\n`).join('');
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: 'localhost' });
    const done = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => done(true)).once('error', () => done(false));
  });
}
