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

/**
 * Connections that are made before the first is used. The mode is the database's, and each new connection sets it to
 * another one for a moment, in which a statement of the others may be refused.
 */
const MADE_BEFORE = 120;

/** Whose SQL it is to take. */
export type H2Mode = 'Oracle' | 'MSSQLServer' | 'DB2';

export interface H2Connection {
  readonly client: Client;
  /** For the next who takes one: nothing is open on it. */
  giveBack(): void;
  /** Not to be used again. */
  end(): void;
}

/** An H2, which takes the SQL of others and speaks PostgreSQL's protocol. Its memory is its data. */
export interface H2Server {
  readonly what: string;
  /** A connection to a database of this name, which is made when it is first asked for. */
  take(database: string, mode: H2Mode): Promise<H2Connection>;
  close(): Promise<void>;
}

/** Stands in for the text of a database's SQL where the database itself cannot be had. */
export function h2Server(): Promise<Provision<H2Server>> {
  return provide('h2', async () => {
    const program = await javaWith([`com.h2database:h2:${VERSION}`]);
    if ('reason' in program) throw new Error(program.reason);
    const folder = mkdtempSync(path.join(tmpdir(), 'gatehouse-h2-'));
    const port = await freePort();
    const kept = new Map<string, Promise<Client[]>>();
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
      async take(database, mode) {
        const make = async (): Promise<Client> => {
          const client = await connect(database);
          await client.query(`SET MODE ${mode}`);
          return client;
        };
        if (!kept.has(database)) kept.set(database, several(MADE_BEFORE, make));
        const free = (await kept.get(database)) ?? [];
        const client = free.pop() ?? (await make());
        return {
          client,
          giveBack: () => void free.push(client),
          end: () => void client.end().catch(() => undefined),
        };
      },
      async close() {
        await started.close();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  });
}

async function several<T>(count: number, make: () => Promise<T>): Promise<T[]> {
  const made: T[] = [];
  while (made.length < count) made.push(await make());
  return made;
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
