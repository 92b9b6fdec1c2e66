// Installs what the lock file names, if node_modules is not of that lock file yet. Runs on any Node from 18 on,
// with npm alone: pnpm comes through npx, and the Node that everything else runs on is one of the packages.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runChild } from './child.mjs';
import { isInstalled, root, toInstall, writeStamp } from './stamp.mjs';

const OLDEST_TO_INSTALL = [18, 0];
const OLDEST_TO_RUN = [22, 18];
const NETWORK =
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT|META_FETCH_FAIL|error sending request|dns error/;

/** Any pnpm from 10 on will do; this one is what npm users get. */
const PNPM = 'pnpm@12.21.0';
const OLDEST_PNPM = 10;

/** Optional dependencies count as production, and so would the PostgreSQL of the test kit. */
const RUNTIME_ONLY = ['--prod', '--filter', '!@gatehouse/testkit'];

const FIRST_INSTALL = {
  runtime:
    'Installing once what Gatehouse runs on, its own Node among it: about 55 MB, well under a minute on a usual line …',
  all: 'Installing once what Gatehouse is built and tested with, its own Node among it: about 250 MB, a minute on a usual line …',
};

const manifest = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));

/** The Node of our own, or the running one where the registry has none for this platform. */
export function nodeBinary() {
  const require = createRequire(path.join(root, 'package.json'));
  for (const name of Object.keys(manifest.optionalDependencies)) {
    try {
      const binary = path.join(path.dirname(require.resolve(`${name}/package.json`)), 'bin');
      return path.join(binary, process.platform === 'win32' ? 'node.exe' : 'node');
    } catch {
      // not the package of this platform
    }
  }
  if (!isAtLeast(OLDEST_TO_RUN)) {
    fail(
      `Gatehouse runs on Node ${OLDEST_TO_RUN.join('.')} or later. This is Node ${process.versions.node}, and there is no ` +
        `package of a newer one for ${process.platform} on ${process.arch}: please install one.`,
    );
  }
  return process.execPath;
}

/** Starts the running script again on the Node of our own where another one began it, as the first `npm test` does. */
export async function onOwnNode() {
  if (isAtLeast(OLDEST_TO_RUN)) return;
  const { code } = await runChild(nodeBinary(), process.argv.slice(1), {
    env: { ...process.env, PATH: `${path.join(root, 'node_modules/.bin')}${path.delimiter}${process.env.PATH}` },
  });
  process.exit(code);
}

/** Runs pnpm: the one that started us, else ours through npm. */
export function runPnpm(args, options) {
  const { npm_execpath: manager = '', npm_config_user_agent: agent = '' } = process.env;
  const own = /^pnpm\/(\d+)/.exec(agent);
  if (own && Number(own[1]) >= OLDEST_PNPM && manager !== '') {
    return /\.[cm]?js$/.test(manager)
      ? runChild(process.execPath, [manager, ...args], options)
      : runChild(manager, args, options);
  }
  const exec = ['exec', '--yes', '--prefer-offline', '--', PNPM, ...args];
  if (/npm-cli\.js$/.test(manager)) return runChild(process.execPath, [manager, ...exec], options);
  if (process.platform === 'win32') return runChild('cmd.exe', ['/d', '/c', 'npm', ...exec], options);
  return runChild('npm', exec, options);
}

/** @param {import('./stamp.mjs').Scope} scope */
export async function ensureInstalled(scope) {
  if (isInstalled(scope)) return;
  if (!isAtLeast(OLDEST_TO_INSTALL)) {
    fail(
      `Gatehouse needs Node ${OLDEST_TO_INSTALL[0]} or later to install itself, and this is Node ${process.versions.node}. ` +
        'Any newer one will do: it brings the Node it runs on along.',
    );
  }
  const release = await takeTurn();
  try {
    if (!isInstalled(scope)) await install(toInstall(scope));
  } finally {
    release();
  }
}

async function install(scope) {
  const again = fs.existsSync(path.join(root, 'node_modules', '.modules.yaml'));
  console.log(again ? 'Installing what is new in the list of packages …' : FIRST_INSTALL[scope]);
  const started = Date.now();
  const { code, output, interrupted } = await runPnpm(
    ['install', '--frozen-lockfile', ...(scope === 'runtime' ? RUNTIME_ONLY : [])],
    {
      cwd: root,
      capture: true,
      patience: 3_000,
      env: {
        ...process.env,
        ...cachesWithin(),
        // `npm start --silent` is about our own lines; why an install failed is said all the same
        ...(process.env.npm_config_loglevel === 'silent' && { npm_config_loglevel: 'error' }),
        // CI keeps pnpm from asking questions; a registry that does not answer is reported in seconds, not minutes.
        CI: 'true',
        npm_config_fetch_retry_mintimeout: '1000',
        npm_config_fetch_retry_maxtimeout: '5000',
        pnpm_config_fetch_retry_mintimeout: '1000',
        pnpm_config_fetch_retry_maxtimeout: '5000',
      },
    },
  );
  if (interrupted) {
    console.error('The install was stopped; the next start goes on with it.');
    process.exit(code === 0 ? 130 : code);
  }
  if (code !== 0) {
    fail(
      NETWORK.test(output)
        ? 'The packages could not be fetched: the package registry does not answer. Check the network (or the proxy and ' +
            'registry that npm is configured for) and start again; once installed, no network is needed.'
        : `The install failed (pnpm ended with ${code}); the reason stands above.`,
    );
  }
  writeStamp(scope);
  console.log(`Installed in ${((Date.now() - started) / 1000).toFixed(1)} s.\n`);
}

/** Two first starts at once would write the same folders: the later one waits for the earlier. */
async function takeTurn() {
  const lock = path.join(root, 'node_modules', '.gatehouse-installing');
  let waited = false;
  for (;;) {
    try {
      fs.mkdirSync(path.dirname(lock), { recursive: true });
      fs.writeFileSync(lock, String(process.pid), { flag: 'wx' });
      const release = () => fs.rmSync(lock, { force: true });
      process.on('exit', release);
      return release;
    } catch (error) {
      if (error.code !== 'EEXIST') {
        fail(`Gatehouse installs its packages into its own folder, and ${root} cannot be written.`);
      }
    }
    const holder = holderOf(lock);
    if (holder !== null && !isAlive(holder)) fs.rmSync(lock, { force: true });
    else if (!waited) {
      waited = true;
      console.log('Another process is installing; waiting for it …');
    }
    await sleep(200);
  }
}

/** The process that holds a lock, 0 for one that never wrote its number; null while it is being taken or given back. */
function holderOf(lock) {
  try {
    const pid = Number(fs.readFileSync(lock, 'utf8'));
    return pid > 0 || Date.now() - fs.statSync(lock).mtimeMs > 1_000 ? pid : null;
  } catch {
    return null;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return pid > 0;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Where the home directory cannot be written, the package managers keep their caches within the project. */
function cachesWithin() {
  const home = os.homedir();
  const { XDG_CACHE_HOME, XDG_CONFIG_HOME, XDG_DATA_HOME, XDG_STATE_HOME, npm_config_cache } = process.env;
  const needed = [
    npm_config_cache ?? path.join(home, '.npm'),
    XDG_CACHE_HOME ?? path.join(home, '.cache'),
    XDG_DATA_HOME ?? path.join(home, '.local', 'share'),
    XDG_STATE_HOME ?? path.join(home, '.local', 'state'),
    XDG_CONFIG_HOME ?? path.join(home, '.config'),
  ];
  if (process.platform === 'win32' || needed.every(canBeWritten)) return {};
  const within = (name) => path.join(root, '.cache', name);
  return {
    npm_config_cache: within('npm'),
    XDG_CACHE_HOME: within('cache'),
    XDG_CONFIG_HOME: within('config'),
    XDG_DATA_HOME: within('data'),
    XDG_STATE_HOME: within('state'),
  };
}

function canBeWritten(folder) {
  let nearest = folder;
  while (!fs.existsSync(nearest) && nearest !== path.dirname(nearest)) nearest = path.dirname(nearest);
  // a home directory that is not there is not made
  if (!nearest.startsWith(os.homedir()) && folder.startsWith(os.homedir())) return false;
  try {
    fs.accessSync(nearest, fs.constants.W_OK | fs.constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function isAtLeast([major, minor]) {
  const [runningMajor, runningMinor] = process.versions.node.split('.').map(Number);
  return runningMajor > major || (runningMajor === major && runningMinor >= minor);
}

/** @returns {never} */
function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}
