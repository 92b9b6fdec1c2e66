import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import {
  type AuthorizationServer,
  authorityAdvice,
  createAuthorizationServer,
  DEFAULT_SETTINGS,
  type EndpointRequest,
  STORE_LIMITS,
  validateClient,
} from '@gatehouse/core';
import { createCacheStore } from '@gatehouse/store-cache';
import {
  type CertificateAuthority,
  type ClientCertificateOptions,
  cpuTime,
  type IssuedCertificate,
  makeCertificateAuthority,
} from '@gatehouse/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** Mutual TLS (RFC 8705) as core sees it: whose certificate it is, and what is bound to it. */

const ours = makeCertificateAuthority('Ours');
const strangers = makeCertificateAuthority('Ours');
const der = (pem: string): Buffer => new X509Certificate(pem).raw;
const base64 = (pem: string): string => der(pem).toString('base64');

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

interface Site {
  readonly server: AuthorizationServer;
  ask(
    endpoint: 'token' | 'introspect' | 'tokeninfo',
    form: Record<string, string>,
    shown?: IssuedCertificate | null,
    chain?: readonly string[],
  ): Promise<Answer>;
  resource(token: string, shown?: IssuedCertificate | null): Promise<{ kind: string; status?: number }>;
}

let site: Site;
const clients = new Map<string, ReturnType<typeof validateClient>>();

function register(id: string, members: object): void {
  const grantTypes = ['client_credentials', 'refresh_token', 'password'];
  clients.set(
    id,
    validateClient({ id, scopes: ['resource.READ'], defaultScopes: ['resource.READ'], grantTypes, ...members }),
  );
}

beforeAll(async () => {
  const server = createAuthorizationServer({
    settings: {
      issuer: 'https://as.example',
      // Locked out, no certificate would be looked at.
      clientAuthentication: {
        ...DEFAULT_SETTINGS.clientAuthentication,
        failures: { failures: STORE_LIMITS.failures, windowSeconds: 60, lockSeconds: 60 },
      },
      mtls: { enabled: true, authorities: [base64(ours.certificate)], url: 'https://mtls.as.example' },
    },
    store: createCacheStore(),
    clients: { find: async (id) => clients.get(id) },
    owners: {
      authenticate: async (username) => ({ subject: username, username, enabled: true, locked: false, claims: {} }),
      find: async (subject) => ({ subject, username: subject, enabled: true, locked: false, claims: {} }),
    },
    secrets: ['a server secret of at least thirty-two bytes'],
  });
  await server.open();
  const requestOf = (
    shown: IssuedCertificate | null,
    chain: readonly string[],
    over: Partial<EndpointRequest>,
  ): EndpointRequest => ({
    method: 'POST',
    url: new URL('https://as.example/x'),
    headers: new Headers({ 'content-type': 'application/x-www-form-urlencoded' }),
    body: '',
    clientAddress: '192.0.2.1',
    traceId: 'trace',
    ownerCookie: null,
    browserCookie: null,
    clientCertificate: shown && { der: der(shown.certificate), chain: chain.map(der) },
    ...over,
  });
  site = {
    server,
    async ask(endpoint, form, shown = null, chain = []) {
      const response = await server[endpoint](requestOf(shown, chain, { body: new URLSearchParams(form).toString() }));
      if (response.kind !== 'data') throw new Error(response.kind);
      return { status: response.status, body: response.body };
    },
    resource: (token, shown = null) =>
      server.validateAccessToken(
        requestOf(shown, [], { method: 'GET', headers: new Headers({ authorization: `Bearer ${token}` }) }),
      ),
  };
});
afterAll(() => site.server.close());

const credentials = (id: string): Record<string, string> => ({ grant_type: 'client_credentials', client_id: id });

describe('tls_client_auth', () => {
  it.each([
    [
      'a distinguished name',
      { subjectDn: 'CN=robot,OU=Robots+O=Example,C=XX' },
      {
        subject: [
          [['C', 'XX']],
          [
            ['O', 'Example'],
            ['OU', 'Robots'],
          ],
          [['CN', 'robot']],
        ],
      },
    ],
    ['the name in other strings', { subjectDn: 'CN=robot' }, { subject: [[['CN', 'robot']]], textAs: 'printable' }],
    ['a host', { sanDns: 'Robot.example' }, { dns: ['other.example', 'robot.example'] }],
    ['a URI', { sanUri: 'urn:robot' }, { uris: ['urn:robot'] }],
    ['an IPv4 address', { sanIp: '10.0.0.1' }, { ips: ['10.0.0.1'] }],
    ['an IPv6 address', { sanIp: '2001:DB8:0::5' }, { ips: ['2001:db8::5'] }],
    ['a mail address', { sanEmail: 'robot@example.com' }, { emails: ['robot@example.com'] }],
  ] as [string, object, ClientCertificateOptions][])(
    'proves a client by %s of a certificate of ours',
    async (_, tlsClientAuth, options) => {
      register('robot', { tlsClientAuth });
      expect(await site.ask('token', credentials('robot'), ours.issueClient(options))).toMatchObject({ status: 200 });
      expect(await site.ask('token', credentials('robot'), ours.issueClient())).toMatchObject({ status: 401 });
      expect(await site.ask('token', credentials('robot'))).toMatchObject({
        status: 401,
        body: { error: 'invalid_client' },
      });
    },
  );

  const robot = { subject: [[['CN', 'robot']]] } as const;
  it.each([
    ['from an authority of the same name that is not ours', () => strangers.issueClient(robot)],
    ['expired', () => ours.issueClient({ ...robot, validFrom: -2000, validFor: -1000 })],
    ['not yet in force', () => ours.issueClient({ ...robot, validFrom: 60_000, validFor: 120_000 })],
    ['for servers alone', () => ours.issueClient({ ...robot, usages: ['serverAuth'] })],
    ['with a critical extension that nobody knows', () => ours.issueClient({ ...robot, unknownCritical: true })],
    ['signed over a SHA-1', () => ours.issueClient({ ...robot, hash: 'sha1' })],
    ['of an RSA key of 1024 bits', () => ours.issueClient({ ...robot, key: 'rsa1024' })],
  ])('[SEC-129] the right name in a certificate %s is refused', async (_, issue) => {
    register('robot', { tlsClientAuth: { subjectDn: 'CN=robot' } });
    expect(await site.ask('token', credentials('robot'), issue())).toMatchObject({ status: 401 });
    const brought = [strangers.certificate, ours.certificate];
    expect(await site.ask('token', credentials('robot'), issue(), brought)).toMatchObject({ status: 401 });
  });

  it('[SEC-129] a chain is built from what the client brings, and of authorities alone', async () => {
    register('robot', { tlsClientAuth: { subjectDn: 'CN=robot' } });
    const middle = ours.subordinate('Middle');
    const lower = middle.subordinate('Lower');
    const answer = async (issuer: typeof ours, chain: readonly string[]): Promise<number> =>
      (await site.ask('token', credentials('robot'), issuer.issueClient(robot), chain)).status;
    expect(await answer(middle, [middle.certificate])).toBe(200);
    expect(await answer(lower, [lower.certificate, middle.certificate])).toBe(200);
    expect(await answer(lower, [middle.certificate, strangers.certificate, lower.certificate, ours.certificate])).toBe(
      200,
    );
    expect(await answer(lower, [lower.certificate])).toBe(401);
    expect(await answer(middle, [])).toBe(401);
    expect(await answer(strangers.subordinate('Middle'), [middle.certificate])).toBe(401);

    const none = ours.subordinate('No authority', null);
    expect(await answer(none, [none.certificate])).toBe(401);
    const last = ours.subordinate('Last', 0);
    expect(await answer(last, [last.certificate])).toBe(200);
    const beyond = last.subordinate('Beyond');
    expect(await answer(beyond, [beyond.certificate, last.certificate])).toBe(401);
  });

  it.each([
    ['expired', { validFrom: -2000, validFor: -1000 }],
    ['not yet in force', { validFrom: 60_000, validFor: 120_000 }],
    ['for servers alone', { usages: ['serverAuth'] }],
    ['limited to names, which are not looked at', { nameConstraints: 'critical' }],
    ['limited to names, and not marked as critical', { nameConstraints: 'not critical' }],
    ['signed over a SHA-1', { hash: 'sha1' }],
  ] as const)('[SEC-129] an authority in between that is %s is none', async (_, options) => {
    register('robot', { tlsClientAuth: { subjectDn: 'CN=robot' } });
    const middle = ours.subordinate('Middle', undefined, options);
    expect(
      await site.ask('token', credentials('robot'), middle.issueClient(robot), [middle.certificate]),
    ).toMatchObject({
      status: 401,
    });
  });

  it('[SEC-129] an authority of ours is a client only where it is registered as one, and its client is none', async () => {
    register('robot', { tlsClientAuth: { subjectDn: 'CN=robot' } });
    const leaf = ours.issueClient(robot);
    // Whoever has a certificate of ours could otherwise make more of them, of any name.
    const below = ours.subordinate('robot', null);
    for (const chain of [[below.certificate], [leaf.certificate, below.certificate]])
      expect(await site.ask('token', credentials('robot'), below.issueClient(robot), chain)).toMatchObject({
        status: 401,
      });
  });

  it('[SEC-129] certificates of one name and key make no search without end', async () => {
    register('robot', { tlsClientAuth: { subjectDn: 'CN=robot' } });
    const chain = Array.from({ length: 10 }, () => strangers.again());
    // R41: no input holds the event loop for longer; what it computes in all bounds that.
    const most = 25;
    // More than are ever counted, and each of them new.
    const shown = Array.from({ length: 50 }, () => strangers.issueClient(robot));
    const ask = async (): Promise<void> => {
      expect(await site.ask('token', credentials('robot'), shown.pop() ?? expect.unreachable(), chain)).toMatchObject({
        status: 401,
      });
    };
    expect(await cpuTime(most, ask)).toBeLessThan(most);
  });

  it.each([
    ['CN=robot inside another value', [[['O', 'x, CN=robot']], [['CN', 'eve']]]],
    ['CN=robot in another attribute', [[['O', 'CN=robot']]]],
    ['CN=robot below another organisation', [[['O', 'x']], [['CN', 'robot']]]],
    ['two CN', [[['CN', 'robot']], [['CN', 'eve']]]],
    [
      'two CN in one part',
      [
        [
          ['CN', 'robot'],
          ['CN', 'eve'],
        ],
      ],
    ],
    ['CN=robot with NUL', [[['CN', 'robot\0.eve']]]],
    ['CN=robot with a space', [[['CN', 'robot ']]]],
    ['CN=ROBOT', [[['CN', 'ROBOT']]]],
    ['no name', []],
  ] as [string, NonNullable<ClientCertificateOptions['subject']>][])(
    '[SEC-48] CN=robot is not %s',
    async (_, subject) => {
      register('robot', { tlsClientAuth: { subjectDn: 'CN=robot' } });
      expect(await site.ask('token', credentials('robot'), ours.issueClient({ subject }))).toMatchObject({
        status: 401,
      });
    },
  );

  it('a name of a host is that of the certificate, with no wildcard on either side', async () => {
    register('robot', { tlsClientAuth: { sanDns: 'robot.example' } });
    for (const dns of ['*.example', 'robot.example.evil.test', 'xrobot.example'])
      expect(await site.ask('token', credentials('robot'), ours.issueClient({ dns: [dns] }))).toMatchObject({
        status: 401,
      });
    const named = ours.issueClient({ subject: [[['CN', 'robot.example']]] });
    expect(await site.ask('token', credentials('robot'), named)).toMatchObject({ status: 401 });
  });

  it.each([
    [{ subjectDn: 'CN=robot,O=Example' }, 'O=Example,CN=robot'],
    [{ sanDns: 'robot.example' }, 'other.example'],
    [{ sanUri: 'urn:robot' }, 'none'],
  ])('where it is not that of %o, the operator reads what it is', async (tlsClientAuth, got) => {
    register('robot', { tlsClientAuth });
    const refusals: unknown[] = [];
    site.server.context.runtime.events.on('request.refused', (refused) => refusals.push(refused));
    const other = ours.issueClient({ subject: [[['CN', 'robot']], [['O', 'Example']]], dns: ['other.example'] });
    await site.ask('token', credentials('robot'), other);
    const expected = Object.entries(tlsClientAuth).map(([member, value]) => `tlsClientAuth.${member} ${value}`)[0];
    expect(refusals).toEqual([expect.objectContaining({ check: 'certificate-subject', expected, got })]);
  });

  it('a certificate is no proof beside another one, and none for a client that is not registered with it', async () => {
    register('robot', { tlsClientAuth: { subjectDn: 'CN=robot' } });
    register('app', { secret: 'a-machine-made-secret' });
    const shown = ours.issueClient(robot);
    expect(await site.ask('token', credentials('app'), shown)).toMatchObject({ status: 401 });
    expect(await site.ask('token', credentials('ghost'), shown)).toMatchObject({ status: 401 });
    const withSecret = { ...credentials('app'), client_secret: 'a-machine-made-secret' };
    expect(await site.ask('token', withSecret, shown)).toMatchObject({ status: 200 });
    expect(await site.ask('token', { ...credentials('robot'), client_secret: 'x' }, shown)).toMatchObject({
      status: 401,
    });
  });
});

describe('self_signed_tls_client_auth', () => {
  it('proves a client by the very certificate that is registered, whatever it says', async () => {
    const expired = strangers.issueClient({ validFrom: -2000, validFor: -1000, usages: [] });
    register('own', { certificates: [expired.certificate], authMethods: ['self_signed_tls_client_auth'] });
    expect(await site.ask('token', credentials('own'), expired)).toMatchObject({ status: 200 });
    for (const other of [strangers.issueClient(), ours.issueClient()])
      expect(await site.ask('token', credentials('own'), other)).toMatchObject({ status: 401 });
  });
});

describe('tokens that are bound to a certificate (RFC 8705 3)', () => {
  const shown = ours.issueClient({ subject: [[['CN', 'robot']]] });
  const other = ours.issueClient({ subject: [[['CN', 'robot']]] });
  const cnf = { 'x5t#S256': expect.stringMatching(/^[A-Za-z0-9_-]{43}$/) };

  async function boundToken(): Promise<string> {
    register('robot', { tlsClientAuth: { subjectDn: 'CN=robot' }, certificateBoundTokens: true });
    const { body } = await site.ask('token', credentials('robot'), shown);
    return String(body['access_token']);
  }

  it('[SEC-29] are good with it at the resource, and with no other or none', async () => {
    const token = await boundToken();
    expect(await site.resource(token, shown)).toMatchObject({ kind: 'allowed' });
    expect(await site.resource(token, other)).toMatchObject({ kind: 'refused', status: 401 });
    expect(await site.resource(token)).toMatchObject({ kind: 'refused', status: 401 });
  });

  it('[SEC-29] say so at introspection, and are unknown to tokeninfo without it', async () => {
    const token = await boundToken();
    register('api', { secret: 'a-machine-made-secret' });
    const asApi = { token, client_id: 'api', client_secret: 'a-machine-made-secret' };
    expect(await site.ask('introspect', asApi)).toMatchObject({ body: { active: true, cnf } });
    expect(await site.ask('tokeninfo', { access_token: token }, shown)).toMatchObject({ status: 200 });
    for (const wrong of [other, null])
      expect(await site.ask('tokeninfo', { access_token: token }, wrong)).toMatchObject({
        status: 400,
        body: { error: 'invalid_token' },
      });
  });

  it('are given with a secret too, and to nobody who shows no certificate', async () => {
    register('app', { secret: 'a-machine-made-secret', certificateBoundTokens: true });
    const form = { ...credentials('app'), client_secret: 'a-machine-made-secret' };
    expect(await site.ask('token', form)).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
    const { body } = await site.ask('token', form, other);
    expect(await site.resource(String(body['access_token']), other)).toMatchObject({ kind: 'allowed' });
    expect(await site.resource(String(body['access_token']), shown)).toMatchObject({ status: 401 });
  });

  it('[SEC-29] take the refresh token of a public client with them', async () => {
    register('phone', { type: 'public', grantTypes: ['password', 'refresh_token'], certificateBoundTokens: true });
    const selfMade = strangers.issueClient();
    const password = { grant_type: 'password', client_id: 'phone', username: 'ann', password: 'x' };
    const first = await site.ask('token', password, selfMade);
    const refresh = {
      grant_type: 'refresh_token',
      client_id: 'phone',
      refresh_token: String(first.body['refresh_token']),
    };
    for (const wrong of [other, null])
      expect(await site.ask('token', refresh, wrong)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    const second = await site.ask('token', refresh, selfMade);
    expect(second).toMatchObject({ status: 200 });
    expect(await site.resource(String(second.body['access_token']), selfMade)).toMatchObject({ kind: 'allowed' });
    // A retry inside the grace is bound like the first try.
    expect(await site.ask('token', refresh, other)).toMatchObject({ status: 400 });
    expect(await site.ask('token', refresh, selfMade)).toMatchObject({
      status: 200,
      body: { access_token: second.body['access_token'] },
    });
  });

  it('stay as they are for clients without the registration', async () => {
    register('plain', { tlsClientAuth: { subjectDn: 'CN=robot' } });
    const { body } = await site.ask('token', credentials('plain'), shown);
    expect(await site.resource(String(body['access_token']))).toMatchObject({ kind: 'allowed' });
  });
});

it('something that is no certificate proves nothing', async () => {
  register('robot', { tlsClientAuth: { subjectDn: 'CN=robot' } });
  const { publicKey } = generateKeyPairSync('ed25519');
  const response = await site.server.token({
    method: 'POST',
    url: new URL('https://as.example/x'),
    headers: new Headers({ 'content-type': 'application/x-www-form-urlencoded' }),
    body: new URLSearchParams(credentials('robot')).toString(),
    clientAddress: '192.0.2.1',
    traceId: 'trace',
    ownerCookie: null,
    browserCookie: null,
    clientCertificate: { der: publicKey.export({ type: 'spki', format: 'der' }), chain: [] },
  });
  expect(response).toMatchObject({ kind: 'data', status: 401 });
});

describe('an authority that can vouch for nobody', () => {
  it.each<[string, CertificateAuthority, string | null]>([
    ['one that can', ours, null],
    ['one that is none', ours.subordinate('Theirs', null), 'is no authority: it lacks CA:TRUE'],
    [
      'one whose names are limited',
      ours.subordinate('Theirs', 0, { nameConstraints: 'critical' }),
      'has the extension 2.5.29.30, which is not understood here',
    ],
    [
      'one for servers',
      ours.subordinate('Theirs', 0, { usages: ['serverAuth'] }),
      'may not issue for clients: it lacks clientAuth',
    ],
    ['one that is over', ours.subordinate('Theirs', 0, { validFor: -1_000 }), 'is not in force now'],
  ])('is told to whoever configures it: %s', (_, { certificate }, fault) => {
    expect(authorityAdvice([base64(certificate)], Date.now())).toEqual(
      fault === null ? [] : [`mtls.authorities: CN=Theirs vouches for no client, since it ${fault}.`],
    );
  });
});
