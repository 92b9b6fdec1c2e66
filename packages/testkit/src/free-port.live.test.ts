import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { freePort } from './free-port.ts';

test('nobody is given the port of another, and whoever is given one can listen there', async () => {
  const ports = new Set<number>();
  for (let given = 0; given < 400; given++) ports.add(await freePort());
  expect(ports.size).toBe(400);
  const server = createServer().listen([...ports][0]);
  await once(server, 'listening');
  server.close();
});
