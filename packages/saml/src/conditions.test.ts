import { BEARER, samlTime } from '@gatehouse/testkit';
import { describe, expect, it } from 'vitest';
import { byIssuer, NOON, samlWorld } from './saml-world.test-support.ts';

const RECIPIENT = 'https://issuer.example/api/oauth/token';
const AUDIENCE = 'https://issuer.example';

const confirmation = (attributes: string, method = BEARER): string =>
  `<SubjectConfirmation Method="${method}"><SubjectConfirmationData ${attributes}></SubjectConfirmationData></SubjectConfirmation>`;
const subject = (...confirmations: string[]): string =>
  `<Subject><NameID>sampleuser</NameID>${confirmations.join('')}</Subject>`;
const until = (seconds: number): string => `NotOnOrAfter="${samlTime(NOON + seconds * 1000)}"`;
const from = (seconds: number): string => `NotBefore="${samlTime(NOON + seconds * 1000)}"`;
const conditions = (attributes: string, ...restrictions: string[][]): string =>
  `<Conditions${attributes === '' ? '' : ` ${attributes}`}>${restrictions
    .map(
      (names) =>
        `<AudienceRestriction>${names.map((name) => `<Audience>${name}</Audience>`).join('')}</AudienceRestriction>`,
    )
    .join('')}</Conditions>`;

describe('[AX-101] [SEC-108] audience and recipient are equal to ours, or they are not', () => {
  it.each([
    ['the issuer', AUDIENCE],
    ['the token endpoint', RECIPIENT],
    ['one by the settings', 'urn:us'],
    ['one of the issuer’s entry', 'urn:ours'],
  ])('%s as the audience', async (_what, audience) => {
    const world = samlWorld({ assertion: { audience: ['urn:us'] }, issuer: { audience: ['urn:ours'] } });
    expect((await world.ask(byIssuer({ audience }))).status).toBe(200);
  });

  it.each([
    ['another', conditions('', ['https://other.example'])],
    ['ours with a slash', conditions('', [`${AUDIENCE}/`])],
    ['ours and more', conditions('', [`${AUDIENCE}.evil.example`])],
    ['a part of ours', conditions('', ['issuer.example'])],
    ['ours in another case', conditions('', ['https://ISSUER.example'])],
    ['ours with a space', conditions('', [` ${AUDIENCE}`])],
    ['a restriction that does not name us beside one that does', conditions('', [AUDIENCE], ['https://other.example'])],
    ['no restriction', conditions('')],
    ['no conditions', ''],
  ])('%s: refused', async (_what, conditionsElement) => {
    expect(await samlWorld().refusedBy(byIssuer({ conditionsElement }))).toBe('saml-audience');
  });

  it('several audiences in one restriction are any of them', async () => {
    const conditionsElement = conditions(until(100), ['https://other.example', AUDIENCE], [RECIPIENT]);
    expect((await samlWorld().ask(byIssuer({ conditionsElement }))).status).toBe(200);
  });

  it.each([
    ['another', `${until(60)} Recipient="https://other.example"`, 'saml-recipient'],
    ['ours and more', `${until(60)} Recipient="${RECIPIENT}/x"`, 'saml-recipient'],
    ['a part of ours', `${until(60)} Recipient="${RECIPIENT.slice(0, -1)}"`, 'saml-recipient'],
    ['the issuer', `${until(60)} Recipient="${AUDIENCE}"`, 'saml-recipient'],
    ['none', until(60), 'saml-recipient'],
    ['InResponseTo', `InResponseTo="_x" ${until(60)} Recipient="${RECIPIENT}"`, 'saml-in-response-to'],
  ])('a recipient that is %s: refused', async (_what, data, check) => {
    expect(await samlWorld().refusedBy(byIssuer({ subjectElement: subject(confirmation(data)) }))).toBe(check);
  });

  it('the assertion of RFC 7522, section 4, is taken by the server that it is for', async () => {
    const world = samlWorld({
      issuer: { issuer: 'https://saml-idp.example.com' },
      assertion: { audience: ['https://saml-sp.example.net'], recipient: ['https://authz.example.net/token.oauth2'] },
      hooks: {
        mapAssertedSubject: ({ subject: named }) => (named?.value === 'brian@example.com' ? 'sampleuser' : null),
      },
    });
    const parts = {
      id: 'ef1xsbZxPV2oqjd7HTLRLIBlBb7',
      issuer: 'https://saml-idp.example.com',
      subject: 'brian@example.com',
      format: 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress',
      audience: 'https://saml-sp.example.net',
      recipient: 'https://authz.example.net/token.oauth2',
      lifeSeconds: 300,
      statements: `<AuthnStatement AuthnInstant="${samlTime(NOON)}"><AuthnContext><AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:X509</AuthnContextClassRef></AuthnContext></AuthnStatement>`,
    };
    expect((await world.ask(byIssuer(parts))).status).toBe(200);
    expect(await samlWorld().refusedBy(byIssuer(parts))).toBe('assertion-issuer-known');
  });

  it('the recipient is a setting', async () => {
    const world = samlWorld({ assertion: { recipient: ['https://127.0.0.1:8089/api/oauth/token'] } });
    expect(await world.refusedBy(byIssuer())).toBe('saml-recipient');
    expect((await world.ask(byIssuer({ recipient: 'https://127.0.0.1:8089/api/oauth/token' }))).status).toBe(200);
  });
});

describe('[AX-104] [SEC-108] somebody may bring it, now', () => {
  const sender = 'urn:oasis:names:tc:SAML:2.0:cm:sender-vouches';
  const data = `${until(60)} Recipient="${RECIPIENT}"`;
  it.each([
    ['no confirmation', subject(), 'saml-bearer'],
    ['another method', subject(confirmation(data, sender)), 'saml-bearer'],
    ['one without data', subject(`<SubjectConfirmation Method="${BEARER}"></SubjectConfirmation>`), 'saml-recipient'],
    ['one that is over', subject(confirmation(`${until(-5)} Recipient="${RECIPIENT}"`)), 'assertion-not-over'],
    ['one that has not begun', subject(confirmation(`${from(6)} ${data}`)), 'assertion-begun'],
    [
      'two that are over',
      subject(
        confirmation(`${until(-6)} Recipient="${RECIPIENT}"`),
        confirmation(`${until(-60)} Recipient="${RECIPIENT}"`),
      ),
      'assertion-not-over',
    ],
  ])('%s: refused', async (_what, subjectElement, check) => {
    expect(await samlWorld().refusedBy(byIssuer({ subjectElement }))).toBe(check);
  });

  it('an expired confirmation, or another method, beside a valid one passes', async () => {
    for (const beside of [
      confirmation(`${until(-60)} Recipient="${RECIPIENT}"`),
      confirmation(data, sender),
      confirmation(`${until(60)} Recipient="https://other.example"`),
    ])
      for (const both of [subject(beside, confirmation(data)), subject(confirmation(data), beside)])
        expect((await samlWorld().ask(byIssuer({ subjectElement: both }))).status).toBe(200);
  });

  it('somewhere it says when it ends: in the conditions or in the confirmation', async () => {
    const without = { subjectElement: subject(confirmation(`Recipient="${RECIPIENT}"`)) };
    expect((await samlWorld().ask(byIssuer(without))).status).toBe(200);
    const neither = { ...without, conditionsElement: conditions('', [AUDIENCE]) };
    expect(await samlWorld().refusedBy(byIssuer(neither))).toBe('saml-end');
    const confirmed = { conditionsElement: conditions('', [AUDIENCE]) };
    expect((await samlWorld().ask(byIssuer(confirmed))).status).toBe(200);
  });

  it('the earliest end counts, that of the session at the issuer too', async () => {
    const statements = `<AuthnStatement AuthnInstant="${samlTime(NOON)}" SessionNotOnOrAfter="${samlTime(NOON - 5_000)}"><AuthnContext></AuthnContext></AuthnStatement>`;
    expect(await samlWorld().refusedBy(byIssuer({ statements }))).toBe('assertion-not-over');
    expect(await samlWorld().refusedBy(byIssuer({ conditionsElement: conditions(until(-5), [AUDIENCE]) }))).toBe(
      'assertion-not-over',
    );
  });
});

describe('[AX-102] clocks', () => {
  it.each([
    ['none', 5_000],
    ['axway', 0],
  ] as const)('may differ by so much under compat %s, to the millisecond', async (compat, skew) => {
    const at = async (now: number): Promise<string> => {
      const world = samlWorld({ settings: { compat } });
      world.time.now = now;
      return world.refusedBy(byIssuer({ lifeSeconds: 120 }));
    };
    expect(await at(NOON - skew)).toBe('accepted');
    expect(await at(NOON - skew - 1)).toMatch(/^assertion-(begun|issued)$/);
    expect(await at(NOON + 120_000 + skew - 1)).toBe('accepted');
    expect(await at(NOON + 120_000 + skew)).toBe('assertion-not-over');
  });

  it('may differ by what the setting says', async () => {
    const world = samlWorld({ assertion: { driftSeconds: 60 } });
    world.time.now = NOON - 60_000;
    expect((await world.ask(byIssuer())).status).toBe(200);
    world.time.now = NOON - 60_001;
    expect(await world.refusedBy(byIssuer())).toBe('assertion-begun');
  });

  it('a host that is a second ahead is heard, and the log says by how much another was early', async () => {
    const world = samlWorld();
    expect((await world.ask(byIssuer({ now: NOON + 1_000 }))).status).toBe(200);
    expect(await world.refusedBy(byIssuer({ now: NOON + 7_250 }))).toBe('assertion-begun');
    expect(world.refusals.at(-1)?.got).toBe('7250 ms early');
  });

  it('no assertion lives longer than the cap, the issuer’s own included', async () => {
    const world = samlWorld();
    expect((await world.ask(byIssuer({ lifeSeconds: 305 }))).status).toBe(200);
    expect(await world.refusedBy(byIssuer({ lifeSeconds: 306 }))).toBe('assertion-life');
    expect(await samlWorld({ issuer: { assertionMaxSeconds: 60 } }).refusedBy(byIssuer({ lifeSeconds: 66 }))).toBe(
      'assertion-life',
    );
    const patient = samlWorld({ issuer: { assertionMaxSeconds: 3_600 } });
    expect((await patient.ask(byIssuer({ lifeSeconds: 3_605 }))).status).toBe(200);
  });
});
