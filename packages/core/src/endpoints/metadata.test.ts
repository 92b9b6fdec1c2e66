import { describe, expect, it } from 'vitest';
import { RSA } from '../openid/openid.test-support.ts';
import { DEFAULT_SETTINGS } from '../server/defaults.ts';
import { serverMetadata } from './metadata.ts';

// What a server with a durable store offers, where nobody can show a certificate.
const { clientAuthentication } = DEFAULT_SETTINGS;
const allowedMethods = ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt'] as const;
const settings = {
  ...DEFAULT_SETTINGS,
  issuer: 'https://as.example',
  clientAuthentication: { ...clientAuthentication, allowedMethods },
};

describe('server metadata', () => {
  it('says what is on (RFC 8414 2)', () => {
    expect(serverMetadata({ settings, signingKeys: [] })).toEqual({
      issuer: 'https://as.example',
      authorization_endpoint: 'https://as.example/api/oauth/authorize',
      token_endpoint: 'https://as.example/api/oauth/token',
      revocation_endpoint: 'https://as.example/api/oauth/revoke',
      introspection_endpoint: 'https://as.example/api/oauth/introspect',
      response_types_supported: ['code', 'token', 'code token'],
      response_modes_supported: ['query', 'fragment', 'form_post'],
      grant_types_supported: [
        'authorization_code',
        'implicit',
        'password',
        'client_credentials',
        'refresh_token',
        'urn:ietf:params:oauth:grant-type:jwt-bearer',
        'urn:ietf:params:oauth:grant-type:saml2-bearer',
      ],
      token_endpoint_auth_methods_supported: ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt'],
      token_endpoint_auth_signing_alg_values_supported: expect.arrayContaining(['RS256', 'PS256', 'ES256', 'Ed25519']),
      revocation_endpoint_auth_methods_supported: [
        'none',
        'client_secret_basic',
        'client_secret_post',
        'private_key_jwt',
      ],
      revocation_endpoint_auth_signing_alg_values_supported: expect.arrayContaining(['ES256']),
      introspection_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'private_key_jwt'],
      introspection_endpoint_auth_signing_alg_values_supported: expect.arrayContaining(['ES256']),
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
    });
  });

  it('says where certificates are shown (RFC 8705 3.3, 5)', () => {
    const mtls = { enabled: true, authorities: [], url: 'https://mtls.as.example' };
    expect(serverMetadata({ settings: { ...settings, mtls }, signingKeys: [] })).toMatchObject({
      tls_client_certificate_bound_access_tokens: true,
      mtls_endpoint_aliases: {
        token_endpoint: 'https://mtls.as.example/api/oauth/token',
        revocation_endpoint: 'https://mtls.as.example/api/oauth/revoke',
        introspection_endpoint: 'https://mtls.as.example/api/oauth/introspect',
      },
    });
    expect(serverMetadata({ settings: { ...settings, mtls }, signingKeys: [RSA] })).toMatchObject({
      mtls_endpoint_aliases: { userinfo_endpoint: 'https://mtls.as.example/api/openid/user_info' },
    });
    expect(
      serverMetadata({ settings: { ...settings, mtls: { ...mtls, url: null } }, signingKeys: [] }),
    ).not.toHaveProperty('mtls_endpoint_aliases');
  });

  it('says nothing of what is off', () => {
    const narrow = {
      ...settings,
      issuer: 'https://as.example/tenant/',
      basePath: '/oauth',
      enabledGrants: new Set(['client_credentials']),
      clientAuthentication: {
        ...settings.clientAuthentication,
        allowedMethods: ['client_secret_basic', 'client_secret_post'] as const,
      },
      revoke: { ...settings.revoke, clientAuth: 'header' as const },
    };
    const metadata = serverMetadata({ settings: narrow, signingKeys: [] });
    expect(metadata).toMatchObject({
      issuer: 'https://as.example/tenant/',
      token_endpoint: 'https://as.example/tenant/oauth/token',
      response_types_supported: [],
      grant_types_supported: ['client_credentials'],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
      revocation_endpoint_auth_methods_supported: ['client_secret_basic'],
    });
    expect(metadata).not.toHaveProperty('authorization_endpoint');
    expect(metadata).not.toHaveProperty('token_endpoint_auth_signing_alg_values_supported');
  });
});
