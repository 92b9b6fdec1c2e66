import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { type Block, type DocPage, ROOT } from './blocks.ts';
import { purposeOf } from './purpose.ts';

/** A folder outside of the repository, which finds the dependencies that tests/ has. */
export const SCRATCH: string = makeScratch();

/** At the end of a test file. */
export function removeScratch(): void {
  rmSync(SCRATCH, { recursive: true, force: true });
}

function makeScratch(): string {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'gatehouse-docs-')));
  symlinkSync(path.join(ROOT, 'tests/node_modules'), path.join(folder, 'node_modules'));
  writeFileSync(path.join(folder, 'package.json'), '{ "type": "module" }');
  return folder;
}

/** What the compiler has against each block. */
export type Faults = ReadonlyMap<Block, readonly string[]>;

export function slugOf(page: string): string {
  return page.replace(/\.md$/, '').replaceAll(/[^A-Za-z0-9]+/g, '-');
}

/** Compiles every TypeScript block of all pages in one go, under the rules of our own tests. */
export async function compileBlocks(pages: readonly DocPage[]): Promise<Faults> {
  const folder = path.join(SCRATCH, 'types');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    path.join(folder, 'tsconfig.json'),
    JSON.stringify({
      extends: path.join(ROOT, 'tests/tsconfig.json'),
      compilerOptions: { typeRoots: [path.join(ROOT, 'node_modules/@types')] },
      include: ['**/*.ts'],
    }),
  );
  const blocks = new Map<string, Block>();
  for (const page of pages)
    for (const block of page.blocks) {
      const purpose = purposeOf(block);
      if (block.language !== 'ts' || !('file' in purpose)) continue;
      const name = path.join(slugOf(page.path), purpose.file);
      if (blocks.has(name))
        throw new Error(`${page.path}:${block.line}: another block of the page is ${purpose.file}.`);
      blocks.set(name, block);
      mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
      writeFileSync(path.join(folder, name), block.text);
    }
  const faults = new Map([...blocks.values()].map((block): [Block, string[]] => [block, []]));
  if (blocks.size === 0) return faults;
  for (const line of (await compile(folder)).split('\n')) {
    const [, file, fault] = /^(\S+?\.ts)(\(\d+,\d+\): error .*)$/.exec(line) ?? [];
    const block = file === undefined ? undefined : blocks.get(path.relative(folder, path.resolve(folder, file)));
    if (block && fault !== undefined) faults.get(block)?.push(fault);
    else if (line.includes('error TS')) throw new Error(line);
  }
  return faults;
}

async function compile(folder: string): Promise<string> {
  const run = promisify(execFile);
  const options = {
    cwd: folder,
    env: { ...process.env, PATH: `${path.dirname(process.execPath)}:${process.env['PATH']}` },
  };
  const args = ['--project', folder, '--pretty', 'false'];
  return run(path.join(ROOT, 'node_modules/.bin/tsc'), args, options).then(
    ({ stdout }) => stdout,
    (error: { stdout?: string }) => error.stdout ?? String(error),
  );
}
