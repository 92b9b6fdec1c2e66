import { once } from 'node:events';
import { StoreError } from '@gatehouse/core';
import { aGrant, anAttempt } from '../fixtures.test-support.ts';
import { openStore } from '../index.ts';

/** Writes until the disk takes no more, and after a line on its input once more; says what it was answered each time. */
const file = process.argv[2];
if (file === undefined) throw new TypeError('The file of the snapshot is missing.');
// A file at its limit: the signal would end the process before the call can fail.
process.on('SIGXFSZ', () => undefined);
const life = { createdAt: Date.now(), expiresAt: Date.now() + 3_600_000, purgeAt: Date.now() + 3_600_000 };
const store = await openStore({
  snapshot: { file, secret: 'the secret of crash.live.test.ts.', intervalSeconds: 1e6 },
});

const answer = (write: Parameters<typeof store.write>[0]): Promise<string> =>
  store.write(write).catch((error: unknown) => (error instanceof StoreError ? error.kind : String(error)));
const add = () => ({ attempt: anAttempt(), add: [aGrant({ ...life, data: 'x'.repeat(1_000) })] });

let write = add();
let answered = await answer(write);
for (; answered === 'written'; answered = await answer(write)) {
  console.log(`written ${write.add[0]?.key}`);
  write = add();
}
console.log(`refused ${write.add[0]?.key} ${answered} ${await answer(write)} ${await answer(add())}`);
await once(process.stdin, 'data');
console.log(`repeated ${write.add[0]?.key} ${await answer(write)} ${await answer(add())}`);
process.kill(process.pid, 'SIGKILL');
