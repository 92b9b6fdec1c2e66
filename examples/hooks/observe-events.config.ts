// Tells another system what happens: an audit trail, an alarm. Events hold no handle and no secret.
import { defineConfig } from '@gatehouse/server';

const audit = (line: string): void => console.error(`audit: ${line}`);

export default defineConfig({
  hooks: {
    events: {
      'token.issued': ({ clientId, grantType, scope }) => audit(`${clientId} got ${scope.join(' ')} by ${grantType}`),
      'request.refused': ({ endpoint, check, clientId }) =>
        audit(`${clientId ?? 'somebody'} was refused at ${endpoint}: ${check}`),
    },
  },
});
