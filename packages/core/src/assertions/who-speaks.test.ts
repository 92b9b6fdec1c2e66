import { describe, expect, it } from 'vitest';
import type { AssertedSubject } from './verified-assertion.ts';
import { whoSpeaks } from './who-speaks.ts';

const named = (value: string): AssertedSubject => ({ value, format: null, nameQualifier: null, spNameQualifier: null });
const app = { id: 'app', type: 'confidential', mayAssertOwners: false } as const;
const spa = { ...app, id: 'spa', type: 'public' } as const;
const nobody = (check: string): object => expect.objectContaining({ for: 'nobody', check });

describe('who may speak for whom', () => {
  it('a client speaks for itself, named or not', () => {
    for (const subject of [null, named('app')])
      expect(whoSpeaks({ issuer: 'app', subject, client: app, trusted: null })).toEqual({ for: 'client' });
  });

  it('[SEC-125] a client names an owner only where its registration says so', () => {
    const asked = { issuer: 'app', subject: named('ann'), trusted: null };
    expect(whoSpeaks({ ...asked, client: app })).toEqual(nobody('assertion-may-assert-owners'));
    expect(whoSpeaks({ ...asked, client: { ...app, mayAssertOwners: true } })).toEqual({
      for: 'owner',
      subject: 'ann',
    });
  });

  it("another client's assertion proves nothing about this one", () => {
    for (const issuer of ['eve', 'App', 'app ', ''])
      expect(whoSpeaks({ issuer, subject: null, client: app, trusted: null })).toEqual(
        nobody('assertion-issuer-is-client'),
      );
  });

  it('[SEC-125] a public client makes none of its own', () => {
    expect(whoSpeaks({ issuer: 'spa', subject: null, client: spa, trusted: null })).toEqual(
      nobody('assertion-client-confidential'),
    );
  });

  it('[SEC-126] what a trusted issuer says is only ever mapped, whatever its subject looks like', () => {
    for (const value of ['ann', 'app', 'idp'])
      expect(whoSpeaks({ issuer: 'idp', subject: named(value), client: app, trusted: { clients: null } })).toEqual({
        for: 'mapped',
        subject: named(value),
      });
    expect(whoSpeaks({ issuer: 'idp', subject: null, client: app, trusted: { clients: null } })).toEqual(
      nobody('assertion-subject-present'),
    );
  });

  it.each([
    ['every confidential client', app, null, true],
    ['a listed one', app, ['app'], true],
    ['one that is not listed', app, ['other'], false],
    ['nobody, where the list is empty', app, [], false],
    ['a public client that is listed', spa, ['spa'], true],
    ['[SEC-125] a public client that nobody lists', spa, null, false],
  ] as const)('who may bring its assertions: %s', (_, client, clients, allowed) => {
    const speaker = whoSpeaks({ issuer: 'idp', subject: named('x'), client, trusted: { clients } });
    expect(speaker).toEqual(allowed ? { for: 'mapped', subject: named('x') } : nobody('assertion-client-of-issuer'));
  });
});
