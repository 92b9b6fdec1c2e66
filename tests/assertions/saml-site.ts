import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { SAML_BEARER } from '@gatehouse/core';
import {
  makeCertificateAuthority,
  type SamlParts,
  type StartedServer,
  samlAssertion,
  samlEncoded,
  signSamlAssertion,
} from '@gatehouse/testkit';
import {
  AS_PORTAL,
  IDP,
  openSite,
  PORTAL_SECRET,
  post,
  type Site,
  type SiteOptions,
  type TokenAnswer,
} from './site.ts';

/** A server that takes SAML assertions, of a trusted issuer and of a client of its own. */
export interface SamlSite extends Site {
  readonly idpKey: KeyObject;
  /** Of the client `portal`; PEM. */
  readonly portal: { readonly key: string; readonly certificate: string };
  /** By the trusted issuer, about `sampleuser`. */
  byIdp(parts?: SamlParts): string;
  /** By `portal`, about itself. */
  byPortal(parts?: SamlParts): string;
}

export async function samlSite({ config = {}, idpKeys, store }: SiteOptions): Promise<SamlSite> {
  const idp = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const portal = makeCertificateAuthority().issue();
  const client = { scopes: ['resource.READ'], defaultScopes: ['resource.READ'], grantTypes: [SAML_BEARER] };
  const site = await openSite(store, {
    clients: [
      {
        ...client,
        id: 'portal',
        secrets: PORTAL_SECRET,
        certificates: portal.certificate,
        mayAssertOwners: true,
        grantTypes: [SAML_BEARER, 'urn:ietf:params:oauth:grant-type:jwt-bearer'],
      },
      { id: 'kiosk', type: 'public', ...client },
      { id: 'robot', certificates: portal.certificate, ...client },
      { id: 'asleep', secrets: PORTAL_SECRET, ...client, enabled: false },
      { id: 'other', secrets: PORTAL_SECRET, ...client, grantTypes: ['client_credentials'] },
    ],
    trustedIssuers: [
      {
        issuer: IDP,
        clients: ['portal', 'kiosk'],
        ...(idpKeys ?? { jwks: { keys: [idp.publicKey.export({ format: 'jwk' })] } }),
      },
    ],
    ...config,
  });
  const here = { audience: site.issuer, recipient: `${site.issuer}/api/oauth/token` };
  const signed = (parts: SamlParts, key: KeyObject): string =>
    samlEncoded(signSamlAssertion(samlAssertion({ ...here, ...parts }), { key }));
  return {
    ...site,
    idpKey: idp.privateKey,
    portal,
    byIdp: (parts) => signed({ issuer: IDP, ...parts }, idp.privateKey),
    byPortal: (parts) => signed({ issuer: 'portal', subject: 'portal', ...parts }, createPrivateKey(portal.key)),
  };
}

/** Posts an assertion to a node, as `portal` unless the form says otherwise. */
export function askWith(
  node: StartedServer,
  assertion: string,
  form: Readonly<Record<string, string>> = {},
): Promise<TokenAnswer> {
  const credentials = form['client_id'] === undefined ? AS_PORTAL : {};
  return post(node, 'token', { grant_type: SAML_BEARER, assertion, ...credentials, ...form });
}
