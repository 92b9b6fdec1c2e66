import { createPrivateKey, generateKeyPairSync, type JsonWebKey, type KeyObject } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { type IssuedCertificate, makeCertificateAuthority, type StartedServer } from '@gatehouse/testkit';
import { type JWTPayload, SignJWT } from 'jose';
import { IDP, openSite, PORTAL_SECRET, post, type Site, type SiteOptions, type TokenAnswer } from './site.ts';

/** A server that takes JWTs: of a trusted issuer and of clients of its own. */
export interface JwtSite extends Site {
  /** Of the client `robot`, RSA; PEM. */
  readonly robot: IssuedCertificate;
  /** Of the trusted issuer, P-256. */
  readonly idpKey: KeyObject;
  readonly idpPublicJwk: JsonWebKey;
  /** About `sampleuser`, by the trusted issuer; a claim that is undefined is left out. */
  byIdp(claims?: Partial<Record<string, unknown>>): Promise<string>;
  /** About itself, by `robot`. */
  byRobot(claims?: JWTPayload): Promise<string>;
}

export const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
export const HMAC_SECRET = 'hmac-secret-hmac-secret-hmac-secret';

export async function jwtSite({ config = {}, idpKeys, store }: SiteOptions): Promise<JwtSite> {
  const idp = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const robot = makeCertificateAuthority().issueClient({ key: 'rsa' });
  const client = {
    scopes: ['resource.READ'],
    defaultScopes: ['resource.READ'],
    grantTypes: [JWT_BEARER, 'client_credentials'],
  };
  const site = await openSite(store, {
    clients: [
      { id: 'robot', certificates: { file: 'robot.pem' }, ...client },
      { id: 'portal', secrets: PORTAL_SECRET, ...client },
      { id: 'hmac', hmacSecrets: HMAC_SECRET, authMethods: ['client_secret_jwt'], ...client },
    ],
    clientAuthentication: {
      allowedMethods: ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt', 'client_secret_jwt'],
    },
    trustedIssuers: [{ issuer: IDP, ...(idpKeys ?? { jwks: { keys: [idp.publicKey.export({ format: 'jwk' })] } }) }],
    ...config,
  });
  writeFileSync(path.join(site.folder, 'robot.pem'), robot.certificate);
  const robotKey = createPrivateKey(robot.key);
  const signed = (alg: string, key: KeyObject, iss: string, sub: string, claims: JWTPayload): Promise<string> =>
    new SignJWT({ iss, sub, aud: site.issuer, jti: crypto.randomUUID(), ...claims })
      .setProtectedHeader({ alg })
      .setIssuedAt()
      // Of the five that are allowed: one is made before servers start that it is brought to.
      .setExpirationTime('4 minutes')
      .sign(key);
  return {
    ...site,
    robot,
    idpKey: idp.privateKey,
    idpPublicJwk: idp.publicKey.export({ format: 'jwk' }),
    byIdp: (claims = {}) => signed('ES256', idp.privateKey, IDP, 'sampleuser', claims),
    byRobot: (claims = {}) => signed('RS256', robotKey, 'robot', 'robot', claims),
  };
}

export function grant(
  node: StartedServer,
  assertion: string,
  form: Readonly<Record<string, string>> = {},
): Promise<TokenAnswer> {
  return post(node, 'token', { grant_type: JWT_BEARER, assertion, ...form });
}
