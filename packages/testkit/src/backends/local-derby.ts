import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { CLOCK_FUNCTION } from '../drda/derby-texts.ts';
import { freePort } from '../free-port.ts';
import type { Missing, RunningServer } from './database-server.ts';
import { loadDb2Driver } from './db2-driver.ts';
import { findProgram } from './find-program.ts';
import { javaWith } from './java.ts';
import { runLocal, startLocalProcess } from './local-process.ts';

/** The last line that runs on Java 17. */
const VERSION = '10.16.1.1';
const JARS = ['derby', 'derbynet', 'derbyshared', 'derbytools'].map((name) => `org.apache.derby:${name}:${VERSION}`);

/** In capitals, as the driver asks for it. */
const DATABASE = 'GATEHOUS';

/** Compiled once and simply: it runs for minutes, beside much else. An error of its own is in its log with a trace. */
const JVM = [
  ...['-Xmx512m', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-XX:-OmitStackTraceInFastThrow'],
  '-Duser.timezone=UTC',
];

const PROPERTIES = `
# Seconds; a deadlock is looked for at once.
derby.locks.waitTimeout=2
derby.locks.deadlockTimeout=0
derby.drda.maxThreads=0
# Of every text of every schema, with the tables they name: what is put out of a cache is compiled again, in 20 ms.
derby.language.statementCacheSize=5000
derby.language.tableDescriptorCacheSize=500
# Plans stay as they are: tables that grow and shrink all the time would have them made anew all the time.
derby.language.stalePlanCheckInterval=2147483647
derby.storage.indexStats.auto=false
# Only those who have a password come in.
derby.connection.requireAuthentication=true
derby.authentication.provider=BUILTIN
derby.user.APP=APP
# Nothing here outlives the machine.
derby.system.durability=test
`;

/**
 * Starts an Apache Derby that Db2's driver takes for a Db2, on loopback, with data that ends with it: a shim between
 * them changes what each says where they differ, and Derby's codes into those of Db2.
 */
export async function startLocalDerby(): Promise<RunningServer | Missing> {
  const driver = await loadDb2Driver();
  if ('reason' in driver) return driver;
  const program = await javaWith(JARS);
  if ('reason' in program) return program;

  const folder = mkdtempSync(path.join(tmpdir(), 'gatehouse-derby-'));
  writeFileSync(path.join(folder, 'derby.properties'), PROPERTIES);
  const java = (args: readonly string[]) => ({
    program: program.java,
    args: [...JVM, `-Dderby.system.home=${folder}`, '-cp', program.classPath, ...args],
    cwd: folder,
  });
  const script = path.join(folder, 'create.sql');
  writeFileSync(script, `CONNECT 'jdbc:derby:${DATABASE};create=true;user=APP;password=APP';\n${CLOCK_FUNCTION};\n`);
  await runLocal(java(['org.apache.derby.tools.ij', script]));

  const port = await freePort();
  const derby = await startLocalProcess(
    java([...(await networkServer()), 'start', '-noSecurityManager', '-h', '127.0.0.1', '-p', String(port)]),
    () => accepted(port),
    { orderly: 'SIGTERM', quick: 'SIGKILL' },
  );
  const front = await freePort();
  const shim = await startLocalProcess(
    {
      program: process.execPath,
      args: [fileURLToPath(new URL('../drda/shim.ts', import.meta.url)), String(port), String(front)],
      cwd: folder,
    },
    () => accepted(front),
    { orderly: 'SIGTERM', quick: 'SIGKILL' },
  );
  return {
    what: `Db2's driver on Apache Derby ${VERSION}`,
    origin: 'started here',
    adminUrl: `db2://APP:APP@127.0.0.1:${front}/${DATABASE}?driver.Authentication=SERVER`,
    control: derby.control,
    async close() {
      await shim.close();
      await derby.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What java is told to run; where it has no compiler, Derby's own, each of whose answers with a CLOB takes 40 ms longer. */
async function networkServer(): Promise<readonly string[]> {
  if ((await findProgram('javac')) === null) return ['org.apache.derby.drda.NetworkServerControl'];
  return [
    ...['--add-opens', 'java.base/javax.net=ALL-UNNAMED'],
    fileURLToPath(new URL('../drda/PromptDerby.java', import.meta.url)),
  ];
}

function accepted(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', reject);
    socket.on('connect', () => {
      socket.destroy();
      resolve();
    });
  });
}
