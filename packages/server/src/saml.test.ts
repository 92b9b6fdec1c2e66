import { DEFAULT_SETTINGS, SAML_BEARER, validateTrustedIssuer } from '@gatehouse/core';
import { describe, expect, it } from 'vitest';
import { type SamlQuestion, samlSupport } from './saml.ts';

const user = { id: 'portal', grantTypes: [SAML_BEARER] };
const question = (over: Partial<SamlQuestion> = {}): SamlQuestion => ({
  settings: DEFAULT_SETTINGS,
  clients: [],
  named: false,
  ...over,
});

describe('the SAML grant', () => {
  it('is there where its reader is installed', async () => {
    const { faults, grants } = await samlSupport(question({ clients: [user] }));
    expect(grants.map(({ grantType }) => grantType)).toEqual([SAML_BEARER]);
    expect(faults).toEqual([]);
  });

  it('is not there where it is switched off', async () => {
    const settings = { ...DEFAULT_SETTINGS, enabledGrants: new Set(['password']) };
    expect(await samlSupport(question({ settings, clients: [user] }))).toEqual({ grants: [], faults: [] });
  });

  it('is quietly left out without its reader, as long as nobody named it', async () => {
    expect(await samlSupport(question(), () => false)).toEqual({ grants: [], faults: [] });
    const issuer = validateTrustedIssuer({ issuer: 'https://idp.example', jwksUri: 'https://idp.example/keys' });
    const settings = { ...DEFAULT_SETTINGS, trustedIssuers: new Map([[issuer.issuer, issuer]]) };
    expect(await samlSupport(question({ settings }), () => false)).toEqual({ grants: [], faults: [] });
  });

  it('keeps the server from starting without its reader, where somebody named it', async () => {
    const { faults, grants } = await samlSupport(question({ clients: [user], named: true }), () => false);
    expect(grants).toEqual([]);
    expect(faults).toEqual([
      expect.stringMatching(/^The setting enabledGrants names .*saml2-bearer.*npm install @gatehouse\/saml/),
      expect.stringMatching(/^The client "portal" names .*saml2-bearer.*npm install @gatehouse\/saml/),
    ]);
  });
});
