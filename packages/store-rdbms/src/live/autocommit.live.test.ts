import type { Key } from '@gatehouse/core';
import { expect, onTestFinished, test } from 'vitest';
import { migrate, RdbmsStore } from '../index.ts';
import { patient } from './conformance-target.test-support.ts';
import { onOwn } from './servers.test-support.ts';

// A server may be set up so that nothing is committed before somebody says so: every answer would be a promise broken.
await onOwn(['mysql9', 'mariadb11'], { settings: ['autocommit=0'] }, (server, product) => {
  test('what was written is there for others, whatever the server’s default', async () => {
    const database = await server.createDatabase();
    const connection = patient(database.url);
    await migrate({ connection });
    const store = new RdbmsStore({ connection, namespace: 'https://issuer.example' });
    await store.open();
    onTestFinished(() => store.close());
    const outside = await product.connect(database.url);
    onTestFinished(() => outside.end());
    expect(await store.once('space', 'n'.repeat(43) as Key, 1_000, Date.now() + 60_000, 'a'.repeat(22))).toBe(true);
    await outside.query('COMMIT');
    expect(await outside.query('SELECT nonce_hash FROM oauth_replay')).toHaveLength(1);
  });
});
