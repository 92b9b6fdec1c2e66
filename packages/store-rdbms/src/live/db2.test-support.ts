import { connectionFromUrl } from '../connection/from-url.ts';
import { resolveConnection } from '../connection/resolve.ts';
import { db2Keywords } from '../engines/db2-keywords.ts';
import { Db2Client } from '../knex-db2/client.ts';
import { DrdaWire } from './drda-wire.test-support.ts';
import type { Outside, Product } from './product.test-support.ts';

/** Db2, or Derby that its driver takes for it; the words are PostgreSQL's, as the suite says them to all. */
export const DB2: Product = {
  wire: () => new DrdaWire(),
  // Db2 does where its administrator has set a threshold, Derby never.
  endsSilent: false,
  // Each statement takes several turns of driver, shim and Derby, and four at most are on their way at once.
  callMs: 15_000,
  async connect(url) {
    const settings = resolveConnection(connectionFromUrl(url));
    const { default: driver } = await import('ibm_db');
    class Client extends Db2Client {
      _driver(): unknown {
        return driver;
      }
    }
    const client = new Client({ client: Client, connection: {}, pool: { max: 0 } });
    client.connectionSettings = { text: await db2Keywords(settings), connectSeconds: 5, receiveSeconds: 0 };
    const connection = await client.acquireRawConnection();
    const run: Outside['query'] = async (sql) => {
      const reads = /^SELECT/.test(sql);
      const { response } = await client._query(connection, { sql, bindings: null, reads });
      return response?.rows ?? [];
    };
    if (settings.schema) await run(`SET CURRENT SCHEMA = '${settings.schema.toUpperCase()}'`);
    const say: Outside['query'] = async (text) => {
      if (text === 'BEGIN') await client.begin(connection);
      else if (text === 'ROLLBACK') await client.rollback(connection);
      else
        return run(
          text.replace(/^SELECT version FROM (\w+) (WHERE .*) FOR UPDATE$/, 'UPDATE $1 SET version = version $2'),
        );
      return [];
    };
    let last: Promise<unknown> = Promise.resolve();
    return {
      // One after the other: what is committed behind one statement closes the cursors of all.
      query(text) {
        const mine = last.then(() => say(text));
        last = mine.catch(() => undefined);
        return mine;
      },
      end: () => client.destroyRawConnection(connection),
    };
  },
  // No plan: what Derby would do says nothing of Db2.
};
