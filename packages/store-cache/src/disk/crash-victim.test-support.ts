import { once } from 'node:events';
import type { Key } from '@gatehouse/core';
import { aGrant, aKey, anAttempt } from '../fixtures.test-support.ts';
import { openStore } from '../index.ts';

/** Writes as fast as it can and says what it was answered, until somebody ends it. Its argument is the snapshot's file. */
const file = process.argv[2];
if (file === undefined) throw new TypeError('The file of the snapshot is missing.');
const hour = 3_600_000;
const life = { createdAt: Date.now(), expiresAt: Date.now() + hour, purgeAt: Date.now() + hour };

const store = await openStore({ snapshot: { file, secret: 'the secret of crash.live.test.ts.', intervalSeconds: 1 } });
const say = async (line: string): Promise<void> => {
  if (!process.stdout.write(`${line}\n`)) await once(process.stdout, 'drain');
};

async function family(): Promise<void> {
  const { key } = aGrant();
  const change = async (from: number, state: string): Promise<void> => {
    await store.write({ attempt: anAttempt(), change: { kind: 'grant', key, from, state } });
    await say(`version ${key} ${from + 1}`);
  };
  await store.write({ attempt: anAttempt(), add: [aGrant({ key, ...life })] });
  await say(`version ${key} 1`);
  for (let from = 1; from <= 5; from++) await change(from, JSON.stringify({ v: 1, from, filling: 'x'.repeat(300) }));
  await store.revoke({ grants: [key] }, Date.now(), 'test');
  await say(`revoked ${key}`);
  const nonce: Key = aKey();
  await store.once('space', nonce, Date.now(), life.purgeAt, anAttempt());
  await say(`used ${nonce}`);
}

await say('ready');
// Some at once, so that a batch holds the entries of several.
await Promise.all(
  Array.from({ length: 8 }, async () => {
    for (;;) await family();
  }),
);
