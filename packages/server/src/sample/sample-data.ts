import { slowHashFault } from '@gatehouse/core';
import type { ClientConfig, Config, OwnerConfig } from '../config/config.ts';
import type { Layer } from '../config/layer.ts';
import type { SampleData } from '../views/index.ts';

/** What the reference system installs as samples (parity.md 1.9): known to everybody, so for trying out alone. */

const PASSWORD = 'changeme';

// Of that password, made before: nobody waits for it at start, and nobody has to be kept from reading it.
const ARGON2ID = 'argon2id:m=19456,t=2,p=1:Z2F0ZWhvdXNlLXNhbXBsZQ:15m26R-g0oEicz7WDKq81ZO_aFGsoJ5FtwRBlgcz-uU';
const SCRYPT = 'scrypt:N=32768,r=8,p=3:Z2F0ZWhvdXNlLXNhbXBsZQ:wBdHVra0jU0qBNH7iDWwcXAvL_gsPBJHOLnIurja1TU';

const SCOPES = ['resource.READ', 'resource.WRITE'];

const REDIRECT_URIS = ['https://localhost/oauth_callback', 'http://127.0.0.1/callback', 'urn:ietf:wg:oauth:2.0:oob'];

const CONFIDENTIAL: ClientConfig & { readonly secrets: string } = {
  id: 'SampleConfidentialApp',
  name: 'Sample Confidential App',
  description: 'Tries out every grant of this server.',
  type: 'confidential',
  secrets: '6808d4b6-ef09-4b0d-8f28-3b05da9c48ec',
  redirectUris: REDIRECT_URIS,
  grantTypes: ['authorization_code', 'implicit', 'password', 'client_credentials', 'refresh_token'],
  scopes: SCOPES,
  defaultScopes: SCOPES,
  requirePkce: false,
};

const PUBLIC: ClientConfig = {
  id: 'SamplePublicApp',
  name: 'Sample Public App',
  description: 'An app that cannot keep a secret.',
  type: 'public',
  secrets: '3b001542-e348-443b-9ca2-2f38bd3f3e84',
  redirectUris: REDIRECT_URIS,
  scopes: SCOPES,
  defaultScopes: SCOPES,
};

const DEMO: ClientConfig = {
  id: 'ClientConfidentialApp',
  name: 'Client App',
  description: 'The web demo of the reference system.',
  type: 'confidential',
  secrets: '9cb76d80-1bc2-48d3-8d31-edeec0fddf6c',
  redirectUris: [
    'https://localhost:8088/client/apigateway/callback',
    'https://oauthclient:8088/client/apigateway/callback',
  ],
  grantTypes: ['authorization_code', 'client_credentials', 'refresh_token'],
  scopes: SCOPES,
  defaultScopes: SCOPES,
  requirePkce: false,
  corsOrigins: ['*'],
};

const owners = (): readonly OwnerConfig[] => {
  const passwordHash = slowHashFault(ARGON2ID) === null ? ARGON2ID : SCRYPT;
  return [
    {
      username: 'sampleuser',
      passwordHash,
      role: 'resourceowner',
      claims: {
        given_name: 'Sample',
        family_name: 'User',
        email_verified: true,
        locale: 'en',
        gender: 'female',
        hd: 'apigateway.sample',
        picture: '/xlib/images/sampleuser.png',
      },
    },
    { username: 'regadmin', passwordHash, role: 'admin', claims: { email: 'regadmin@apigateway.sample' } },
  ];
};

const sampleConfig = (): Config => ({
  clients: [CONFIDENTIAL, PUBLIC, DEMO],
  owners: owners(),
  // parity.md 2.3: the name in the reference system's sample.
  login: { cookie: { name: 'RESOURCEOWNERCOOKIE' } },
  // Whoever tries it out reads along, through a pipe too.
  log: { format: 'text' },
});

/** Under everything an operator says. */
export function sampleLayer(folder: string): Layer {
  return { values: sampleConfig(), folder, origin: () => 'the sample data' };
}

/** For the start page. */
export const SAMPLE_DATA: SampleData = {
  client: { id: CONFIDENTIAL.id, secret: CONFIDENTIAL.secrets, scopes: SCOPES },
  redirectUri: 'http://127.0.0.1/callback',
  owner: { username: 'sampleuser', password: PASSWORD },
};
