import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Missing } from '../backends/database-server.ts';
import { findProgram } from '../backends/find-program.ts';
import { oneAtATime } from '../one-at-a-time.ts';

const run = promisify(execFile);
const FETCHED_WITHIN_MS = 600_000;

export const CASSANDRA_VERSION = '5.0.9';

/** What Cassandra 5.0 runs on: later ones refuse its security manager. */
const JAVAS: readonly number[] = [11, 17];

export interface CassandraProgram {
  readonly java: string;
  /** The folder with every jar. */
  readonly lib: string;
}

/** A Java that Cassandra takes and its jars from Maven Central, fetched once for this machine. */
export async function cassandraProgram(): Promise<CassandraProgram | Missing> {
  const java = await findJava();
  if (typeof java !== 'string') return java;
  const folder = path.join(tmpdir(), 'gatehouse-jars', `cassandra-${CASSANDRA_VERSION}`);
  const lib = path.join(folder, 'lib');
  if (isThere(lib)) return { java, lib };
  const maven = await findProgram('mvn');
  if (maven === null) return { reason: 'There is no mvn on the path to fetch Cassandra with.' };
  const missing = await oneAtATime('cassandra-jars', async () => (isThere(lib) ? null : fetchJars(maven, folder, lib)));
  return missing ?? { java, lib };
}

async function fetchJars(maven: string, folder: string, lib: string): Promise<Missing | null> {
  mkdirSync(folder, { recursive: true });
  const pom = path.join(folder, 'pom.xml');
  writeFileSync(pom, POM);
  // Moved when they are all there: some of them are not found.
  const arriving = `${lib}-arriving`;
  for (const left of [arriving, lib]) rmSync(left, { recursive: true, force: true });
  try {
    await run(maven, ['-q', '-B', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${arriving}`], {
      timeout: FETCHED_WITHIN_MS,
    });
  } catch (cause) {
    const said = (cause as Error).message.split('\n').slice(0, 3).join(' ');
    return { reason: `mvn could not fetch Cassandra: ${said}` };
  }
  if (!isThere(arriving)) return { reason: 'mvn fetched no jar of Cassandra.' };
  renameSync(arriving, lib);
  return null;
}

async function findJava(): Promise<string | Missing> {
  const home = process.env['CASSANDRA_JAVA_HOME'] ?? process.env['JAVA_HOME'];
  const java = home === undefined ? await findProgram('java') : path.join(home, 'bin', 'java');
  if (java === null) return { reason: 'There is no java on the path.' };
  const { stderr } = await run(java, ['-version']).catch(() => ({ stderr: '' }));
  const major = Number(/version "(\d+)/.exec(stderr)?.[1]);
  if (JAVAS.includes(major)) return java;
  return { reason: `Cassandra runs on Java ${JAVAS.join(' or ')}; ${java} is ${major} (set CASSANDRA_JAVA_HOME).` };
}

function isThere(lib: string): boolean {
  return existsSync(lib) && readdirSync(lib).some((file) => /^cassandra-all-.*\.jar$/.test(file));
}

/** Only a list of jars: Cassandra, and everything that it needs. */
const POM = `<?xml version="1.0" encoding="UTF-8"?>
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>test.support</groupId>
  <artifactId>cassandra-libs</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency>
      <groupId>org.apache.cassandra</groupId>
      <artifactId>cassandra-all</artifactId>
      <version>${CASSANDRA_VERSION}</version>
    </dependency>
  </dependencies>
</project>
`;
