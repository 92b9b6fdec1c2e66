import { loadDb2Driver } from './db2-driver.ts';
import { startLocalDerby } from './local-derby.ts';
import type { Product } from './product.ts';

/** Its image is large; what is started here is Apache Derby, which its driver takes for it. */
export const DB2: Product = {
  name: 'Db2',
  scheme: 'db2',
  user: 'db2inst1',
  database: 'oauth',
  large: true,
  container: (password) => ({
    port: 50_000,
    environment: { LICENSE: 'accept', DB2INST1_PASSWORD: password, DBNAME: 'oauth' },
    privileged: true,
  }),
  readyLine: /Setup has completed/,
  startLocal: () => startLocalDerby(),
  // A database cannot be made by a statement; a schema is as good.
  databases: {
    create: (admin, name) => asAdmin(admin, (run) => run(`CREATE SCHEMA ${name}`)),
    url(admin, name) {
      const url = new URL(admin);
      url.searchParams.set('schema', name);
      return url;
    },
    drop: (admin, name) =>
      asAdmin(admin, async (run) => {
        const tables = await run(`SELECT tabname FROM SYSCAT.TABLES WHERE tabschema = '${name.toUpperCase()}'`);
        for (const { TABNAME } of tables as { TABNAME: string }[]) await run(`DROP TABLE ${name}.${TABNAME}`);
        await run(`DROP SCHEMA ${name} RESTRICT`);
      }),
  },
};

const ROUNDS = 20;
/** Deadlock or lock timeout: rolled back, and to be said again. */
const GIVEN_UP = -911;

async function untilTaken<T>(say: () => Promise<T>, round = 1): Promise<T> {
  try {
    return await say();
  } catch (error) {
    if (round === ROUNDS || Reflect.get(Object(error), 'sqlcode') !== GIVEN_UP) throw error;
    return untilTaken(say, round + 1);
  }
}

type Run = (text: string) => Promise<unknown>;

async function asAdmin(admin: URL, work: (run: Run) => Promise<unknown>): Promise<void> {
  const driver = await loadDb2Driver();
  if ('reason' in driver) throw new Error(driver.reason);
  const given = [...admin.searchParams].filter(([name]) => name.startsWith('driver.'));
  const keywords = {
    DATABASE: admin.pathname.slice(1),
    HOSTNAME: admin.hostname,
    PORT: admin.port || '50000',
    PROTOCOL: 'TCPIP',
    UID: decodeURIComponent(admin.username),
    PWD: decodeURIComponent(admin.password),
    ...Object.fromEntries(given.map(([name, value]) => [name.slice('driver.'.length), value])),
  };
  const connection = await driver.open(
    Object.entries(keywords)
      .map(([name, value]) => `${name}=${value};`)
      .join(''),
  );
  try {
    await work((text) => untilTaken(() => connection.query(text)));
  } finally {
    await connection.close();
  }
}
