// Decides on scopes by rule, in place of what the client has registered: writing in office hours only.
import { defineConfig } from '@gatehouse/server';

const isOfficeHour = (hour: number): boolean => hour >= 8 && hour < 18;

export default defineConfig({
  grants: { client_credentials: { scopes: { source: 'hook' } } },
  hooks: {
    chooseScopes: ({ requestedScope }) =>
      requestedScope.filter((scope) => !scope.endsWith('.WRITE') || isOfficeHour(new Date().getUTCHours())),
  },
});
