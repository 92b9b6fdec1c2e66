import { silentLog } from '@gatehouse/core';
import { expect, test } from 'vitest';
import { migrate, RdbmsStore } from '../index.ts';
import { patient } from './conformance-target.test-support.ts';
import { onEach } from './servers.test-support.ts';

await onEach(['mysql9', 'mariadb10', 'mariadb11'], (server) => {
  test('is taken behind either scheme, and called what it is', async () => {
    const database = await server.createDatabase();
    try {
      await migrate({ connection: patient(database.url) });
      const wordsBehind = async (scheme: string): Promise<readonly string[]> => {
        const warnings: string[] = [];
        const connection = patient(database.url.replace(/^\w+/, scheme));
        const log = { ...silentLog, warn: (_: object, message: string) => void warnings.push(message) };
        const store = new RdbmsStore({ connection, namespace: 'https://a.example', log });
        await store.open();
        await store.ping();
        await store.close();
        return warnings.filter((warning) => warning.startsWith('The store is named as'));
      };
      const isMaria = server.what.startsWith('MariaDB');
      const [own, other] = isMaria ? ['mariadb', 'mysql'] : ['mysql', 'mariadb'];
      expect(await wordsBehind(own)).toEqual([]);
      expect(await wordsBehind(other)).toEqual([
        expect.stringContaining(`and the server is ${isMaria ? 'MariaDB' : 'MySQL'} (`),
      ]);
    } finally {
      await database.drop();
    }
  });
});
