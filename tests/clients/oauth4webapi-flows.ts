import * as oauth from 'oauth4webapi';
import { beforeAll, expect, it } from 'vitest';
import { anOwner } from './owner.ts';
import { CALLBACK, CONFIDENTIAL, OWNER, PUBLIC } from './sample.ts';

const loopback = { [oauth.allowInsecureRequests]: true };
const confidential: oauth.Client = { client_id: CONFIDENTIAL.id };
const secret = oauth.ClientSecretBasic(CONFIDENTIAL.secret);

/** Every flow of oauth4webapi as tests, against the server whose URL is known once they run. */
export function oauth4webapiFlows(origin: () => string): void {
  let as: oauth.AuthorizationServer;
  beforeAll(async () => {
    const issuer = new URL(origin());
    as = await oauth.processDiscoveryResponse(
      issuer,
      await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...loopback }),
    );
  });

  it('signs in with PKCE, checks iss and state, refreshes, introspects and revokes', async () => {
    const app: oauth.Client = { client_id: PUBLIC.id };
    const verifier = oauth.generateRandomCodeVerifier();
    const state = oauth.generateRandomState();
    const url = new URL(as.authorization_endpoint ?? '');
    url.search = new URLSearchParams({
      client_id: app.client_id,
      redirect_uri: CALLBACK,
      response_type: 'code',
      scope: 'resource.READ',
      state,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    }).toString();
    const answer = oauth.validateAuthResponse(as, app, await anOwner().authorize(url), state);
    const response = await oauth.authorizationCodeGrantRequest(
      as,
      app,
      oauth.None(),
      answer,
      CALLBACK,
      verifier,
      loopback,
    );
    const tokens = await oauth.processAuthorizationCodeResponse(as, app, response);
    expect(tokens.scope).toBe('resource.READ');

    const refreshed = await oauth.processRefreshTokenResponse(
      as,
      app,
      await oauth.refreshTokenGrantRequest(as, app, oauth.None(), tokens.refresh_token ?? '', loopback),
    );
    const described = await oauth.processIntrospectionResponse(
      as,
      confidential,
      await oauth.introspectionRequest(as, confidential, secret, refreshed.access_token, loopback),
    );
    expect(described).toMatchObject({ active: true, client_id: PUBLIC.id, username: OWNER.username });

    const resource = await oauth.protectedResourceRequest(
      refreshed.access_token,
      'GET',
      new URL(`${origin()}/api/oauth/protected`),
      undefined,
      undefined,
      loopback,
    );
    expect(resource.status).toBe(200);
    await oauth.processRevocationResponse(
      await oauth.revocationRequest(as, app, oauth.None(), refreshed.refresh_token ?? '', loopback),
    );
    await expect(
      oauth.protectedResourceRequest(
        refreshed.access_token,
        'GET',
        new URL(`${origin()}/api/oauth/protected`),
        undefined,
        undefined,
        loopback,
      ),
    ).rejects.toMatchObject({ cause: [{ scheme: 'bearer', parameters: { error: 'invalid_token' } }] });
  });

  it('uses client credentials and the password grant', async () => {
    const machine = await oauth.processClientCredentialsResponse(
      as,
      confidential,
      await oauth.clientCredentialsGrantRequest(as, confidential, secret, {}, loopback),
    );
    expect(machine.expires_in).toBe(3600);
    const person = await oauth.processGenericTokenEndpointResponse(
      as,
      confidential,
      await oauth.genericTokenEndpointRequest(as, confidential, secret, 'password', { ...OWNER }, loopback),
    );
    expect(person.refresh_token).toBeTypeOf('string');
  });

  it('reads a refused client from the challenge', async () => {
    const response = await oauth.clientCredentialsGrantRequest(
      as,
      confidential,
      oauth.ClientSecretBasic('wrong'),
      {},
      loopback,
    );
    await expect(oauth.processClientCredentialsResponse(as, confidential, response)).rejects.toMatchObject({
      cause: [{ scheme: 'basic' }],
    });
  });
}
