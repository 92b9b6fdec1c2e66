import { generateKeyPairSync } from 'node:crypto';
import {
  makeCertificateAuthority,
  type NpmSamlOptions,
  npmSaml,
  samlAssertion,
  samlEncoded,
  signSamlAssertion,
} from '@gatehouse/testkit';
import { describe, expect, it } from 'vitest';
import { attributeStatement, LIMITS, RSA, read, readText, refusal, signed } from './reading.test-support.ts';

describe('what a signed assertion says', () => {
  it('is read with all of its parts', () => {
    const now = Date.UTC(2026, 10, 25, 12, 0, 0, 250);
    const statements = `<AuthnStatement AuthnInstant="2026-11-25T11:59:00Z" SessionNotOnOrAfter="2026-11-25T12:01:00Z"><AuthnContext><AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</AuthnContextClassRef></AuthnContext></AuthnStatement>${attributeStatement('<AttributeValue>a@b.example</AttributeValue><AttributeValue></AttributeValue>')}`;
    const format = 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent';
    expect(read(signed({ id: '_1', subject: 'Jürgen &amp; Co', format, now, statements }))).toEqual({
      id: '_1',
      issueInstant: now,
      issuer: 'https://idp.example',
      subject: { value: 'Jürgen & Co', format, nameQualifier: null, spNameQualifier: null },
      confirmations: [
        {
          method: 'urn:oasis:names:tc:SAML:2.0:cm:bearer',
          recipient: 'https://issuer.example/api/oauth/token',
          notBefore: null,
          notOnOrAfter: now + 120_000,
          inResponseTo: null,
        },
      ],
      conditions: {
        notBefore: now,
        notOnOrAfter: now + 120_000,
        audienceRestrictions: [['https://issuer.example']],
      },
      sessionEnds: [Date.UTC(2026, 10, 25, 12, 1)],
      attributes: [{ name: 'mail', nameFormat: null, values: ['a@b.example', ''] }],
    });
  });

  it('is the same whichever statement and condition comes first, for the schema has them as a choice', () => {
    const authentication = (at: string): string =>
      `<AuthnStatement AuthnInstant="2026-11-25T11:59:00Z" SessionNotOnOrAfter="${at}"><AuthnContext></AuthnContext></AuthnStatement>`;
    const attributes = attributeStatement('<AttributeValue>a@b.example</AttributeValue>');
    const [first, second] = [authentication('2026-11-25T12:01:00Z'), authentication('2026-11-25T12:02:00Z')];
    const restriction = '<AudienceRestriction><Audience>urn:us</Audience></AudienceRestriction>';
    for (const statements of [attributes + first + second, first + attributes + second])
      for (const inside of [`<OneTimeUse></OneTimeUse>${restriction}`, `${restriction}<OneTimeUse></OneTimeUse>`]) {
        const said = read(signed({ statements, conditionsElement: `<Conditions>${inside}</Conditions>` }));
        expect(said.sessionEnds).toEqual([Date.UTC(2026, 10, 25, 12, 1), Date.UTC(2026, 10, 25, 12, 2)]);
        expect(said.attributes.map(({ values }) => values)).toEqual([['a@b.example']]);
        expect(said.conditions?.audienceRestrictions).toEqual([['urn:us']]);
      }
    const twice = `<Conditions><OneTimeUse></OneTimeUse>${restriction}<OneTimeUse></OneTimeUse></Conditions>`;
    expect(refusal(() => read(signed({ conditionsElement: twice })))).toBe('saml-elements');
    for (const elsewhere of [
      signed({ conditionsElement: `${attributes}<Conditions>${restriction}</Conditions>`, statements: first }),
      signed({ conditionsElement: `${first}<Conditions>${restriction}</Conditions>`, statements: attributes }),
    ])
      expect(refusal(() => read(elsewhere))).toBe('saml-elements');
  });

  it.each([
    ['RSA', 'sha256', 'rsa'],
    ['RSA', 'sha384', 'rsa'],
    ['RSA', 'sha512', 'rsa'],
    ['P-256', 'sha256', 'ec'],
    ['P-384', 'sha384', 'ec'],
    ['P-521', 'sha512', 'ec'],
  ] as const)('counts with a key of %s and %s', (curve, hash, type) => {
    const keys = type === 'rsa' ? RSA : generateKeyPairSync('ec', { namedCurve: curve });
    const xml = signSamlAssertion(samlAssertion({ subject: 'kim' }), { key: keys.privateKey, hash });
    expect(read(xml, {}, [keys.publicKey]).subject.value).toBe('kim');
    const other =
      type === 'rsa'
        ? generateKeyPairSync('rsa', { modulusLength: 2048 })
        : generateKeyPairSync('ec', { namedCurve: curve });
    expect(refusal(() => read(xml, {}, [other.publicKey]))).toBe('saml-signature');
    expect(read(xml, {}, [other.publicKey, keys.publicKey]).subject.value).toBe('kim');
    expect(refusal(() => read(xml, {}, []))).toBe('saml-key-for-algorithm');
  });

  it('is the same with an XML declaration and white space around it, which nobody signs', () => {
    const xml = signed({ id: '_1' });
    for (const around of [
      `<?xml version="1.0" encoding="UTF-8"?>\n${xml}\n`,
      `<?xml version='1.0' encoding='utf-8' standalone="no" ?>${xml}`,
    ])
      expect(read(around).id).toBe('_1');
  });

  it('is the same where elements have prefixes and other quotes, and attributes another order', () => {
    const xml = signed({ id: '_1', rootAttributes: 'ID="_1" IssueInstant="2026-11-25T12:00:00Z" Version="2.0"' });
    const written = xml.replace(
      'ID="_1" IssueInstant="2026-11-25T12:00:00Z"',
      "IssueInstant = '2026-11-25T12:00:00Z'\n ID='_1'",
    );
    expect(written).not.toBe(xml);
    expect(read(written).id).toBe('_1');
  });

  it('may have as many clocks’ digits as SAML allows, and no other zone', () => {
    const at = (time: string): string => `ID="_1" IssueInstant="${time}" Version="2.0"`;
    expect(read(signed({ rootAttributes: at('2026-11-25T12:00:00.123456789Z') })).issueInstant).toBe(
      Date.UTC(2026, 10, 25, 12, 0, 0, 123),
    );
    expect(read(signed({ rootAttributes: at('2026-11-25T12:00:00') })).issueInstant).toBe(Date.UTC(2026, 10, 25, 12));
    for (const bad of [
      '2026-11-25T12:00:00+01:00',
      '2026-11-31T12:00:00Z',
      '2026-11-25',
      '2026-11-25T24:00:00Z',
      '12026-11-25T12:00:00Z',
      '',
    ])
      expect(
        refusal(() => read(signed({ rootAttributes: at(bad) }))),
        bad,
      ).toBe('saml-times');
  });
});

describe('base64url', () => {
  // Lengths that leave one, two and no characters of padding.
  const texts = ['_a', '_ab', '_abc'].map((id) => samlEncoded(signed({ id })));

  it('is taken with all of its padding or none', () => {
    for (const text of texts) {
      const padded = text + '='.repeat((4 - (text.length % 4)) % 4);
      expect(readText(text).id).toBe(readText(padded).id);
    }
  });

  it.each([
    [
      'a piece of padding',
      (text: string) => `${text}=`.padEnd(text.length + ((text.length + 1) % 4 === 0 ? 5 : 1), '='),
    ],
    ['the other alphabet', (text: string) => `${text.slice(0, 8)}+/${text.slice(10)}`],
    ['a line break', (text: string) => `${text.slice(0, 76)}\n${text.slice(76)}`],
    ['a character more', (text: string) => `${text}A`.padEnd(Math.ceil((text.length + 1) / 4) * 4 + 1, 'A')],
    ['nothing', () => ''],
  ])('is refused with %s', (_what, change) => {
    for (const text of texts)
      expect(['saml-base64url', 'saml-well-formed', 'saml-around-root']).toContain(
        refusal(() => readText(change(text))),
      );
  });

  it('has one spelling for the same bytes', () => {
    const text = texts.find((one) => one.length % 4 === 2) ?? '';
    const last = text.at(-1) ?? '';
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const twin = alphabet[alphabet.indexOf(last) ^ 1];
    expect(Buffer.from(`${text.slice(0, -1)}${twin}`, 'base64url')).toEqual(Buffer.from(text, 'base64url'));
    expect(refusal(() => readText(`${text.slice(0, -1)}${twin}`))).toBe('saml-base64url');
  });

  it('is refused over its limit, unread', () => {
    expect(refusal(() => readText('A'.repeat(LIMITS.saml + 1)))).toBe('saml-size');
    expect(refusal(() => readText('A'.repeat(LIMITS.saml)))).not.toBe('saml-size');
  });
});

describe('the npm package saml', () => {
  const certificate = makeCertificateAuthority().issue().certificate;
  const options: NpmSamlOptions = {
    key: RSA.privateKey.export({ type: 'pkcs8', format: 'pem' }),
    cert: certificate,
    issuer: 'https://idp.example',
    lifetimeInSeconds: 120,
    audiences: ['https://issuer.example', 'https://other.example'],
    recipient: 'https://issuer.example/api/oauth/token',
    nameIdentifier: 'kim',
    signatureAlgorithm: 'rsa-sha256',
    digestAlgorithm: 'sha256',
  };

  it('makes assertions that are read', () => {
    const { conditions, subject } = read(npmSaml(options));
    expect(subject.value).toBe('kim');
    expect(conditions?.audienceRestrictions).toEqual([options.audiences]);
  });

  it('makes typed attributes, which are taken only where they are asked for', () => {
    const xml = npmSaml({ ...options, attributes: { mail: ['a@b.example', 'c@d.example'], vip: true } });
    expect(refusal(() => read(xml))).toBe('saml-xsi-type');
    // An honest maker's: the operator is told which setting takes them.
    expect(() => read(xml)).toThrow(
      expect.objectContaining({ expected: expect.stringContaining('assertion.typedAttributes') }),
    );
    const { attributes } = read(xml, { typedAttributes: true });
    expect(attributes.map(({ name, values }) => [name, values])).toEqual([
      ['mail', ['a@b.example', 'c@d.example']],
      ['vip', ['true']],
    ]);
  });

  it('is refused with SHA-1', () => {
    const xml = npmSaml({ ...options, signatureAlgorithm: 'rsa-sha1', digestAlgorithm: 'sha1' });
    expect(refusal(() => read(xml))).toBe('saml-signature-method');
    expect(refusal(() => read(npmSaml({ ...options, digestAlgorithm: 'sha1' })))).toBe('saml-digest-method');
  });
});
