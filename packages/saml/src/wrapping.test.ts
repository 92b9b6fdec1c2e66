import { samlAssertion, samlEncoded } from '@gatehouse/testkit';
import { describe, expect, it } from 'vitest';
import { read, refusal, signed } from './reading.test-support.ts';
import { NOON, samlWorld } from './saml-world.test-support.ts';

/**
 * Signature wrapping: the signed assertion goes somewhere a verifier finds it, and another one where a reader looks.
 * Every place there is, tried one after the other, from both sides.
 */

const SIGNED = signed({ id: '_signed', subject: 'kim', now: NOON });
const SIGNATURE = /<Signature .*<\/Signature>/.exec(SIGNED)?.[0] ?? '';
const UNSIGNED = SIGNED.replace(SIGNATURE, '');

/** Just behind each tag, be it an opening or a closing one: every place where an element can stand, the outside included. */
function places(xml: string): number[] {
  return [0, ...[...xml.matchAll(/>/g)].map(({ index }) => index + 1)];
}

function insertedEverywhere(host: string, guest: string): string[] {
  return places(host).map((place) => host.slice(0, place) + guest + host.slice(place));
}

const forged = (id: string): string => samlAssertion({ id, subject: 'admin', now: NOON });
/** What stands around the other assertion where it is hidden. */
const WRAPPERS: readonly ((xml: string) => string)[] = [
  (xml) => xml,
  (xml) => `<Extensions xmlns="urn:oasis:names:tc:SAML:2.0:protocol">${xml}</Extensions>`,
  (xml) => `<Advice>${xml}</Advice>`,
  (xml) => `<Object xmlns="http://www.w3.org/2000/09/xmldsig#">${xml}</Object>`,
  (xml) => `<KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#">${xml}</KeyInfo>`,
  (xml) =>
    `<AttributeStatement><Attribute Name="x"><AttributeValue>${xml}</AttributeValue></Attribute></AttributeStatement>`,
  (xml) => `<Response xmlns="urn:oasis:names:tc:SAML:2.0:protocol">${xml}</Response>`,
  (xml) => `<EncryptedAssertion xmlns="urn:oasis:names:tc:SAML:2.0:assertion">${xml}</EncryptedAssertion>`,
];

/** No forged value comes out, and no assertion in which one of them stands is taken. */
function expectAllRefused(documents: readonly string[]): void {
  for (const xml of documents)
    expect(
      refusal(() => read(xml)),
      xml,
    ).toMatch(/^saml-/);
}

describe('[SEC-103] a second assertion around a validly signed one', () => {
  it('starts from one that is taken, and another that is not', () => {
    expect(read(SIGNED).subject.value).toBe('kim');
    expect(refusal(() => read(forged('_forged')))).toBe('saml-one-signature');
  });

  describe.each(['_forged', '_signed'])('the forged one with the id %s', (id) => {
    it.each(WRAPPERS.map((wrap) => [wrap('…'), wrap] as const))('inside the signed one, as %s', (_name, wrap) => {
      expectAllRefused(insertedEverywhere(SIGNED, wrap(forged(id))));
    });

    it.each(WRAPPERS.map((wrap) => [wrap('…'), wrap] as const))(
      'around the signed one, which is there as %s',
      (_name, wrap) => {
        expectAllRefused(insertedEverywhere(forged(id), wrap(SIGNED)));
      },
    );

    it.each(WRAPPERS.map((wrap) => [wrap('…'), wrap] as const))(
      'with the signature of the other, which is there as %s',
      (_name, wrap) => {
        const withSignature = forged(id).replace('</Issuer>', `</Issuer>${SIGNATURE}`);
        expectAllRefused([
          withSignature,
          ...insertedEverywhere(withSignature, wrap(UNSIGNED)),
          ...insertedEverywhere(withSignature, wrap(SIGNED)),
        ]);
      },
    );

    it('with the signature at every place, and the other inside of it', () => {
      const inside = SIGNATURE.replace('</Signature>', `<Object>${UNSIGNED}</Object></Signature>`);
      expectAllRefused(insertedEverywhere(forged(id), SIGNATURE));
      expectAllRefused(insertedEverywhere(forged(id), inside));
    });
  });

  it('the signature moved to every other place of its own assertion', () => {
    const taken = insertedEverywhere(UNSIGNED, SIGNATURE).filter((xml) => refusal(() => read(xml)) === 'accepted');
    expect(taken).toEqual([SIGNED]);
  });

  it('at the token endpoint each is answered invalid_grant, and the log says why', async () => {
    const world = samlWorld({
      hooks: { mapAssertedSubject: ({ subject }) => (subject?.value === 'kim' ? 'sampleuser' : 'locked') },
    });
    const withSignature = forged('_signed').replace('</Issuer>', `</Issuer>${SIGNATURE}`);
    const documents = [
      ...insertedEverywhere(SIGNED, forged('_forged')),
      ...insertedEverywhere(forged('_forged'), SIGNED),
      ...insertedEverywhere(withSignature, UNSIGNED),
    ];
    for (const xml of documents) expect(await world.refusedBy(samlEncoded(xml)), xml).toMatch(/^saml-/);
    expect(world.refusals).toHaveLength(documents.length);
    // None of them has used up what it was made from.
    expect(await world.refusedBy(samlEncoded(SIGNED))).toBe('accepted');
  });

  it('each of its parts a second time, and each left out', () => {
    const parts = [
      ...SIGNED.matchAll(/<(Issuer|Subject|NameID|Conditions|Audience|AudienceRestriction)[ >].*?<\/\1>/g),
    ].map(([part]) => part);
    expect(parts).not.toEqual([]);
    for (const part of parts) {
      expect(refusal(() => read(SIGNED.replace(part, '')))).toMatch(/^saml-/);
      expectAllRefused(insertedEverywhere(SIGNED, part.replace('kim', 'admin')));
    }
  });
});
