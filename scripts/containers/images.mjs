// The images that are built here, and the one rule for their names: the image that stands in for `postgres:18` is
// `localhost/gatehouse/postgres:18`. They keep the contract of the official ones (variables, ports, init folder), so
// that either can take the other's place.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { baseImage } from './base-image.mjs';
import { cassandraContext } from './cassandra-context.mjs';
import { imageIsOf, RECIPE_LABEL, run } from './run.mjs';

const FOLDER = fileURLToPath(new URL('images', import.meta.url));
const PREFIX = 'localhost/gatehouse/';

/** What stands in for which official image. `suite`: the Debian whose packages have that version. */
export const IMAGES = [
  { official: 'postgres:15', folder: 'postgres', suite: 'bookworm', version: '15' },
  { official: 'postgres:18', folder: 'postgres', suite: 'sid', version: '18' },
  { official: 'mysql:9.7', folder: 'mysql', suite: 'sid', version: '9.7' },
  { official: 'mariadb:10.11', folder: 'mariadb', suite: 'bookworm', version: '10.11' },
  { official: 'mariadb:11.8', folder: 'mariadb', suite: 'sid', version: '11.8' },
  // The last of its suite: it needs Maven and pip, which may be missing.
  { official: 'cassandra:5.0', folder: 'cassandra', suite: 'bookworm', version: '5.0.9' },
];

/**
 * Builds what is missing, the suites beside each other, and says how long each took.
 * @param {readonly string[]} wanted names of official images
 */
export async function buildImages(wanted, say) {
  const missing = [];
  for (const image of IMAGES.filter(({ official }) => wanted.includes(official)))
    if (!(await imageIsOf(PREFIX + image.official, recipeOf(image)))) missing.push(image);
  if (missing.length === 0) return;
  say(
    `Building once, out of Debian's packages: ${missing.map(({ official }) => official).join(', ')}. ` +
      'This takes a few minutes, and nothing the next time …',
  );
  const suites = [...new Set(missing.map(({ suite }) => suite))];
  const built = await Promise.allSettled(
    suites.map(async (suite) => {
      await baseImage(suite, say);
      // One after the other: more at once than there are suites would only crowd the cores.
      for (const image of missing.filter((one) => one.suite === suite)) await build(image, say);
    }),
  );
  const failed = built.find(({ status }) => status === 'rejected');
  if (failed) throw failed.reason;
}

async function build(image, say) {
  const { official, folder, suite, version } = image;
  const started = Date.now();
  const args = [`SUITE=${suite}`, `VERSION=${version}`, ...proxies()].map((arg) => `--build-arg=${arg}`);
  const labels = [`--label=${RECIPE_LABEL}=${recipeOf(image)}`, `--tag=${PREFIX}${official}`];
  const recipe = path.join(FOLDER, folder);
  const context = folder === 'cassandra' ? await cassandraContext(recipe, version) : recipe;
  try {
    await run('docker', ['build', '--quiet', '--force-rm', '--network=host', ...args, ...labels, context], {
      // BuildKit is a plugin of its own, which Debian's engine comes without.
      env: { ...process.env, DOCKER_BUILDKIT: '0' },
    });
  } finally {
    if (context !== recipe) fs.rmSync(context, { recursive: true, force: true });
  }
  say(`${official}: built in ${Math.round((Date.now() - started) / 1000)} s`);
}

function recipeOf(image) {
  const hash = createHash('sha256').update(JSON.stringify(image));
  for (const file of fs.readdirSync(path.join(FOLDER, image.folder)).sort())
    hash.update(fs.readFileSync(path.join(FOLDER, image.folder, file)));
  return hash.digest('hex');
}

/** What a package manager inside the build needs to reach its mirror, where this machine needs it. */
function proxies() {
  return ['http_proxy', 'https_proxy', 'no_proxy'].filter((name) => process.env[name]);
}
