import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { type Provision, provide } from '@gatehouse/testkit';

const run = promisify(execFile);
const ROOT = path.resolve(import.meta.dirname, '../..');

/** `docker compose` with the file of this repository; rejects with what it printed. */
export type Compose = (args: readonly string[], variables?: Readonly<Record<string, string>>) => Promise<string>;

export function findCompose(): Promise<Provision<Compose>> {
  return provide('compose', async () => {
    const compose: Compose = async (args, variables) => {
      const { stdout } = await run('docker', ['compose', ...args], {
        cwd: ROOT,
        env: { ...process.env, ...variables },
      });
      return stdout;
    };
    await compose(['version']).catch((cause) => {
      throw new Error('There is no docker compose here.', { cause });
    });
    return compose;
  });
}
