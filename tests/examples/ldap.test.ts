import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type LdapOptions, type LdapServer, ldapServer, type StartedServer, startServer } from '@gatehouse/testkit';
import { afterAll, expect, test } from 'vitest';
import { CALLBACK, CONFIDENTIAL } from '../clients/sample.ts';
import { openBrowser } from '../server/browser.ts';

const EXAMPLE = fileURLToPath(new URL('../../examples/hooks/ldap.config.ts', import.meta.url));
const READER = { dn: 'cn=gatehouse,dc=example,dc=com', password: 'of the service' };
const PASSWORD = 'open sesame';

const person = (uid: string, unit: string): string => `
dn: uid=${uid},ou=${unit},dc=example,dc=com
objectClass: inetOrgPerson
uid: ${uid}
cn: ${uid} Example
sn: Example
mail: ${uid}@example.com
userPassword: ${PASSWORD}
`;

const DIRECTORY: LdapOptions = {
  base: 'dc=example,dc=com',
  reader: READER,
  ldif: `dn: dc=example,dc=com
objectClass: domain
dc: example

dn: ou=people,dc=example,dc=com
objectClass: organizationalUnit
ou: people

dn: ou=more,ou=people,dc=example,dc=com
objectClass: organizationalUnit
ou: more
${person('ann', 'people')}${person('twice', 'people')}${person('twice', 'more,ou=people')}`,
};

const [directory, selfSigned] = [await ldapServer(DIRECTORY), await ldapServer({ ...DIRECTORY, selfSigned: true })];
const servers: StartedServer[] = [];
afterAll(async () => {
  for (const server of servers) await server.stop();
  for (const one of [directory, selfSigned]) if (one.available) await one.value.close();
});

async function serving({ url }: LdapServer, env: Readonly<Record<string, string>> = {}): Promise<StartedServer> {
  const server = await startServer({
    args: ['--sample', '--config', path.resolve(EXAMPLE)],
    env: { LDAP_URL: url, LDAP_BIND_PASSWORD: READER.password, ...env },
  });
  servers.push(server);
  return server;
}

async function signIn({ url }: StartedServer, username: string, password: string) {
  const response = await fetch(`${url}/api/oauth/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${CONFIDENTIAL.id}:${CONFIDENTIAL.secret}`)}` },
    body: new URLSearchParams({ grant_type: 'password', username, password, scope: 'openid' }),
  });
  return { status: response.status, body: (await response.json()) as Readonly<Record<string, unknown>> };
}

const missing = [directory, selfSigned].find((one) => !one.available);
if (missing && !missing.available) test('[AX-92] owners of an LDAP directory', (ctx) => ctx.skip(missing.reason));
if (directory.available && selfSigned.available) prove(directory.value, selfSigned.value);

function prove(trusted: LdapServer, untrusted: LdapServer): void {
  let server: StartedServer | undefined;
  const ours = async (): Promise<StartedServer> => {
    server ??= await serving(trusted);
    return server;
  };
  test('[AX-92] sign in on the page and by the password grant, under an id that is never given to another', async () => {
    const { url } = await ours();
    const asked = { response_type: 'code', client_id: CONFIDENTIAL.id, redirect_uri: CALLBACK };
    const browser = openBrowser();
    const login = await browser.get(`${url}/api/oauth/authorize?${new URLSearchParams(asked)}`);
    const consent = await browser.submit(login, { UserName: 'ann', Passwd: PASSWORD });
    const { leaves } = await browser.submit(consent, { decision: 'allow' });
    expect(leaves?.searchParams.get('code')).toMatch(/^gC1/);

    const [one, again] = [await signIn(await ours(), 'ann', PASSWORD), await signIn(await ours(), 'ANN', PASSWORD)];
    expect([one.status, again.status]).toEqual([200, 200]);
    const subjects = await Promise.all(
      [one, again].map(async ({ body }) => {
        const headers = { authorization: `Bearer ${String(body['access_token'])}` };
        return (await (await fetch(`${url}/api/openid/user_info`, { headers })).json()) as object;
      }),
    );
    expect(subjects[0]).toEqual({ sub: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f-]{27}$/) });
    expect(subjects[1]).toEqual(subjects[0]);
  });

  test.each([
    ['a wrong password', 'ann', 'wrong'],
    // RFC 4513 5.1.2
    ['no password, which a directory takes for nobody', 'ann', ''],
    ['somebody who is not there', 'bob', PASSWORD],
    // RFC 4515 3
    ['a name that is a filter', 'ann)(uid=*', PASSWORD],
    ['a name that stands for any', '*', PASSWORD],
    ['the name of two entries', 'twice', PASSWORD],
    ['the account that looks for others', 'gatehouse', READER.password],
  ])('[AX-92] %s is refused', async (_, username, password) => {
    const { status, body } = await signIn(await ours(), username, password);
    expect(status).toBe(400);
    expect(body).not.toHaveProperty('access_token');
  });

  test('[AX-92] a directory that cannot be asked signs nobody in, and is no wrong password', async () => {
    const wrong = await serving(trusted, { LDAP_BIND_PASSWORD: 'not of the service' });
    const unknown = await serving(trusted, { LDAP_ID: 'noSuchAttribute' });
    for (const one of [wrong, unknown]) {
      expect((await signIn(one, 'ann', PASSWORD)).status).toBe(500);
      expect(await one.output()).not.toContain(PASSWORD);
    }
  });

  test('[AX-92] a directory with a certificate that nobody issued gets no password', async () => {
    const one = await serving(untrusted);
    expect((await signIn(one, 'ann', PASSWORD)).status).toBe(500);
    expect(await one.output()).toMatch(/self-signed certificate/);
  });
}
