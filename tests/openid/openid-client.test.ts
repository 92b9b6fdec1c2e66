import { type StartedServer, startServer } from '@gatehouse/testkit';
import { afterAll, beforeAll } from 'vitest';
import { openidConnectFlows } from './openid-client-flows.ts';

let server: StartedServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

openidConnectFlows(() => server.url);
