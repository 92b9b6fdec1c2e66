// What this machine is asked for: Debian's package manager, as root.
import { run, succeeds } from './run.mjs';

/** @returns {Promise<string | null>} what is in the way of installing a package here */
export async function obstacle() {
  if (process.platform !== 'linux' || !(await succeeds('apt-get', ['--version']))) return 'this is no Debian';
  return process.getuid() === 0 ? null : 'that takes root';
}

/** Once for each run of this script. */
let updated;

/** @param {readonly string[]} packages */
export async function installPackages(packages) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args) => run('apt-get', ['-qq', '-o', 'Acquire::Retries=3', ...args], { env });
  updated ??= apt('update');
  await updated;
  await apt('install', '-y', '--no-install-recommends', ...packages);
}

/** The mirror that this machine installs from. */
export async function mirror() {
  const targets = await run('apt-get', ['indextargets', '--format', '$(SITE)']);
  const found = process.env.DEBIAN_MIRROR || targets.split('\n').find((site) => /\/debian\/?$/.test(site));
  if (!found) throw new Error('No mirror of Debian is in the lists of this machine: name one in DEBIAN_MIRROR.');
  return found.replace(/\/$/, '');
}
