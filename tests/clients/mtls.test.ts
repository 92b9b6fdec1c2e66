import { execFile } from 'node:child_process';
import tls from 'node:tls';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { freePort, preparePython, provide, type StartedServer, startServer } from '@gatehouse/testkit';
import * as client from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, credentials, type MtlsParts, mtlsParts, tokenIn } from './mtls-site.ts';
import { findNginx, startNginx } from './nginx.ts';

let parts: MtlsParts;
beforeAll(() => {
  parts = mtlsParts();
});
afterAll(() => parts.remove());

describe('straight, on a listener of its own', () => {
  let server: StartedServer;
  let withCertificates: string;
  beforeAll(async () => {
    const [port, mtlsPort] = [await freePort(), await freePort()];
    const origin = 'https://localhost';
    withCertificates = `${origin}:${mtlsPort}`;
    server = await startServer({
      port,
      origin,
      config: {
        ...parts.config,
        issuer: `${origin}:${port}`,
        listener: { tls: parts.serverFiles },
        mtls: { port: mtlsPort, authorities: { file: parts.file('clients.pem') } },
      },
    });
  });
  afterAll(() => server.stop());

  const ask = (id: string, shown: Parameters<typeof call>[1]['shown'], at = withCertificates) =>
    call(`${at}/api/oauth/token`, { ca: parts.authority, form: credentials(id), shown: shown ?? null });

  it('each method proves its client, and no other certificate does', async () => {
    expect(await ask('robot', parts.robot)).toMatchObject({ status: 200 });
    expect(await ask('own', parts.own)).toMatchObject({ status: 200 });
    for (const [id, shown] of [
      ['robot', parts.forged],
      ['robot', parts.own],
      ['own', parts.robot],
      ['robot', null],
    ] as const)
      expect(await ask(id, shown)).toMatchObject({ status: 401 });
  });

  it('the other listener asks nobody for a certificate, so it proves nothing there', async () => {
    expect(await ask('robot', parts.robot, server.url)).toMatchObject({ status: 401 });
  });

  it('[SEC-29] a bound token is good at the resource with its certificate, and with no other or none', async () => {
    const token = tokenIn(await ask('robot', parts.robot));
    const resource = `${withCertificates}/api/oauth/protected`;
    const headers = { Authorization: `Bearer ${token}` };
    expect((await call(resource, { ca: parts.authority, headers, shown: parts.robot })).text).toContain('Congrats!');
    expect(await call(resource, { ca: parts.authority, headers, shown: parts.own })).toMatchObject({ status: 401 });
    expect(await call(resource, { ca: parts.authority, headers })).toMatchObject({ status: 401 });
  });

  it('[SEC-129] a header is not believed where no proxy is trusted, in neither form', async () => {
    const base64 = parts.robot.certificate.replaceAll(/-----[A-Z ]+-----|\n/g, '');
    for (const headers of [
      { 'Client-Cert': `:${base64}:` },
      { 'X-SSL-Cert': encodeURIComponent(parts.robot.certificate) },
      { Client_Cert: `:${base64}:` },
    ])
      for (const at of [server.url, withCertificates]) {
        const form = credentials('robot');
        expect(await call(`${at}/api/oauth/token`, { ca: parts.authority, form, headers })).toMatchObject({
          status: 401,
        });
      }
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    '[SEC-129] no session is resumed, with what an earlier handshake proved (%s)',
    async (version) => {
      const port = Number(new URL(withCertificates).port);
      const shared = {
        port,
        host: 'localhost',
        servername: 'localhost',
        ca: parts.authority,
        minVersion: version,
        maxVersion: version,
      };
      let session: Buffer | undefined;
      await new Promise<void>((done, failed) => {
        const socket = tls.connect({ ...shared, cert: parts.robot.certificate, key: parts.robot.key }, () => {
          session = socket.getSession();
          socket.end('GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
        });
        socket.on('session', (given: Buffer) => {
          session = given;
        });
        socket
          .on('error', failed)
          .on('close', () => done())
          .resume();
      });
      const body = new URLSearchParams(credentials('robot')).toString();
      const answer = await new Promise<string>((done, failed) => {
        let text = '';
        const socket = tls.connect({ ...shared, ...(session ? { session } : {}) }, () => {
          expect(socket.isSessionReused()).toBe(false);
          socket.write(
            `POST /api/oauth/token HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
          );
        });
        socket.setEncoding('utf8').on('data', (part: string) => {
          text += part;
        });
        socket.on('error', failed).on('close', () => done(text));
      });
      expect(answer).toMatch(/^HTTP\/1\.1 401 /);
    },
  );

  it('openid-client finds the addresses in the metadata, and proves itself there', async () => {
    const fetched: string[] = [];
    const customFetch: client.CustomFetch = async (url, { body, headers, method }) => {
      fetched.push(url);
      const form = method === 'POST' ? Object.fromEntries(new URLSearchParams(String(body))) : undefined;
      const reply = await call(url, {
        ca: parts.authority,
        shown: parts.robot,
        headers: Object.fromEntries(new Headers(headers as Record<string, string>)),
        ...(form ? { form } : {}),
      });
      return new Response(reply.text, { status: reply.status, headers: { 'Content-Type': 'application/json' } });
    };
    const config = await client.discovery(
      new URL(server.url),
      'robot',
      { use_mtls_endpoint_aliases: true },
      client.TlsClientAuth(),
      { algorithm: 'oauth2', [client.customFetch]: customFetch },
    );
    expect(config.serverMetadata()).toMatchObject({
      tls_client_certificate_bound_access_tokens: true,
      mtls_endpoint_aliases: { token_endpoint: `${withCertificates}/api/oauth/token` },
    });
    const { access_token } = await client.clientCredentialsGrant(config);
    expect(await client.tokenIntrospection(config, access_token)).toMatchObject({
      active: true,
      client_id: 'robot',
      cnf: { 'x5t#S256': expect.any(String) },
    });
    expect(fetched.at(-1)).toBe(`${withCertificates}/api/oauth/introspect`);
  });

  it('requests of Python shows its certificate', async (ctx) => {
    const folder = fileURLToPath(new URL('python/', import.meta.url));
    const python = await provide('python', () => preparePython(`${folder}requirements.txt`));
    if (!python.available) return ctx.skip(python.reason);
    const files = [parts.authorityFile, parts.file('robot.pem'), parts.file('robot.key')];
    const { stdout } = await promisify(execFile)(python.value, [`${folder}mtls_client.py`, withCertificates, ...files]);
    expect(stdout).toBe('ok with_certificate\nok without_certificate\n');
  });
});

/** `:…:` out of the lines of a PEM: nginx 1.22 has no variable for RFC 9440, and a map can put one together. */
const LINES = 40;
const RFC_9440 = `map $ssl_client_raw_cert $client_cert {
  default "";
  "~^-----BEGIN CERTIFICATE-----\\n${Array.from({ length: LINES }, (_, i) => `(?<l${i}>[A-Za-z0-9+/=]*)\\n?`).join('')}-----END CERTIFICATE-----" ":${Array.from({ length: LINES }, (_, i) => `$l${i}`).join('')}:";
}`;

describe.each([
  ['rfc9440', 'Client-Cert', '$client_cert'],
  ['nginx', 'X-SSL-Cert', '$ssl_client_escaped_cert'],
] as const)('through nginx, which hands the certificate on as %s', (format, header, value) => {
  it('the server judges the same certificates the same way', async (ctx) => {
    const nginx = await provide('nginx', findNginx);
    if (!nginx.available) return ctx.skip(nginx.reason);
    const port = await freePort();
    const url = `https://localhost:${port}`;
    const server = await startServer({
      config: {
        ...parts.config,
        issuer: url,
        listener: { trustedHops: 1 },
        mtls: { authorities: { file: parts.file('clients.pem') }, certificateHeader: { format } },
      },
    });
    const proxy = await startNginx(
      nginx.value,
      `${RFC_9440}
       server {
         listen 127.0.0.1:${port} ssl;
         ssl_certificate ${parts.serverFiles.certificate};
         ssl_certificate_key ${parts.serverFiles.key};
         ssl_verify_client optional_no_ca;
         location / {
           proxy_pass http://127.0.0.1:${server.port};
           proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
           proxy_set_header X-Forwarded-Proto https;
           proxy_set_header Client-Cert "";
           proxy_set_header X-SSL-Cert "";
           proxy_set_header ${header} ${value};
         }
       }`.replace(`proxy_set_header ${header} "";`, ''),
      port,
    );
    try {
      const ask = (id: string, shown: Parameters<typeof call>[1]['shown'], headers = {}) =>
        call(`${url}/api/oauth/token`, { ca: parts.authority, form: credentials(id), shown: shown ?? null, headers });
      const first = await ask('robot', parts.robot);
      expect(first).toMatchObject({ status: 200 });
      expect(await ask('own', parts.own)).toMatchObject({ status: 200 });
      expect(await ask('robot', parts.forged)).toMatchObject({ status: 401 });
      expect(await ask('robot', null)).toMatchObject({ status: 401 });

      const bearer = { Authorization: `Bearer ${tokenIn(first)}` };
      const resource = `${url}/api/oauth/protected`;
      const at = (shown: Parameters<typeof call>[1]['shown']) =>
        call(resource, { ca: parts.authority, headers: bearer, shown: shown ?? null });
      expect((await at(parts.robot)).text).toContain('Congrats!');
      expect(await at(parts.own)).toMatchObject({ status: 401 });
      expect(await at(null)).toMatchObject({ status: 401 });

      // What a client writes itself the proxy takes off, and what it lets through is no certificate.
      const base64 = parts.robot.certificate.replaceAll(/-----[A-Z ]+-----|\n/g, '');
      const forged = {
        'Client-Cert': `:${base64}:`,
        'X-SSL-Cert': encodeURIComponent(parts.robot.certificate),
        Client_Cert: `:${base64}:`,
      };
      expect(await ask('robot', null, forged)).toMatchObject({ status: 401 });
    } finally {
      await proxy.stop();
      await server.stop();
    }
  });
});

describe('[SEC-129] a certificate in a header', () => {
  it('that is there twice, in the other form, or in no form, is none', async () => {
    const server = await startServer({
      config: {
        ...parts.config,
        issuer: 'https://as.example',
        listener: { trustedHops: 1 },
        mtls: { authorities: { file: parts.file('clients.pem') }, certificateHeader: { format: 'rfc9440' } },
      },
    });
    const base64 = parts.robot.certificate.replaceAll(/-----[A-Z ]+-----|\n/g, '');
    const ask = async (value: string, name = 'Client-Cert'): Promise<number> => {
      const form = new URLSearchParams(credentials('robot'));
      const response = await fetch(`${server.url}/api/oauth/token`, {
        method: 'POST',
        body: form,
        headers: { [name]: value },
      });
      return response.status;
    };
    try {
      expect(await ask(`:${base64}:`)).toBe(200);
      const wrong = [
        `:${base64}:, :${base64}:`,
        base64,
        `:${base64}`,
        encodeURIComponent(parts.robot.certificate),
        '::',
        ':x:',
        ':AAAA:',
      ];
      for (const value of wrong) expect([value.slice(0, 20), await ask(value)]).toEqual([value.slice(0, 20), 401]);
      expect(await ask(`:${base64}:`, 'Client_Cert')).toBe(401);
    } finally {
      await server.stop();
    }
  });

  it('counts from the proxies that are named, whoever else reaches the port', async () => {
    for (const [proxies, status] of [
      [['10.0.0.0/8'], 401],
      [['10.0.0.0/8', '127.0.0.1', '::1'], 200],
    ] as const) {
      const server = await startServer({
        config: {
          ...parts.config,
          issuer: 'https://as.example',
          listener: { trustedHops: 1 },
          mtls: { authorities: { file: parts.file('clients.pem') }, certificateHeader: { format: 'nginx', proxies } },
        },
      });
      const response = await fetch(`${server.url}/api/oauth/token`, {
        method: 'POST',
        body: new URLSearchParams(credentials('robot')),
        headers: { 'X-SSL-Cert': encodeURIComponent(parts.robot.certificate), 'X-Forwarded-For': '10.1.2.3' },
      });
      await server.stop();
      expect(response.status).toBe(status);
    }
  });

  it('is not configured without a trusted proxy, nor beside a listener of its own', async () => {
    const start = (over: object): Promise<StartedServer> =>
      startServer({ config: { ...parts.config, issuer: 'https://as.example', ...over } });
    const mtls = { certificateHeader: { format: 'nginx' } };
    await expect(start({ mtls })).rejects.toThrow('listener.trustedHops');
    await expect(start({ listener: { trustedHops: 1 }, mtls: { ...mtls, port: 8443 } })).rejects.toThrow(
      'beside mtls.port',
    );
    await expect(start({})).rejects.toThrow('no certificate can be shown');
  });
});
