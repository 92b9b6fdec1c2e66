// Checks an owner's password in LDAP or Active Directory: an account of the server's finds the entry, and whether the
// owner can bind as it decides.
import { readFileSync } from 'node:fs';
import { defineConfig } from '@gatehouse/server';
import { Client, EqualityFilter, InvalidCredentialsError } from 'ldapts';

const {
  // ldaps, for the password goes over this connection.
  LDAP_URL = 'ldaps://ldap.example.com',
  LDAP_CA_FILE,
  LDAP_BASE = 'ou=people,dc=example,dc=com',
  LDAP_BIND_DN = 'cn=gatehouse,dc=example,dc=com',
  LDAP_BIND_PASSWORD = '',
  // Active Directory: sAMAccountName and objectGUID.
  LDAP_NAME = 'uid',
  LDAP_ID = 'entryUUID',
} = process.env;
const WITHIN_MS = 5_000;

export default defineConfig({
  hooks: {
    async authenticateOwner({ username, password }) {
      // RFC 4513 5.1.2: a bind without a password succeeds for everybody.
      if (username === '' || password === '') return null;
      const client = new Client({
        url: LDAP_URL,
        connectTimeout: WITHIN_MS,
        timeout: WITHIN_MS,
        ...(LDAP_CA_FILE === undefined ? {} : { tlsOptions: { ca: readFileSync(LDAP_CA_FILE) } }),
      });
      try {
        await client.bind(LDAP_BIND_DN, LDAP_BIND_PASSWORD);
        const { searchEntries } = await client.search(LDAP_BASE, {
          // An object, since a text would have to be escaped (RFC 4515 3): `*` is a name like others.
          filter: new EqualityFilter({ attribute: LDAP_NAME, value: username }),
          attributes: [LDAP_ID, LDAP_NAME, 'cn', 'mail'],
          explicitBufferAttributes: ['objectGUID'],
          // Of two entries nobody can say whose password it is.
          sizeLimit: 2,
        });
        const [entry, another] = searchEntries;
        if (entry === undefined || another !== undefined) return null;
        if (!(await canBind(client, entry.dn, password))) return null;
        // Never the name, which may be given to somebody else one day.
        const id = entry[LDAP_ID];
        const subject = Buffer.isBuffer(id) ? id.toString('hex') : id;
        if (typeof subject !== 'string' || subject === '') throw new Error(`An entry has no ${LDAP_ID}.`);
        const claims = { name: entry['cn'], email: entry['mail'] };
        return { subject, username: String(entry[LDAP_NAME]), enabled: true, locked: false, claims };
      } finally {
        await client.unbind();
      }
    },
  },
});

async function canBind(client: Client, dn: string, password: string): Promise<boolean> {
  try {
    await client.bind(dn, password);
    return true;
  } catch (error) {
    if (error instanceof InvalidCredentialsError) return false;
    throw error;
  }
}
