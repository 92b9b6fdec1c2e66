// Looks at requests before the server does and at answers after it: for all paths, and for one.
import { defineConfig } from '@gatehouse/server';

export default defineConfig({
  hooks: {
    request: ({ headers }) =>
      headers.get('user-agent')?.startsWith('BadBot') ? new Response('No bots here.\n', { status: 403 }) : undefined,
  },
  paths: {
    '/api/oauth/token': {
      response(request, response) {
        const headers = new Headers(response.headers);
        headers.set('X-Served-For', request.clientAddress);
        return new Response(response.body, { status: response.status, headers });
      },
    },
  },
});
