// The peer that is used most in Node, as its documentation sets it up: in memory, without a log.
import http from 'node:http';
import Provider from 'oidc-provider';
import { CLIENT, LIFE_SECONDS, SCOPE } from '../client.ts';
import { listen } from './listen.ts';

const provider = new Provider(`http://127.0.0.1:${process.env['PORT']}`, {
  clients: [
    {
      client_id: CLIENT.id,
      client_secret: CLIENT.secret,
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
      scope: SCOPE,
    },
  ],
  scopes: [SCOPE],
  ttl: { ClientCredentials: LIFE_SECONDS },
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    introspection: { enabled: true, allowedPolicy: () => true },
  },
});

listen(http.createServer(provider.callback()));
