// Refuses tokens at the last moment. The reason is for the log; the client sees access_denied.
import { defineConfig } from '@gatehouse/server';

export default defineConfig({
  hooks: {
    vetoIssue: ({ scope, clientAddress }) =>
      scope.includes('resource.WRITE') && clientAddress !== '10.0.0.1' ? 'Writing is for the back office.' : null,
  },
});
