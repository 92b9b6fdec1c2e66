import { describe, expect, it } from 'vitest';
import { JWT_BEARER } from '../grants/jwt-bearer.ts';
import { SAML_BEARER } from '../grants/saml-bearer.ts';
import { ec } from '../jwt/jwt.test-support.ts';
import { createRuntime } from '../runtime/runtime.ts';
import { createMemoryStore } from '../store/memory-store.test-support.ts';
import { judgeRegistration, type RegisteredBy } from './judge-registration.ts';
import { createStoredClients } from './stored-clients.ts';

const KEYS = { jwks: { keys: [ec().jwk] } };
const PLAIN = { id: 'robot', ...KEYS };
const EVERYBODY: readonly RegisteredBy[] = ['administrator', 'import', 'itself'];

describe('[SEC-125] grants by assertion are never obtained by registering oneself', () => {
  it.each([
    ['JWT', { grantTypes: [JWT_BEARER] }, 'grantTypes'],
    ['SAML, among others', { grantTypes: ['authorization_code', SAML_BEARER] }, 'grantTypes'],
    ['the word for owners', { mayAssertOwners: true }, 'mayAssertOwners'],
  ])('%s: an administrator gives it, the client itself does not', (_, members, member) => {
    const asked = { ...PLAIN, ...members };
    expect(judgeRegistration(asked, { by: 'administrator' })).toMatchObject(members);
    expect(judgeRegistration(asked, { by: 'import' })).toMatchObject(members);
    expect(() => judgeRegistration(asked, { by: 'itself' })).toThrow(member);
    expect(judgeRegistration(PLAIN, { by: 'itself' })).toMatchObject({ id: 'robot', mayAssertOwners: false });
  });

  it('nor by changing afterwards what one registered, in the store as it is', async () => {
    const clients = createStoredClients({ store: createMemoryStore(), runtime: createRuntime({}), cacheSeconds: 0 });
    await expect(clients.create({ ...PLAIN, grantTypes: [JWT_BEARER] }, 'itself')).rejects.toThrow('grantTypes');
    expect(await clients.find('robot')).toBeUndefined();
    await clients.create(PLAIN, 'itself');
    for (const change of [{ grantTypes: [...PLAIN_GRANTS, SAML_BEARER] }, { mayAssertOwners: true }])
      await expect(clients.update('robot', change, 'itself')).rejects.toThrow(Object.keys(change)[0]);
    expect(await clients.find('robot')).toMatchObject({ mayAssertOwners: false, grantTypes: PLAIN_GRANTS });
    expect(await clients.update('robot', { grantTypes: [JWT_BEARER], responseTypes: [] })).toMatchObject({
      grantTypes: [JWT_BEARER],
    });
  });
});

const PLAIN_GRANTS = ['authorization_code', 'refresh_token'];

describe('[SEC-126] the name of a trusted issuer', () => {
  it.each(EVERYBODY)('is no client’s, registered by %s', (by) => {
    const reserved = new Set(['robot']);
    expect(() => judgeRegistration(PLAIN, { by, reserved })).toThrow('is the name of a trusted issuer');
    expect(judgeRegistration({ ...PLAIN, id: 'Robot' }, { by, reserved }).id).toBe('Robot');
  });
});

describe('a client of the reference system', () => {
  it('comes with the word for owners, where it says nothing else', () => {
    const terms = { by: 'import', compat: 'axway' } as const;
    expect(judgeRegistration(PLAIN, terms).mayAssertOwners).toBe(true);
    expect(judgeRegistration({ ...PLAIN, mayAssertOwners: false }, terms).mayAssertOwners).toBe(false);
    expect(judgeRegistration({ id: 'spa', type: 'public' }, terms).mayAssertOwners).toBe(false);
    expect(judgeRegistration(PLAIN, { ...terms, compat: 'none' }).mayAssertOwners).toBe(false);
    for (const by of ['administrator', 'itself'] as const)
      expect(judgeRegistration(PLAIN, { by, compat: 'axway' }).mayAssertOwners).toBe(false);
  });
});
