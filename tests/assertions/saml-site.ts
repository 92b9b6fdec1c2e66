import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { SAML_BEARER } from '@gatehouse/core';
import {
  freePort,
  makeCertificateAuthority,
  type SamlParts,
  type StartedServer,
  samlAssertion,
  samlEncoded,
  signSamlAssertion,
  startServer,
} from '@gatehouse/testkit';
import { gatehouse, temporaryFolder } from '../server/command-line.ts';

/** A server that takes SAML assertions, of a trusted issuer and of a client of its own, on a store of the test's choice. */
export interface SamlSite {
  readonly issuer: string;
  readonly configFile: string;
  readonly idpKey: KeyObject;
  /** Of the client `portal`; PEM. */
  readonly portal: { readonly key: string; readonly certificate: string };
  /** By the trusted issuer, about `sampleuser`. */
  byIdp(parts?: SamlParts): string;
  /** By `portal`, about itself. */
  byPortal(parts?: SamlParts): string;
  /** One more node, on a port of its own. */
  start(): Promise<StartedServer>;
  close(): Promise<void>;
}

export const IDP = 'https://idp.example';
const PORTAL_SECRET = 'portal-secret-portal-secret-portal';

export interface SiteOptions {
  readonly store: string;
  /** More of the configuration, as JSON. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Of the trusted issuer: where its keys are, in place of the key of {@link SamlSite.idpKey}. */
  readonly idpKeys?: Readonly<Record<string, unknown>>;
}

export async function samlSite({ config = {}, idpKeys, store }: SiteOptions): Promise<SamlSite> {
  const folder = temporaryFolder();
  const port = await freePort();
  const issuer = `http://localhost:${port}`;
  const idp = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const portal = makeCertificateAuthority().issue();
  const client = { scopes: ['resource.READ'], defaultScopes: ['resource.READ'], grantTypes: [SAML_BEARER] };
  const settings = {
    issuer,
    store,
    secrets: ['a server secret of at least thirty-two bytes'],
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
  const here = { audience: issuer, recipient: `${issuer}/api/oauth/token` };
  return {
    issuer,
    configFile,
    idpKey: idp.privateKey,
    portal,
    byIdp: (parts) =>
      samlEncoded(signSamlAssertion(samlAssertion({ issuer: IDP, ...here, ...parts }), { key: idp.privateKey })),
    byPortal: (parts) =>
      samlEncoded(
        signSamlAssertion(samlAssertion({ issuer: 'portal', subject: 'portal', ...here, ...parts }), {
          key: createPrivateKey(portal.key),
        }),
      ),
    async start() {
      const options = { args: ['--config', configFile] };
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

/** Posts to an endpoint of a node, as `portal` unless the form says otherwise. */
export async function post(
  node: StartedServer,
  endpoint: string,
  form: Readonly<Record<string, string>>,
): Promise<TokenAnswer> {
  const credentials = form['client_id'] === undefined ? { client_id: 'portal', client_secret: PORTAL_SECRET } : {};
  const response = await fetch(`${node.url}/api/oauth/${endpoint}`, {
    method: 'POST',
    body: new URLSearchParams({ ...credentials, ...form }),
  });
  return { status: response.status, body: (await response.json()) as TokenAnswer['body'] };
}

export function askWith(
  node: StartedServer,
  assertion: string,
  form: Readonly<Record<string, string>> = {},
): Promise<TokenAnswer> {
  return post(node, 'token', { grant_type: SAML_BEARER, assertion, ...form });
}
