import { hash, type KeyObject, sign } from 'node:crypto';

/** What a test wants to be said; everything else is right. */
export interface SamlParts {
  readonly id?: string;
  readonly issuer?: string;
  readonly subject?: string;
  readonly format?: string;
  readonly audience?: string;
  readonly recipient?: string;
  /** Epoch milliseconds; default: the machine's time. */
  readonly now?: number;
  readonly lifeSeconds?: number;
  /** In place of the element of that name, canonical XML; empty: without it. */
  readonly subjectElement?: string;
  readonly conditionsElement?: string;
  /** At the end of the assertion. */
  readonly statements?: string;
  /** Attributes of the root, in place of the three there are. */
  readonly rootAttributes?: string;
}

const SAML = 'urn:oasis:names:tc:SAML:2.0:assertion';
const DSIG = 'http://www.w3.org/2000/09/xmldsig#';
const EXC_C14N = 'http://www.w3.org/2001/10/xml-exc-c14n#';
export const BEARER = 'urn:oasis:names:tc:SAML:2.0:cm:bearer';

export const samlTime = (at: number): string => new Date(at).toISOString();

/** An assertion that is its own canonical form, so that what a test signs is what it wrote. */
export function samlAssertion(parts: SamlParts = {}): string {
  const now = parts.now ?? Date.now();
  const end = samlTime(now + (parts.lifeSeconds ?? 120) * 1000);
  const {
    id = `_${crypto.randomUUID()}`,
    issuer = 'https://idp.example',
    subject = 'sampleuser',
    audience = 'https://issuer.example',
    recipient = 'https://issuer.example/api/oauth/token',
    rootAttributes = `ID="${id}" IssueInstant="${samlTime(now)}" Version="2.0"`,
    subjectElement = `<Subject><NameID${parts.format === undefined ? '' : ` Format="${parts.format}"`}>${subject}</NameID><SubjectConfirmation Method="${BEARER}"><SubjectConfirmationData NotOnOrAfter="${end}" Recipient="${recipient}"></SubjectConfirmationData></SubjectConfirmation></Subject>`,
    conditionsElement = `<Conditions NotBefore="${samlTime(now)}" NotOnOrAfter="${end}"><AudienceRestriction><Audience>${audience}</Audience></AudienceRestriction></Conditions>`,
    statements = '',
  } = parts;
  return `<Assertion xmlns="${SAML}" ${rootAttributes}><Issuer>${issuer}</Issuer>${subjectElement}${conditionsElement}${statements}</Assertion>`;
}

export interface SamlSigning {
  readonly key: KeyObject;
  readonly hash?: 'sha1' | 'sha256' | 'sha384' | 'sha512';
  /** What is digested, where that is not what is sent. */
  readonly digested?: string;
  /** Changes `SignedInfo` before it is signed. */
  readonly signedInfo?: (canonical: string) => string;
  /** In place of `KeyInfo`, which is left out. */
  readonly keyInfo?: string;
  /** Put inside `Signature`, at its end. */
  readonly extra?: string;
}

/** The signature over an assertion: a `Signature` element. */
export function samlSignature(canonical: string, signing: SamlSigning): string {
  const { hash: name = 'sha256', key } = signing;
  const id = /\bID="([^"]*)"/.exec(canonical)?.[1] ?? '';
  const kind = key.asymmetricKeyType === 'ec' ? 'ecdsa' : 'rsa';
  const more = 'http://www.w3.org/2001/04/xmldsig-more#';
  const method = name === 'sha1' ? `${DSIG}rsa-sha1` : `${more}${kind}-${name}`;
  const digests = { sha1: `${DSIG}sha1`, sha384: `${more}sha384` } as Record<string, string>;
  const digestMethod = digests[name] ?? `http://www.w3.org/2001/04/xmlenc#${name}`;
  const digest = hash(name, signing.digested ?? canonical, 'base64');
  const transforms = [`${DSIG}enveloped-signature`, EXC_C14N]
    .map((algorithm) => `<Transform Algorithm="${algorithm}"></Transform>`)
    .join('');
  const plain = `<SignedInfo xmlns="${DSIG}"><CanonicalizationMethod Algorithm="${EXC_C14N}"></CanonicalizationMethod><SignatureMethod Algorithm="${method}"></SignatureMethod><Reference URI="#${id}"><Transforms>${transforms}</Transforms><DigestMethod Algorithm="${digestMethod}"></DigestMethod><DigestValue>${digest}</DigestValue></Reference></SignedInfo>`;
  const info = signing.signedInfo?.(plain) ?? plain;
  const value = sign(name, Buffer.from(info), kind === 'ecdsa' ? { key, dsaEncoding: 'ieee-p1363' } : key);
  return `<Signature xmlns="${DSIG}">${info}<SignatureValue>${value.toString('base64')}</SignatureValue>${signing.keyInfo ?? ''}${signing.extra ?? ''}</Signature>`;
}

/** The assertion with its signature where the schema has it, behind the issuer. */
export function signSamlAssertion(canonical: string, signing: SamlSigning): string {
  return canonical.replace('</Issuer>', `</Issuer>${samlSignature(canonical, signing)}`);
}

/** As it is sent. */
export function samlEncoded(xml: string): string {
  return Buffer.from(xml).toString('base64url');
}
