import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { oneAtATime } from './one-at-a-time.ts';

const run = promisify(execFile);
const INSTALL_WITHIN_MS = 600_000;

/**
 * A Python that has what a requirements file names, in an environment of its own that later runs find again.
 * @returns the interpreter's path
 * @throws Error saying what is missing
 */
export async function preparePython(requirements: string): Promise<string> {
  const version = await run('python3', ['--version']).catch((cause) => {
    throw new Error('There is no python3 on the path.', { cause });
  });
  const wanted = createHash('sha256')
    .update(version.stdout)
    .update(readFileSync(requirements))
    .digest('hex')
    .slice(0, 16);
  const folder = path.join(tmpdir(), `gatehouse-python-${wanted}`);
  const python = path.join(folder, 'bin', 'python');
  // Written last: an installation that was cut short is begun anew.
  const stamp = path.join(folder, 'complete');
  await oneAtATime(`python-${wanted}`, async () => {
    if (existsSync(stamp)) return;
    rmSync(folder, { recursive: true, force: true });
    await install(folder, python, requirements);
    writeFileSync(stamp, '');
  });
  return python;
}

async function install(folder: string, python: string, requirements: string): Promise<void> {
  try {
    await run('python3', ['-m', 'venv', folder], { timeout: INSTALL_WITHIN_MS });
    await run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements], {
      timeout: INSTALL_WITHIN_MS,
    });
  } catch (cause) {
    const said = (cause as Error).message.split('\n').slice(0, 3).join(' ');
    throw new Error(`Python could not install ${path.basename(requirements)}: ${said}`, { cause });
  }
}
