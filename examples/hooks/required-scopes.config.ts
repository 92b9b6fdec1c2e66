// What the protected resource asks of a token, by what is done with it.
import { defineConfig } from '@gatehouse/server';

export default defineConfig({
  hooks: {
    requiredScopes: ({ method }) => (method === 'GET' ? ['resource.READ'] : ['resource.WRITE']),
  },
});
