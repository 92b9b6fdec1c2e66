import { spawn } from 'node:child_process';

/**
 * Runs a command and keeps what it prints to itself.
 * @param {{ env?: NodeJS.ProcessEnv, cwd?: string }} [options]
 * @returns {Promise<string>} its standard output
 * @throws Error with the end of what it printed, where it fails
 */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let all = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      output += text;
      all += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      all += text;
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) return resolve(output);
      const last = all.trimEnd().split('\n').slice(-15).join('\n');
      reject(new Error(`${command} ${args[0] ?? ''} ended with ${code ?? signal}:\n${last}`));
    });
  });
}

export async function succeeds(command, args) {
  return run(command, args).then(
    () => true,
    () => false,
  );
}

/** Images carry the hash of what they were built from, so that a changed recipe is built again. */
export const RECIPE_LABEL = 'gatehouse.recipe';

/** @returns whether the image is there and of this recipe */
export async function imageIsOf(name, recipe) {
  const format = `{{ index .Config.Labels "${RECIPE_LABEL}" }}`;
  const found = await run('docker', ['image', 'inspect', '--format', format, name]).catch(() => '');
  return found.trim() === recipe;
}
