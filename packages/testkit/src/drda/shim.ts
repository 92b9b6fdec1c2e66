// Stands between Db2's driver and an Apache Derby: `node shim.ts PORT_OF_DERBY PORT_TO_LISTEN_ON`. A process of its
// own, for the driver has calls that hold its thread until the server has answered.
import { connect, createServer } from 'node:net';
import { DERBY_TEXTS } from './derby-texts.ts';
import { towardsDerby } from './towards-derby.ts';
import { towardsDriver } from './towards-driver.ts';
import { unitReader } from './units.ts';

const [derby, front] = process.argv.slice(2).map(Number);

const server = createServer({ noDelay: true }, (driver) => {
  const database = connect({ port: derby ?? 0, host: '127.0.0.1', noDelay: true });
  const requests = unitReader((unit, long) => database.write(long ? unit : towardsDerby(unit, DERBY_TEXTS)));
  const answers = unitReader((unit, long) => driver.write(long ? unit : towardsDriver(unit)));
  driver.on('data', requests);
  database.on('data', answers);
  for (const [one, other] of [
    [driver, database],
    [database, driver],
  ] as const)
    one.on('error', () => other.destroy()).on('close', () => other.destroy());
});
server.listen(front, '127.0.0.1');
