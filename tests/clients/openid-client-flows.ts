import * as client from 'openid-client';
import { describe, expect, it } from 'vitest';
import { anOwner } from './owner.ts';
import { CALLBACK, CONFIDENTIAL, OWNER, PUBLIC } from './sample.ts';

/** Every flow of openid-client as tests, against the server whose URL is known once they run. */
export function openidClientFlows(origin: () => string): void {
  const discover = (id: string, auth: client.ClientAuth): Promise<client.Configuration> =>
    client.discovery(new URL(origin()), id, undefined, auth, {
      algorithm: 'oauth2',
      execute: [client.allowInsecureRequests],
    });

  describe.each([
    ['client_secret_basic', CONFIDENTIAL.id, () => client.ClientSecretBasic(CONFIDENTIAL.secret)],
    ['client_secret_post', CONFIDENTIAL.id, () => client.ClientSecretPost(CONFIDENTIAL.secret)],
    ['none', PUBLIC.id, () => client.None()],
  ] as const)('openid-client with %s', (method, id, auth) => {
    it('discovers, signs in with PKCE and iss, refreshes and revokes', async () => {
      const config = await discover(id, auth());
      expect(config.serverMetadata().issuer).toBe(origin());
      const tokens = await signIn(config, 'resource.READ resource.WRITE');
      expect(tokens).toMatchObject({ token_type: 'bearer', expires_in: 3600, scope: 'resource.READ resource.WRITE' });

      const renewed = await client.refreshTokenGrant(config, tokens.refresh_token ?? '');
      expect(renewed.access_token).not.toBe(tokens.access_token);
      expect(await client.refreshTokenGrant(config, tokens.refresh_token ?? '')).toMatchObject({
        access_token: renewed.access_token,
      });

      const resource = await client.fetchProtectedResource(
        config,
        renewed.access_token,
        new URL(`${origin()}/api/oauth/protected`),
        'GET',
      );
      expect(await resource.text()).toContain('Congrats!');

      await client.tokenRevocation(config, renewed.refresh_token ?? '');
      await expect(client.refreshTokenGrant(config, renewed.refresh_token ?? '')).rejects.toMatchObject({
        error: 'invalid_grant',
        status: 400,
      });
      if (method === 'none') return;
      expect(await client.tokenIntrospection(config, renewed.access_token)).toEqual({ active: false });
    });
  });

  describe('openid-client as a confidential client', () => {
    it('uses client credentials and introspects them', async () => {
      const config = await discover(CONFIDENTIAL.id, client.ClientSecretBasic(CONFIDENTIAL.secret));
      const tokens = await client.clientCredentialsGrant(config, { scope: 'resource.READ' });
      expect(tokens.refresh_token).toBeUndefined();
      expect(await client.tokenIntrospection(config, tokens.access_token)).toMatchObject({
        active: true,
        client_id: CONFIDENTIAL.id,
        scope: 'resource.READ',
        iss: origin(),
      });
      await client.tokenRevocation(config, tokens.access_token);
      expect(await client.tokenIntrospection(config, tokens.access_token)).toEqual({ active: false });
    });

    it('uses the password grant', async () => {
      const config = await discover(CONFIDENTIAL.id, client.ClientSecretBasic(CONFIDENTIAL.secret));
      const tokens = await client.genericGrantRequest(config, 'password', { ...OWNER, scope: 'resource.WRITE' });
      expect(tokens).toMatchObject({ scope: 'resource.WRITE' });
      expect(await client.tokenIntrospection(config, tokens.access_token)).toMatchObject({
        active: true,
        username: OWNER.username,
      });
      await expect(
        client.genericGrantRequest(config, 'password', { ...OWNER, password: 'wrong' }),
      ).rejects.toMatchObject({ error: 'invalid_grant' });
    });

    it('is told what is wrong', async () => {
      const config = await discover(CONFIDENTIAL.id, client.ClientSecretBasic('wrong'));
      await expect(client.clientCredentialsGrant(config)).rejects.toMatchObject({
        cause: expect.anything(),
        status: 401,
      });
      const denied = new URL(`${CALLBACK}?error=access_denied&state=s&iss=${encodeURIComponent(origin())}`);
      await expect(client.authorizationCodeGrant(config, denied, { expectedState: 's' })).rejects.toMatchObject({
        error: 'access_denied',
      });
    });
  });
}

async function signIn(config: client.Configuration, scope: string): Promise<client.TokenEndpointResponse> {
  const verifier = client.randomPKCECodeVerifier();
  const state = client.randomState();
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: CALLBACK,
    scope,
    state,
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  });
  const answer = await anOwner().authorize(url);
  return client.authorizationCodeGrant(config, answer, { pkceCodeVerifier: verifier, expectedState: state });
}
