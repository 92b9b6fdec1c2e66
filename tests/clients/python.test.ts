import { type StartedServer, startServer } from '@gatehouse/testkit';
import { afterAll, beforeAll } from 'vitest';
import { pythonFlows } from './python-flows.ts';

let server: StartedServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

pythonFlows(() => server.url);
