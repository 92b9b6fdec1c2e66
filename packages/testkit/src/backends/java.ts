import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { oneAtATime } from '../one-at-a-time.ts';
import type { Missing } from './database-server.ts';
import { findProgram } from './find-program.ts';

const run = promisify(execFile);
const FETCHED_WITHIN_MS = 600_000;

export interface JavaProgram {
  readonly java: string;
  readonly classPath: string;
}

/** A Java and these jars of Maven Central (`org.apache.derby:derby:10.16.1.1`), fetched by Maven once for this machine. */
export async function javaWith(artifacts: readonly string[]): Promise<JavaProgram | Missing> {
  const java = await findProgram('java');
  if (java === null) return { reason: 'There is no java on the path.' };
  const jars: string[] = [];
  for (const artifact of artifacts) {
    const jar = await jarOf(artifact);
    if (typeof jar !== 'string') return jar;
    jars.push(jar);
  }
  return { java, classPath: jars.join(path.delimiter) };
}

async function jarOf(artifact: string): Promise<string | Missing> {
  const [, name, version] = artifact.split(':');
  const folder = path.join(tmpdir(), 'gatehouse-jars');
  const jar = path.join(folder, `${name}-${version}.jar`);
  if (existsSync(jar)) return jar;
  const maven = await findProgram('mvn');
  if (maven === null) return { reason: `There is no mvn on the path to fetch ${artifact} with.` };
  return oneAtATime('jars', async () => (existsSync(jar) ? jar : fetchJar(maven, artifact, jar)));
}

async function fetchJar(maven: string, artifact: string, jar: string): Promise<string | Missing> {
  // Moved when it is whole: half of one is not found.
  const arriving = `${jar}-arriving`;
  mkdirSync(arriving, { recursive: true });
  try {
    await run(maven, ['-q', '-B', 'dependency:copy', `-Dartifact=${artifact}`, `-DoutputDirectory=${arriving}`], {
      timeout: FETCHED_WITHIN_MS,
    });
    renameSync(path.join(arriving, path.basename(jar)), jar);
  } catch (cause) {
    return { reason: `mvn could not fetch ${artifact}: ${(cause as Error).message.split('\n').slice(0, 3).join(' ')}` };
  } finally {
    rmSync(arriving, { recursive: true, force: true });
  }
  return jar;
}
