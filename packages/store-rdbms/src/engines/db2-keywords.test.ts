import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { resolveConnection } from '../connection/resolve.ts';
import type { ConnectionOptions } from '../connection/settings.ts';
import { db2Keywords } from './db2-keywords.ts';

const keywords = (more: Partial<ConnectionOptions>): Promise<string> =>
  db2Keywords(resolveConnection({ dialect: 'db2', host: 'db.example', user: 'gatehouse', database: 'OAUTH', ...more }));

const PEM = '-----BEGIN CERTIFICATE-----\nMII=\n-----END CERTIFICATE-----\n';

describe('what Db2’s driver connects with', () => {
  it('names the server, verifies it, and brings texts with their rows', async () => {
    const text = await keywords({ password: 'pa ss=wörd', tls: { ca: '/etc/db2/ca.pem' } });
    expect(text).toBe(
      'LOBCacheSize=1048576;DATABASE=OAUTH;HOSTNAME=db.example;PORT=50000;PROTOCOL=TCPIP;UID=gatehouse;PWD=pa ss=wörd;' +
        'Security=SSL;SSLClientHostnameValidation=Basic;SSLServerCertificate=/etc/db2/ca.pem;',
    );
  });

  it('has the certificate of an authority in a file, since the driver reads nothing else', async () => {
    const [text, again] = [await keywords({ tls: { ca: PEM } }), await keywords({ tls: { ca: PEM } })];
    const file = /SSLServerCertificate=([^;]+);/.exec(text)?.[1] ?? '';
    expect(readFileSync(file, 'utf8')).toBe(PEM);
    expect(again).toBe(text);
  });

  it('takes keywords of its own, but for those that the settings say', async () => {
    const text = await keywords({
      dangerouslyInsecure: 'plaintext',
      driverOptions: { Authentication: 'SERVER_ENCRYPT', HOSTNAME: 'elsewhere.example' },
    });
    expect(text).toContain('Authentication=SERVER_ENCRYPT;');
    expect(text).toContain('HOSTNAME=db.example;');
    expect(text).not.toMatch(/elsewhere|Security/);
  });

  it.each([
    ['a password with a semicolon', { password: 'a;Security=None' }, /password of the Db2 store/],
    ['a password in braces', { password: '{a}' }, /password of the Db2 store/],
    ['a database with a semicolon', { database: 'a;b' }, /DATABASE of the Db2 store/],
    ['a user with a space at its end', { user: 'a ' }, /UID of the Db2 store/],
    ['a keyword that is none', { driverOptions: { 'a;b': 'c' } }, /no keyword/],
    ['a socket', { socket: '/tmp/socket' }, /leave `socket` out/],
    ['a server that nobody verifies', { dangerouslyInsecure: 'unverified' }, /always verifies/],
    ['another name', { tls: { ca: PEM, serverName: 'other.example' } }, /leave `serverName` out/],
    ['a client certificate', { tls: { ca: PEM, cert: PEM } }, /key store/],
    ['no authority', {}, /public certificate authorities/],
  ] as const)('refuses %s, in a sentence that names no secret', async (_, more, sentence) => {
    const plain =
      'tls' in more || _ === 'no authority' || 'dangerouslyInsecure' in more
        ? {}
        : { dangerouslyInsecure: 'plaintext' };
    const refused = keywords({ ...plain, ...more } as Partial<ConnectionOptions>);
    await expect(refused).rejects.toMatchObject({ kind: 'config', message: expect.stringMatching(sentence) });
    await expect(refused).rejects.not.toThrow(/a;Security|\{a\}/);
  });
});
