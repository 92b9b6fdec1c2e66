import * as client from 'openid-client';
import { describe, expect, it } from 'vitest';
import { anOwner } from '../clients/owner.ts';
import { CALLBACK, CONFIDENTIAL, PUBLIC } from '../clients/sample.ts';

const SCOPE = 'openid profile resource.READ';

/** OpenID Connect as openid-client speaks it: every claim and, by the key set, every signature is held against the standard. */
export function openidConnectFlows(origin: () => string): void {
  const discover = async (id: string, auth: client.ClientAuth): Promise<client.Configuration> => {
    const execute = [client.allowInsecureRequests, client.enableNonRepudiationChecks];
    return client.discovery(new URL(origin()), id, undefined, auth, { execute });
  };
  const confidential = (): Promise<client.Configuration> =>
    discover(CONFIDENTIAL.id, client.ClientSecretBasic(CONFIDENTIAL.secret));

  describe('[AX-145] openid-client finds the server by OpenID Connect Discovery, and', () => {
    it.each([
      ['a confidential client', confidential],
      ['a public client', () => discover(PUBLIC.id, client.None())],
    ])('%s signs an owner in with a code', async (_, discovered) => {
      const config = await discovered();
      const pkceCodeVerifier = client.randomPKCECodeVerifier();
      const expectedNonce = client.randomNonce();
      const expectedState = client.randomState();
      const answer = await anOwner().authorize(
        client.buildAuthorizationUrl(config, {
          redirect_uri: CALLBACK,
          scope: SCOPE,
          state: expectedState,
          nonce: expectedNonce,
          max_age: '60',
          code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
          code_challenge_method: 'S256',
        }),
      );
      const checks = { pkceCodeVerifier, expectedNonce, expectedState, maxAge: 60, idTokenExpected: true };
      const tokens = await client.authorizationCodeGrant(config, answer, checks);
      const claims = tokens.claims();
      expect(claims).toMatchObject({ iss: origin(), sub: 'sampleuser', nonce: expectedNonce });
      expect(claims).toHaveProperty('at_hash');
      const known = await client.fetchUserInfo(config, tokens.access_token, claims?.sub ?? '');
      expect(known).toMatchObject({ sub: 'sampleuser', given_name: 'Sample', family_name: 'User', locale: 'en' });
      const renewed = await client.refreshTokenGrant(config, tokens.refresh_token ?? '');
      expect(renewed.claims()).toBeUndefined();
      await expect(client.fetchUserInfo(config, 'x', 'sampleuser')).rejects.toMatchObject({
        code: 'OAUTH_WWW_AUTHENTICATE_CHALLENGE',
        status: 401,
      });
    });

    it('takes an ID token alone from the fragment', async () => {
      const config = await confidential();
      client.useIdTokenResponseType(config);
      const expectedNonce = client.randomNonce();
      const expectedState = client.randomState();
      const asked = { redirect_uri: CALLBACK, scope: SCOPE, nonce: expectedNonce, state: expectedState };
      const answer = await anOwner().authorize(client.buildAuthorizationUrl(config, asked));
      const claims = await client.implicitAuthentication(config, answer, expectedNonce, { expectedState });
      expect(claims).toMatchObject({ sub: 'sampleuser', given_name: 'Sample' });
    });

    it('takes code and ID token from the fragment, and another ID token for the code', async () => {
      const config = await confidential();
      client.useCodeIdTokenResponseType(config);
      const expectedNonce = client.randomNonce();
      const expectedState = client.randomState();
      const pkceCodeVerifier = client.randomPKCECodeVerifier();
      const answer = await anOwner().authorize(
        client.buildAuthorizationUrl(config, {
          redirect_uri: CALLBACK,
          scope: SCOPE,
          nonce: expectedNonce,
          state: expectedState,
          code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
          code_challenge_method: 'S256',
        }),
      );
      const checks = { pkceCodeVerifier, expectedNonce, expectedState, idTokenExpected: true };
      const tokens = await client.authorizationCodeGrant(config, answer, checks);
      expect(tokens.claims()).toMatchObject({ sub: 'sampleuser', nonce: expectedNonce });
    });
  });
}
