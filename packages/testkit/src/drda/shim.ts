// Stands between Db2's driver and an Apache Derby: `node shim.ts PORT_OF_DERBY PORT_TO_LISTEN_ON MS_OF_AN_IDLE_TRANSACTION`.
// A process of its own, for the driver has calls that hold its thread until the server has answered.
import { connect, createServer } from 'node:net';
import { DERBY_TEXTS } from './derby-texts.ts';
import { IdleTransaction } from './idle-transaction.ts';
import { towardsDerby } from './towards-derby.ts';
import { towardsDriver } from './towards-driver.ts';
import { unitReader } from './units.ts';

const [derby, front, idleMs] = process.argv.slice(2).map(Number);

const server = createServer({ noDelay: true }, (driver) => {
  const database = connect({ port: derby ?? 0, host: '127.0.0.1', noDelay: true });
  const transaction = new IdleTransaction(idleMs ?? 0, () => database.destroy());
  const requests = unitReader((unit, long) => {
    transaction.asked(unit);
    database.write(long ? unit : towardsDerby(unit, DERBY_TEXTS));
  });
  const answers = unitReader((unit, long) => {
    transaction.answered();
    driver.write(long ? unit : towardsDriver(unit));
  });
  database.on('close', () => transaction.end());
  driver.on('data', requests);
  database.on('data', answers);
  for (const [one, other] of [
    [driver, database],
    [database, driver],
  ] as const)
    one.on('error', () => other.destroy()).on('close', () => other.destroy());
});
server.listen(front, '127.0.0.1');
