// A Debian with nothing in it but its package manager: what the images of databases are built on.
import { createHash } from 'node:crypto';
import { installPackages, mirror, obstacle } from './debian.mjs';
import { imageIsOf, RECIPE_LABEL, run, succeeds } from './run.mjs';

const OPTIONS = [
  // A mirror that stands still keeps an old date; the packages' signatures are checked all the same.
  '--aptopt=Acquire::Check-Valid-Until "false"',
  '--aptopt=Acquire::Retries "3"',
  // No manual, no translation, no waiting for the disk: an image is thrown away when it fails.
  ...['force-unsafe-io', 'force-confold'].map((option) => `--dpkgopt=${option}`),
  ...['doc', 'man', 'locale'].map((folder) => `--dpkgopt=path-exclude=/usr/share/${folder}/*`),
  // Packages must not start what they bring while they are installed.
  String.raw`--customize-hook=printf '#!/bin/sh\nexit 101\n' >"$1/usr/sbin/policy-rc.d" && chmod +x "$1/usr/sbin/policy-rc.d"`,
  // The lists of packages are fetched once, for every image of this suite.
  '--skip=cleanup/apt/lists',
];

const RECIPE = createHash('sha256').update(JSON.stringify(OPTIONS)).digest('hex');

/** Once for all suites, which are made beside each other. */
let prepared;

/** @param {string} suite `bookworm` or `sid` */
export async function baseImage(suite, say) {
  const name = `localhost/gatehouse/debian:${suite}`;
  if (await imageIsOf(name, RECIPE)) return;
  prepared ??= ensureMmdebstrap();
  await prepared;
  const started = Date.now();
  const label = `LABEL ${RECIPE_LABEL}=${RECIPE}`;
  const source = `deb ${await mirror()} ${suite} main`;
  // What it makes goes to its standard output, as an archive.
  const script = 'mmdebstrap --quiet --mode=root --variant=apt "${@:3}" | docker import --change "$1" - "$2"';
  await run('bash', ['-o', 'pipefail', '-c', script, 'bash', label, name, ...OPTIONS, suite, '-', source]);
  say(`Debian ${suite}: built in ${Math.round((Date.now() - started) / 1000)} s`);
}

async function ensureMmdebstrap() {
  if (await succeeds('mmdebstrap', ['--version'])) return;
  const problem = await obstacle();
  if (problem !== null) throw new Error(`Building images needs mmdebstrap, and ${problem}.`);
  await installPackages(['mmdebstrap']);
}
