// Trusts the proxy in front that has signed the owner in already, so that no login page is shown.
import { defineConfig } from '@gatehouse/server';

export default defineConfig({
  listener: { trustedHops: 1 },
  hooks: {
    // Only a proxy that removes this header from what it is sent, and alone can reach the server, may be trusted so.
    authenticatedSubject: ({ headers }) => headers.get('x-signed-in-as'),
  },
});
