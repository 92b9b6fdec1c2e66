import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, closeSync, mkdirSync, openSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { findProgram } from '../backends/find-program.ts';
import { type CassandraOptions, configurationOf, LOGBACK, type NodePlace } from './configuration.ts';
import type { CassandraProgram } from './jars.ts';

/** Cassandra starts with the first three; the rest let it measure its prepared statements. */
const OPENS = ['java.io', 'jdk.internal.ref', 'sun.nio.ch', 'java.lang', 'java.lang.reflect', 'java.nio', 'java.util'];

const DEFAULT_HEAP_MB = 256;
const STEP_MS = 100;

/** One node as a process of this machine, on a loopback address of its own. */
export class CassandraNode {
  readonly place: NodePlace;
  readonly #folder: string;
  readonly #program: CassandraProgram;
  readonly #heapMb: number;
  #child: ChildProcess | undefined;
  #logFrom = 0;

  constructor(place: NodePlace, folder: string, program: CassandraProgram, options: CassandraOptions) {
    this.place = place;
    this.#folder = folder;
    this.#program = program;
    this.#heapMb = options.heapMb ?? DEFAULT_HEAP_MB;
    mkdirSync(path.join(folder, 'tmp'), { recursive: true });
    writeFileSync(this.#file('cassandra.yaml'), configurationOf(place, options));
    writeFileSync(this.#file('rackdc.properties'), `dc=${place.dataCenter}\nrack=rack1\n`);
    writeFileSync(this.#file('logback.xml'), LOGBACK);
    if (place.uid !== null)
      for (const name of ['', 'tmp', 'cassandra.yaml', 'rackdc.properties', 'logback.xml'])
        chownSync(this.#file(name), place.uid, place.uid);
  }

  get folder(): string {
    return this.#folder;
  }

  get alive(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Starts it, with its data if it had any; {@link says} tells when it is ready. */
  async start(): Promise<void> {
    const log = openSync(this.#file('out.log'), 'a');
    this.#logFrom = statSync(this.#file('out.log')).size;
    const java = [this.#program.java, ...this.#arguments()];
    // A test run that is killed takes its nodes along.
    const setpriv = await findProgram('setpriv');
    const [program = '', ...args] =
      setpriv === null ? java : [setpriv, '--pdeathsig', 'KILL', ...asUser(this.place.uid), ...java];
    this.#child = spawn(program, args, { cwd: this.#folder, stdio: ['ignore', log, log] });
    closeSync(log);
    const child = this.#child;
    child.on('error', () => undefined);
    process.once('exit', () => child.kill('SIGKILL'));
  }

  /** Whether it has said this since it was started last. */
  says(words: string): boolean {
    return this.#said().includes(words);
  }

  /** Whether what it has said last of another one is that it is up. */
  seesUp({ address, storagePort }: NodePlace): boolean {
    const said = this.#said();
    const name = `${address}:${storagePort} is now `;
    return said.lastIndexOf(`${name}UP`) > said.lastIndexOf(`${name}DOWN`);
  }

  /** @throws Error where it has ended */
  check(): void {
    if (this.alive) return;
    throw new Error(`The node ${this.place.address} ended:\n${this.#said().split('\n').slice(-15).join('\n')}`);
  }

  isListening(): Promise<boolean> {
    return isOpen(this.place.address, this.place.port);
  }

  /** At once, as a crash would (SIGKILL), or in good order (SIGTERM). */
  async end(signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<void> {
    const child = this.#child;
    if (!child || !this.alive) return;
    const ended = once(child, 'exit');
    child.kill('SIGCONT');
    child.kill(signal);
    await ended;
    while (await this.isListening()) await pause(STEP_MS);
  }

  /** It keeps its connections and answers nothing. */
  pause(): void {
    this.#child?.kill('SIGSTOP');
  }

  resume(): void {
    this.#child?.kill('SIGCONT');
  }

  #said(): string {
    return readFileSync(this.#file('out.log')).subarray(this.#logFrom).toString('utf8');
  }

  #file(name: string): string {
    return path.join(this.#folder, name);
  }

  #arguments(): readonly string[] {
    return [
      ...['-Xms64m', `-Xmx${this.#heapMb}m`, '-Xss512k', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'],
      ...['-XX:-UsePerfData', '-XX:+ExitOnOutOfMemoryError', '-Djava.net.preferIPv4Stack=true'],
      `-Djava.io.tmpdir=${this.#file('tmp')}`,
      ...OPENS.map((name) => `--add-opens=java.base/${name}=ALL-UNNAMED`),
      `-Dlogback.configurationFile=${this.#file('logback.xml')}`,
      `-Dcassandra.config=file:${this.#file('cassandra.yaml')}`,
      `-Dcassandra-rackdc.properties=file:${this.#file('rackdc.properties')}`,
      `-Dcassandra.storagedir=${this.#folder}`,
      '-Dcassandra-foreground=yes',
      '-Dcassandra.skip_wait_for_gossip_to_settle=0',
      // How long another that is not part of the ring yet may be silent: one that is forgotten while all start is told of
      // no new table for minutes. Nobody waits for it, since nobody bootstraps.
      '-Dcassandra.ring_delay_ms=10000',
      // A node that has missed a new table asks for it at once, not after a minute.
      '-Dcassandra.migration_delay_ms=0',
      // Else it measures for seconds at each start.
      '-Dcassandra.memtable.row_overhead_size=180',
      ...['-Dcassandra.superuser_setup_delay_ms=0', '-Dcassandra.shutdown_announce_in_ms=0'],
      ...['-cp', path.join(this.#program.lib, '*'), 'org.apache.cassandra.service.CassandraDaemon'],
    ];
  }
}

function asUser(uid: number | null): readonly string[] {
  return uid === null ? [] : [`--reuid=${uid}`, `--regid=${uid}`, '--clear-groups'];
}

export function isOpen(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (open: boolean): void => {
      socket.destroy();
      resolve(open);
    };
    socket
      .setTimeout(1_000, () => end(false))
      .once('connect', () => end(true))
      .once('error', () => end(false));
  });
}
