// A container engine of our own where none answers: Debian's, started for the tests and ended with them.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { installPackages, obstacle } from './debian.mjs';
import { run, succeeds } from './run.mjs';

/** Images stay here from one start to the next. */
const FOLDER = process.env.GATEHOUSE_ENGINE_DIR || '/var/tmp/gatehouse-engine';
const PIDFILE = path.join(FOLDER, 'pid');
const SOCKET = '/var/run/docker.sock';
const READY_WITHIN_MS = 60_000;

function engineAnswers() {
  return succeeds('docker', ['info']);
}

/** @returns {Promise<boolean>} whether this call started it */
export async function startEngine(say) {
  if (await engineAnswers()) return false;
  const problem = await obstacle();
  if (problem !== null) throw new Error(`No container engine answers, and none can be started here: ${problem}.`);
  if (!(await succeeds('dockerd', ['--version']))) {
    say('Installing a container engine, Debian’s docker.io …');
    await installPackages(await enginePackages());
  }
  // The package may have brought a service that has started by itself.
  if (await engineAnswers()) return false;
  await launch();
  const version = await run('docker', ['info', '--format', '{{.ServerVersion}} on {{.Driver}}']);
  say(`A container engine was started: ${version.trim()}.`);
  return true;
}

async function enginePackages() {
  // From Debian 13 on, the command line is a package of its own.
  const split = await run('apt-cache', ['search', '--names-only', '^docker-cli$']);
  return ['docker.io', 'iptables', ...(split.trim() === '' ? [] : ['docker-cli'])];
}

async function launch() {
  fs.mkdirSync(FOLDER, { recursive: true });
  const log = path.join(FOLDER, 'log');
  const output = fs.openSync(log, 'w');
  const child = spawn(
    'dockerd',
    [
      ...['--data-root', path.join(FOLDER, 'data'), '--exec-root', path.join(FOLDER, 'exec'), '--pidfile', PIDFILE],
      ...['--host', `unix://${SOCKET}`],
    ],
    { detached: true, stdio: ['ignore', output, output] },
  );
  child.unref();
  fs.closeSync(output);
  const end = Date.now() + READY_WITHIN_MS;
  while (Date.now() < end && child.exitCode === null) {
    if (await engineAnswers()) return;
    await pause(200);
  }
  const last = fs.readFileSync(log, 'utf8').trimEnd().split('\n').slice(-5).join('\n');
  throw new Error(`The container engine did not start; the end of ${log}:\n${last}`);
}

/** Ends the engine that {@link startEngine} has started, now or in an earlier run; any other is left alone. */
export async function stopEngine(say) {
  const pid = ownPid();
  if (pid === null) return;
  process.kill(pid, 'SIGTERM');
  while (ownPid() === pid) await pause(100);
  say('The container engine was ended; its images stay for the next time.');
}

function ownPid() {
  try {
    const pid = Number(fs.readFileSync(PIDFILE, 'utf8'));
    return fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(PIDFILE) ? pid : null;
  } catch {
    return null;
  }
}
