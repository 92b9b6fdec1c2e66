// A Debian with nothing in it, made by debootstrap: what the images of databases are built on.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { installPackages, mirror, obstacle } from './debian.mjs';
import { imageIsOf, RECIPE_LABEL, run, succeeds } from './run.mjs';

const SETTINGS = {
  // A mirror that stands still keeps an old date; the packages' signatures are checked all the same.
  'etc/apt/apt.conf.d/99gatehouse': 'Acquire::Check-Valid-Until "false";\nAcquire::Retries "3";\n',
  // No manual, no translation, no waiting for the disk: an image is thrown away when it fails.
  'etc/dpkg/dpkg.cfg.d/99gatehouse':
    'force-unsafe-io\npath-exclude /usr/share/doc/*\npath-exclude /usr/share/man/*\npath-exclude /usr/share/locale/*\n',
  // Packages must not start what they bring while they are installed.
  'usr/sbin/policy-rc.d': '#!/bin/sh\nexit 101\n',
};

const RECIPE = createHash('sha256').update(JSON.stringify(SETTINGS)).digest('hex');

/** @param {string} suite `bookworm` or `sid` */
export async function baseImage(suite, say) {
  const name = `localhost/gatehouse/debian:${suite}`;
  if (await imageIsOf(name, RECIPE)) return;
  if (!(await succeeds('debootstrap', ['--version']))) {
    const problem = await obstacle();
    if (problem !== null) throw new Error(`Building images needs debootstrap, and ${problem}.`);
    await installPackages(['debootstrap']);
  }
  const started = Date.now();
  const work = fs.mkdtempSync(path.join(os.tmpdir(), 'gatehouse-debian-'));
  try {
    const system = path.join(work, 'system');
    await run('debootstrap', ['--variant=minbase', suite, system, await mirror()]);
    for (const [file, text] of Object.entries(SETTINGS)) {
      const mode = file.startsWith('usr/sbin/') ? 0o755 : 0o644;
      fs.writeFileSync(path.join(system, file), text, { mode });
    }
    // Lists of packages once, for every image of this suite.
    await run('chroot', [system, 'sh', '-c', 'apt-get -qq update && apt-get clean'], {
      env: { ...process.env, PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
    });
    const label = `LABEL ${RECIPE_LABEL}=${RECIPE}`;
    const load = 'tar -C "$0" -c . | docker import --change "$2" - "$1"';
    await run('bash', ['-o', 'pipefail', '-c', load, system, name, label]);
  } finally {
    fs.rmSync(work, { recursive: true, force: true });
  }
  say(`Debian ${suite}: built in ${Math.round((Date.now() - started) / 1000)} s`);
}
