// A process of its own, for what the driver reads is read once: connects, says so, and when it is told to changes one row
// over a connection that was cut meanwhile. `node db2-one-update.test-support.ts URL driver|store|late`
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { silentLog } from '@gatehouse/core';
import { resolveConnection } from '../connection/resolve.ts';
import { db2Engine } from '../engines/db2.ts';
import { db2Keywords } from '../engines/db2-keywords.ts';

const [url = '', how] = process.argv.slice(2);
const settings = resolveConnection(url);
const text = `UPDATE ${settings.schema}.oauth_lease SET held_until = held_until`;
const require = createRequire(import.meta.url);

const ready = async (): Promise<void> => {
  console.log('ready');
  await once(process.stdin, 'data');
};

try {
  if (how === 'driver') {
    const driver = require('ibm_db') as { open(text: string): Promise<{ query(text: string): Promise<unknown> }> };
    const connection = await driver.open(await db2Keywords(settings));
    await ready();
    await connection.query(text);
  } else {
    if (how === 'late') require('ibm_db');
    const engine = await db2Engine(settings, { log: silentLog });
    const connection = await engine.acquire();
    await ready();
    await engine.query(connection, text);
  }
  console.log('changed');
} catch (error) {
  console.log(`failed: ${(error as Error).message}`);
}
process.exit();
