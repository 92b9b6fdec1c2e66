import { mkdtempSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { freePort } from '../free-port.ts';
import { type Provision, provide } from '../provision.ts';
import { javaWith } from './java.ts';
import { startLocalProcess } from './local-process.ts';

const VERSION = '2.4.240';

/** Whose SQL it is to take. */
export type H2Mode = 'Oracle' | 'MSSQLServer' | 'DB2';

/** An H2, which takes the SQL of others and speaks PostgreSQL's protocol. Its memory is its data. */
export interface H2Server {
  readonly what: string;
  /** A connection to a database of this name, which is made when it is first asked for. */
  connect(database: string, mode: H2Mode): Promise<Client>;
  close(): Promise<void>;
}

/** Stands in for the text of a database's SQL where the database itself cannot be had. */
export function h2Server(): Promise<Provision<H2Server>> {
  return provide('h2', async () => {
    const program = await javaWith([`com.h2database:h2:${VERSION}`]);
    if ('reason' in program) throw new Error(program.reason);
    const folder = mkdtempSync(path.join(tmpdir(), 'gatehouse-h2-'));
    const port = await freePort();
    const connect = async (database: string): Promise<Client> => {
      const socket = new Socket();
      const client = new Client({
        stream: () => socket,
        host: '127.0.0.1',
        port,
        user: 'sa',
        password: 'sa',
        database,
        ssl: false,
      });
      // After an error comes a second one.
      client.on('error', () => undefined);
      await client.connect();
      hurry(socket);
      return client;
    };
    const started = await startLocalProcess(
      {
        program: program.java,
        args: [
          ...['-Xmx512m', '-cp', program.classPath, 'org.h2.tools.Server'],
          ...['-pg', '-pgPort', String(port), '-ifNotExists', '-baseDir', folder],
        ],
        cwd: folder,
      },
      async () => (await connect('ready')).end(),
      { orderly: 'SIGTERM', quick: 'SIGKILL' },
    );
    return {
      what: `H2 ${VERSION}`,
      async connect(database, mode) {
        const client = await connect(database);
        await client.query(`SET MODE ${mode}`);
        return client;
      },
      async close() {
        await started.close();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  });
}

/** `H`, a message that asks for nothing. */
const FLUSH = Buffer.from([0x48, 0, 0, 0, 4]);

/**
 * H2 says an answer in several small pieces and waits with the next until the last is acknowledged, which a system does
 * after 40 ms unless there is something to send.
 */
function hurry(socket: Socket): void {
  socket.on('data', () => socket.write(FLUSH));
}
