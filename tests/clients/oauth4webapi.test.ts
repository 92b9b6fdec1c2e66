import { type StartedServer, startServer } from '@gatehouse/testkit';
import { afterAll, beforeAll } from 'vitest';
import { oauth4webapiFlows } from './oauth4webapi-flows.ts';

let server: StartedServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

oauth4webapiFlows(() => server.url);
