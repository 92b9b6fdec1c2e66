// `docker compose` where the engine came without: the distribution's package where that is version 2, else the one of
// Debian's unstable, of which one program is taken and nothing installed.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { mirror, obstacle } from './debian.mjs';
import { run, succeeds } from './run.mjs';

const PLUGINS = '/usr/local/lib/docker/cli-plugins';
const KEYS = '/usr/share/keyrings/debian-archive-keyring.gpg';

export async function ensureCompose(say) {
  if (await succeeds('docker', ['compose', 'version'])) return;
  const problem = await obstacle();
  if (problem !== null) throw new Error(`There is no docker compose, and none can be installed here: ${problem}.`);
  const work = fs.mkdtempSync(path.join(os.tmpdir(), 'gatehouse-compose-'));
  try {
    const apt = await aptOfUnstable(work);
    await run('apt-get', [...apt, 'update']);
    await run('apt-get', [...apt, 'download', 'docker-compose'], { cwd: work });
    const file = fs.readdirSync(work).find((name) => name.endsWith('.deb'));
    await run('dpkg-deb', ['-x', path.join(work, file), path.join(work, 'unpacked')]);
    fs.mkdirSync(PLUGINS, { recursive: true });
    fs.copyFileSync(
      path.join(work, 'unpacked/usr/libexec/docker/cli-plugins/docker-compose'),
      path.join(PLUGINS, 'docker-compose'),
    );
  } finally {
    fs.rmSync(work, { recursive: true, force: true });
  }
  say(`Compose was installed: ${(await run('docker', ['compose', 'version', '--short'])).trim()}.`);
}

/** Options with which apt knows that suite alone, and this machine's own lists stay as they are. */
async function aptOfUnstable(folder) {
  for (const name of ['lists/partial', 'cache/archives/partial'])
    fs.mkdirSync(path.join(folder, name), { recursive: true });
  const list = path.join(folder, 'sources.list');
  fs.writeFileSync(list, `deb [signed-by=${KEYS}] ${await mirror()} sid main\n`);
  return [
    ...['-qq', '-o', `Dir::Etc::sourcelist=${list}`, '-o', 'Dir::Etc::sourceparts=-'],
    ...['-o', `Dir::State::Lists=${path.join(folder, 'lists')}`, '-o', `Dir::Cache=${path.join(folder, 'cache')}`],
    ...['-o', 'Acquire::Check-Valid-Until=false', '-o', 'APT::Sandbox::User=root', '-o', 'Acquire::Languages=none'],
  ];
}
