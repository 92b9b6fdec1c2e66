import { sign } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { SAML_BEARER } from '@gatehouse/core';
import { samlAssertion, signSamlAssertion } from '@gatehouse/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gatehouse, type Outcome, temporaryFolder } from '../server/command-line.ts';
import { type SamlSite, samlSite } from './saml-site.ts';
import { IDP } from './site.ts';

interface Verdict {
  readonly kind: string;
  readonly accepted: boolean;
  readonly steps: readonly { readonly check: string; readonly verdict: string; readonly found: string }[];
}

const folder = temporaryFolder();
let site: SamlSite;
beforeAll(async () => {
  site = await samlSite({ store: `sqlite:${path.join(folder.path, 'gatehouse.db')}` });
});
afterAll(async () => {
  await site.close();
  folder.remove();
});

function check(assertion: string | Buffer, ...more: readonly string[]): Promise<Outcome> {
  const file = path.join(folder.path, 'assertion');
  writeFileSync(file, typeof assertion === 'string' ? `${assertion}\n` : assertion);
  return gatehouse(['check', 'assertion', file, '--config', site.configFile, ...more]);
}

async function verdict(assertion: string | Buffer, ...more: readonly string[]): Promise<Verdict> {
  const { code, stdout } = await check(assertion, '--json', ...more);
  const said = JSON.parse(stdout) as Verdict;
  expect(code).toBe(said.accepted ? 0 : 1);
  return said;
}

describe('gatehouse check assertion, of SAML', () => {
  it('says of one that would be accepted what it passed, in order, and what it did not ask', async () => {
    const { code, stdout } = await check(site.byIdp(), '--client', 'portal');
    expect(code).toBe(0);
    const lines = stdout.trim().split('\n');
    expect(lines.at(-1)).toBe('The SAML assertion would be accepted once.');
    expect(lines.slice(0, -1).map((line) => line.split(/ {2,}/).slice(0, 2).join(' '))).toEqual([
      'Passed saml-encoding',
      'Passed saml-text',
      'Passed saml-structure',
      'Passed saml-signature-shape',
      'Passed assertion-issuer-known',
      'Passed saml-signature',
      'Passed saml-digest',
      'Passed saml-audience',
      'Passed saml-recipient',
      'Passed saml-conditions',
      'Passed saml-confirmation',
      'Passed assertion-speaks-for',
      'Open assertion-owner',
      'Open assertion-unused',
    ]);
  });

  it('[SEC-140] writes on the terminal what it found, and nothing that anybody put there', async () => {
    const said = 'The SAML assertion would be accepted once.';
    const forged = samlAssertion().replace('Version="2.0"', `Version="2.0&#10;${said}&#x9b;2J&#x202e;"`);
    expect(forged).toContain(said);
    const { code, stdout } = await check(Buffer.from(forged).toString('base64url'), '--client', 'portal');
    expect(code).toBe(1);
    expect(stdout.split('\n')).not.toContain(said);
    expect(stdout).not.toMatch(/[\x80-\x9f\u202e]/);
  });

  it('uses nothing up', async () => {
    const assertion = site.byPortal();
    for (let i = 0; i < 2; i++) expect((await check(assertion)).code).toBe(0);
  });

  it.each([
    [
      'another audience',
      () => site.byIdp({ audience: 'https://other.example' }),
      'saml-audience',
      'https://other.example',
    ],
    [
      'another recipient',
      () => site.byIdp({ recipient: 'https://other.example' }),
      'saml-recipient',
      'https://other.example',
    ],
    ['an early clock', () => site.byIdp({ now: Date.now() + 150_000 }), 'assertion-begun', 'ms early'],
    [
      'an unknown issuer',
      () => site.byIdp({ issuer: 'https://nobody.example' }),
      'assertion-issuer-known',
      'a trusted issuer',
    ],
    ['a changed name', () => changed(site.byIdp()), 'saml-digest', 'the content that was signed'],
  ])('says of %s which check failed, what was expected and what was there', async (_what, make, failed, says) => {
    const { accepted, steps } = await verdict(make());
    expect(accepted).toBe(false);
    expect(steps.slice(0, -1).every((step) => step.verdict === 'passed')).toBe(true);
    expect(steps.at(-1)).toMatchObject({ check: failed, verdict: 'failed', found: expect.stringContaining(says) });
  });

  it('takes XML too, as it was before it was sent', async () => {
    const xml = signSamlAssertion(
      samlAssertion({ issuer: IDP, audience: site.issuer, recipient: `${site.issuer}/api/oauth/token` }),
      { key: site.idpKey },
    );
    expect(await verdict(xml)).toMatchObject({ kind: 'SAML', accepted: true });
    expect((await verdict(xml, '--client', 'portal')).steps.map((step) => step.check)).toContain(
      'assertion-speaks-for',
    );
  });

  it('says who may not bring it', async () => {
    const { steps } = await verdict(site.byPortal(), '--client', 'kiosk');
    expect(steps.at(-1)).toMatchObject({ check: 'assertion-issuer-known', verdict: 'failed' });
  });

  it('says what it cannot do with in a sentence', async () => {
    expect(await gatehouse(['check', 'assertion', '--config', site.configFile])).toMatchObject({ code: 2 });
    const missing = await gatehouse(['check', 'assertion', '/nowhere', '--config', site.configFile]);
    expect(missing).toMatchObject({ code: 1, stderr: expect.stringContaining('There is no file /nowhere') });
    expect((await check('', '--client', 'portal')).stderr).toContain('The file is empty.');
    expect((await check(site.byIdp(), '--client', 'nobody')).stderr).toContain('no client "nobody"');
  });
});

describe('gatehouse check assertion, of who brings it', () => {
  it.each([
    ['disabled', 'asleep', 'client-enabled'],
    ['not registered for the grant', 'other', 'grant-registered'],
  ])('says that a client is %s', async (_what, client, check) => {
    const { accepted, steps } = await verdict(site.byIdp(), '--client', client);
    expect(accepted).toBe(false);
    expect(steps).toEqual([expect.objectContaining({ check, verdict: 'failed' })]);
  });

  it('finds a client that is kept in the store', async () => {
    const made = await gatehouse([
      ...['client', 'create', '--id', 'stored', '--scope', 'resource.READ', '--grant', SAML_BEARER],
      ...['--config', site.configFile],
    ]);
    expect(made.code).toBe(0);
    expect((await verdict(site.byIdp(), '--client', 'portal')).accepted).toBe(true);
    const { accepted, steps } = await verdict(site.byIdp(), '--client', 'stored');
    // It is found, and is none of those that the issuer lists.
    expect(accepted).toBe(false);
    expect(steps.at(-1)).toMatchObject({ check: 'assertion-client-of-issuer', verdict: 'failed' });
  });

  it('says that the store was not looked at, and makes no file', async () => {
    const absent = path.join(folder.path, 'absent.db');
    const { code, stderr } = await check(site.byIdp(), '--client', 'stored', '--set', `store=sqlite:${absent}`);
    expect(code).toBe(1);
    expect(stderr).toContain('There is no client "stored". Those in the store were not looked at: ');
    expect(existsSync(absent)).toBe(false);
  });
});

describe('gatehouse check assertion, of a file', () => {
  const xml = (): string => Buffer.from(site.byIdp(), 'base64url').toString();

  it.each([
    ['a byte order mark', () => `\ufeff${xml()}`],
    ['no-break spaces around', () => `\u00a0${xml()}\u00a0`],
    ['UTF-16', () => Buffer.from(`\ufeff${xml()}`, 'utf16le')],
    ['UTF-16 without a mark', () => Buffer.from(xml(), 'utf16le')],
    ['a space behind what was sent', () => `${site.byIdp()} `],
  ])('judges XML with %s as the server would: refused', async (_what, make) => {
    expect(await verdict(make())).toMatchObject({ kind: 'SAML', accepted: false });
  });
});

describe('gatehouse check assertion, of JWTs', () => {
  const seconds = (): number => Math.floor(Date.now() / 1000);
  const jwt = (claims: Readonly<Record<string, unknown>>): string => {
    const parts = [{ alg: 'ES256' }, { iss: 'portal', aud: site.issuer, exp: seconds() + 120, ...claims }];
    const input = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
    const key = { key: site.portal.key, dsaEncoding: 'ieee-p1363' } as const;
    return `${input}.${sign('sha256', Buffer.from(input), key).toString('base64url')}`;
  };

  it('says what one passed', async () => {
    const { accepted, kind, steps } = await verdict(jwt({ jti: '1' }));
    expect({ accepted, kind }).toEqual({ accepted: true, kind: 'JWT' });
    expect(steps.map((step) => step.check)).toEqual([
      'jwt-parts',
      'jwt-header',
      'assertion-issuer-known',
      'jwt-signature',
      'jwt-claims',
      'assertion-audience',
      'assertion-times',
      'assertion-speaks-for',
      'assertion-unused',
    ]);
  });

  it.each([
    ['another audience', () => jwt({ aud: 'https://other.example' }), 'assertion-audience'],
    ['an end that is past', () => jwt({ exp: seconds() - 60 }), 'assertion-not-over'],
    ['an issuer whom nobody knows', () => jwt({ iss: 'nobody' }), 'assertion-issuer-known'],
    ['a request object', () => jwt({ response_type: 'code' }), 'jwt-kind'],
    ['a changed signature', () => `${jwt({}).slice(0, -8)}AAAAAAAA`, 'jwt-signature'],
  ])('says of %s which check failed', async (_what, make, failed) => {
    const { steps } = await verdict(make());
    expect(steps.at(-1)).toMatchObject({ check: failed, verdict: 'failed' });
  });
});

describe('gatehouse check assertion, of JWTs that prove their client', () => {
  const seconds = (): number => Math.floor(Date.now() / 1000);
  const proof = (claims: Readonly<Record<string, unknown>> = {}, sub = 'robot'): string => {
    const own = { iss: sub, sub, aud: site.issuer, exp: seconds() + 120, jti: crypto.randomUUID() };
    const parts = [
      { alg: 'ES256', typ: 'client-authentication+jwt' },
      { ...own, ...claims },
    ];
    const input = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
    const key = { key: site.portal.key, dsaEncoding: 'ieee-p1363' } as const;
    return `${input}.${sign('sha256', Buffer.from(input), key).toString('base64url')}`;
  };

  it('says what one passed', async () => {
    const { stdout, code } = await check(proof(), '--as', 'proof');
    expect(code).toBe(0);
    const lines = stdout.trim().split('\n');
    expect(lines.at(-1)).toBe('The JWT assertion would be accepted once as a proof of its client.');
    expect(lines.slice(0, -1).map((line) => line.split(/ {2,}/).slice(0, 2).join(' '))).toEqual([
      'Passed jwt-parts',
      'Passed jwt-header',
      'Passed client-known',
      'Passed jwt-signature',
      'Passed jwt-claims',
      'Passed client-assertion-parties',
      'Passed assertion-audience',
      'Passed assertion-times',
      'Passed client-auth-method',
      'Open assertion-unused',
    ]);
  });

  it.each([
    ['no jti', () => proof({ jti: undefined }), 'jwt-claim-present'],
    ['a list of audiences', () => proof({ aud: [site.issuer] }), 'assertion-audience'],
    ['the token endpoint', () => proof({ aud: `${site.issuer}/api/oauth/token` }), 'assertion-audience'],
    ['another issuer', () => proof({ iss: 'portal' }), 'client-assertion-parties'],
    ['a client whom nobody knows', () => proof({}, 'nobody'), 'client-known'],
    ['a client without keys', () => proof({}, 'other'), 'jwt-keys-registered'],
    ['an end that is past', () => proof({ exp: seconds() - 60 }), 'assertion-not-over'],
    ['a request object', () => proof({ response_type: 'code' }), 'jwt-kind'],
  ])('says of %s which check failed', async (_what, make, failed) => {
    const { accepted, steps } = await verdict(make(), '--as', 'proof');
    expect(accepted).toBe(false);
    expect(steps.at(-1)).toMatchObject({ check: failed, verdict: 'failed' });
  });

  it('is one that the server takes, and the other way round', async () => {
    const server = await site.start();
    for (const [jwt, status] of [
      [proof(), 200],
      [proof({ aud: [site.issuer] }), 401],
    ] as const) {
      expect((await verdict(jwt, '--as', 'proof')).accepted).toBe(status === 200);
      const body = new URLSearchParams({
        token: 'x',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: jwt,
      });
      expect((await fetch(`${server.url}/api/oauth/introspect`, { method: 'POST', body })).status).toBe(status);
    }
  });

  it('says what it cannot do with in a sentence', async () => {
    expect((await check(site.byIdp(), '--as', 'proof')).stderr).toContain('A SAML assertion proves no client here');
    expect((await check(proof(), '--as', 'proof', '--client', 'portal')).stderr).toContain('leave out --client');
    expect((await check(proof(), '--as', 'other')).stderr).toContain('--as is grant or proof');
  });
});

function changed(assertion: string): string {
  const xml = Buffer.from(assertion, 'base64url').toString();
  return Buffer.from(xml.replace('sampleuser', 'sampleuseR')).toString('base64url');
}
