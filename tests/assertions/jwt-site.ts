import { createPrivateKey, generateKeyPairSync, type JsonWebKey, type KeyObject } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import {
  freePort,
  type IssuedCertificate,
  makeCertificateAuthority,
  type StartedServer,
  startServer,
} from '@gatehouse/testkit';
import { type JWTPayload, SignJWT } from 'jose';
import { gatehouse, temporaryFolder } from '../server/command-line.ts';

/** A server that takes JWTs: of a trusted issuer and of clients of its own, on a store of the test's choice. */
export interface JwtSite {
  readonly issuer: string;
  readonly configFile: string;
  readonly folder: string;
  /** Of the client `robot`, RSA; PEM. */
  readonly robot: IssuedCertificate;
  /** Of the trusted issuer, P-256. */
  readonly idpKey: KeyObject;
  readonly idpPublicJwk: JsonWebKey;
  /** About `sampleuser`, by the trusted issuer; a claim that is undefined is left out. */
  byIdp(claims?: Partial<Record<string, unknown>>): Promise<string>;
  /** About itself, by `robot`. */
  byRobot(claims?: JWTPayload): Promise<string>;
  /** One more node, on a port of its own. */
  start(env?: Readonly<Record<string, string>>): Promise<StartedServer>;
  close(): Promise<void>;
}

const IDP = 'https://idp.example';
export const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
export const SECRET = 'portal-secret-portal-secret-portal';
export const HMAC_SECRET = 'hmac-secret-hmac-secret-hmac-secret';

export interface SiteOptions {
  readonly store: string;
  readonly config?: Readonly<Record<string, unknown>>;
  /** Where the keys of the trusted issuer are, in place of inline. */
  readonly idpKeys?: Readonly<Record<string, unknown>>;
}

export async function jwtSite({ config = {}, idpKeys, store }: SiteOptions): Promise<JwtSite> {
  const folder = temporaryFolder();
  const port = await freePort();
  const issuer = `http://localhost:${port}`;
  const idp = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const robot = makeCertificateAuthority().issueClient({ key: 'rsa' });
  writeFileSync(path.join(folder.path, 'robot.pem'), robot.certificate);
  const client = {
    scopes: ['resource.READ'],
    defaultScopes: ['resource.READ'],
    grantTypes: [JWT_BEARER, 'client_credentials'],
  };
  const settings = {
    issuer,
    store,
    secrets: ['a server secret of at least thirty-two bytes'],
    clients: [
      { id: 'robot', certificates: { file: 'robot.pem' }, ...client },
      { id: 'portal', secrets: SECRET, ...client },
      { id: 'hmac', hmacSecrets: HMAC_SECRET, authMethods: ['client_secret_jwt'], ...client },
    ],
    clientAuthentication: {
      allowedMethods: ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt', 'client_secret_jwt'],
    },
    trustedIssuers: [{ issuer: IDP, ...(idpKeys ?? { jwks: { keys: [idp.publicKey.export({ format: 'jwk' })] } }) }],
    log: { level: 'info', format: 'json' },
    ...config,
  };
  const configFile = path.join(folder.path, 'gatehouse.config.mjs');
  // The mapping is code, so the configuration is.
  writeFileSync(
    configFile,
    `export default { ...${JSON.stringify(settings)}, hooks: { mapAssertedSubject: ({ subject }) => subject?.value ?? null } };\n`,
  );
  if (!store.startsWith('cache:')) {
    const { code, stderr } = await gatehouse(['migrate', '--store', store]);
    if (code !== 0) throw new Error(`The schema could not be made. ${stderr}`);
  }
  const started: StartedServer[] = [];
  const robotKey = createPrivateKey(robot.key);
  const signed = (alg: string, key: KeyObject, iss: string, sub: string, claims: JWTPayload): Promise<string> =>
    new SignJWT({ iss, sub, aud: issuer, jti: crypto.randomUUID(), ...claims })
      .setProtectedHeader({ alg })
      .setIssuedAt()
      .setExpirationTime('1 minute')
      .sign(key);
  return {
    issuer,
    configFile,
    folder: folder.path,
    robot,
    idpKey: idp.privateKey,
    idpPublicJwk: idp.publicKey.export({ format: 'jwk' }),
    byIdp: (claims = {}) => signed('ES256', idp.privateKey, IDP, 'sampleuser', claims),
    byRobot: (claims = {}) => signed('RS256', robotKey, 'robot', 'robot', claims),
    async start(env = {}) {
      const options = { args: ['--config', configFile], env };
      const server = await startServer(started.length === 0 ? { ...options, port } : options);
      started.push(server);
      return server;
    },
    async close() {
      await Promise.all(started.map((server) => server.stop()));
      folder.remove();
    },
  };
}

export interface TokenAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

export async function post(
  node: StartedServer,
  endpoint: string,
  form: Readonly<Record<string, string>>,
): Promise<TokenAnswer> {
  const response = await fetch(`${node.url}/api/oauth/${endpoint}`, {
    method: 'POST',
    body: new URLSearchParams(form),
  });
  return { status: response.status, body: (await response.json()) as TokenAnswer['body'] };
}

export const AS_PORTAL = { client_id: 'portal', client_secret: SECRET };

export function grant(
  node: StartedServer,
  assertion: string,
  form: Readonly<Record<string, string>> = {},
): Promise<TokenAnswer> {
  return post(node, 'token', { grant_type: JWT_BEARER, assertion, ...form });
}

export async function withSite<T>(opening: Promise<JwtSite>, use: (site: JwtSite) => Promise<T>): Promise<T> {
  const site = await opening;
  try {
    return await use(site);
  } finally {
    await site.close();
  }
}
