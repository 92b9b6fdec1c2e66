import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type IssuedCertificate, makeCertificateAuthority } from '@gatehouse/testkit';

/** Certificates and clients of a test of mutual TLS; the files are for programs that want files. */
export interface MtlsParts {
  readonly folder: string;
  readonly serverFiles: { readonly certificate: string; readonly key: string };
  readonly authority: string;
  readonly authorityFile: string;
  /** Of the client `robot`, by the authority of clients. */
  readonly robot: IssuedCertificate;
  /** Of the client `own`, by nobody whom the server knows. */
  readonly own: IssuedCertificate;
  /** Registered for `robot` by name, and not by the authority. */
  readonly forged: IssuedCertificate;
  /** What every server of the test has in its configuration. */
  readonly config: Readonly<Record<string, unknown>>;
  file(name: string): string;
  remove(): void;
}

export function mtlsParts(): MtlsParts {
  const folder = mkdtempSync(path.join(tmpdir(), 'gatehouse-mtls-'));
  const servers = makeCertificateAuthority('Servers');
  const clients = makeCertificateAuthority('Clients');
  const robotName = { subject: [[['CN', 'robot']]] } as const;
  const server = servers.issue();
  const robot = clients.issueClient(robotName);
  const own = makeCertificateAuthority().issueClient();
  const file = (name: string): string => path.join(folder, name);
  for (const [name, text] of Object.entries({
    'server.pem': server.certificate,
    'server.key': server.key,
    'servers.pem': servers.certificate,
    'clients.pem': clients.certificate,
    'robot.pem': robot.certificate,
    'robot.key': robot.key,
    'own.pem': own.certificate,
    'own.key': own.key,
  }))
    writeFileSync(file(name), text);
  const client = {
    grantTypes: ['client_credentials'],
    scopes: ['resource.READ'],
    defaultScopes: ['resource.READ'],
    certificateBoundTokens: true,
  };
  return {
    folder,
    serverFiles: { certificate: file('server.pem'), key: file('server.key') },
    authority: servers.certificate,
    authorityFile: file('servers.pem'),
    robot,
    own,
    forged: makeCertificateAuthority('Clients').issueClient(robotName),
    config: {
      secrets: ['a server secret of at least thirty-two bytes'],
      clients: [
        { id: 'robot', tlsClientAuth: { subjectDn: 'CN=robot' }, ...client },
        { id: 'own', certificates: { file: file('own.pem') }, authMethods: ['self_signed_tls_client_auth'], ...client },
      ],
      log: { level: 'info', format: 'json' },
    },
    file,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export interface Reply {
  readonly status: number;
  readonly text: string;
}

export interface Call {
  readonly ca: string;
  readonly shown?: IssuedCertificate | null;
  readonly form?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string | string[]>>;
}

/** One request on a connection of its own. */
export function call(url: string, { ca, form, headers = {}, shown = null }: Call): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const outgoing = https.request(url, {
      agent: false,
      ca,
      method: form ? 'POST' : 'GET',
      headers: { ...(form ? { 'Content-Type': 'application/x-www-form-urlencoded' } : {}), ...headers },
      ...(shown ? { cert: shown.certificate, key: shown.key } : {}),
    });
    outgoing.on('error', reject).on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    outgoing.end(form ? new URLSearchParams(form).toString() : undefined);
  });
}

export const tokenIn = ({ text }: Reply): string =>
  String((JSON.parse(text) as Record<string, unknown>)['access_token']);
export const credentials = (id: string): Record<string, string> => ({
  grant_type: 'client_credentials',
  client_id: id,
});
