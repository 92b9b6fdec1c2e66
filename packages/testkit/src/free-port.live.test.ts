import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { freePort } from './free-port.ts';

test('nobody is given the port of another, and whoever is given one can listen there', async () => {
  const ports = await Promise.all(Array.from({ length: 300 }, freePort));
  expect(new Set(ports).size).toBe(300);
  const server = createServer().listen(ports[0]);
  await once(server, 'listening');
  server.close();
});
