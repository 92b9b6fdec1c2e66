import { DSIG, EXC_C14N, type QName, SAML, XENC, XENC11 } from './xml-tree.ts';

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

/** Local names of the standards: SAML core 2, XML Signature 4, XML Encryption 3, and what is written in them by mistake. */
const NAMES: ReadonlySet<string> = new Set([
  ...words(`
    Action Advice Assertion AssertionIDRef AssertionURIRef Attribute AttributeStatement AttributeValue Audience
    AudienceRestriction AuthenticatingAuthority AuthnContext AuthnContextClassRef AuthnContextDecl AuthnContextDeclRef
    AuthnStatement AuthzDecisionStatement BaseID Condition Conditions EncryptedAssertion EncryptedAttribute EncryptedID
    Evidence Extensions Issuer NameID OneTimeUse ProxyRestriction Response Statement Status Subject SubjectConfirmation
    SubjectConfirmationData SubjectLocality`),
  ...words(`
    CanonicalizationMethod DigestMethod DigestValue HMACOutputLength InclusiveNamespaces KeyInfo KeyName KeyValue Manifest
    Object Reference RetrievalMethod Signature SignatureMethod SignatureProperties SignatureValue SignedInfo Transform
    Transforms X509Certificate X509Data XPath`),
  ...words(`
    AgreementMethod CarriedKeyName CipherData CipherReference CipherValue EncryptedData EncryptedKey EncryptionMethod
    EncryptionProperties KeySize MGF OAEPparams ReferenceList`),
  ...words(`
    Address Algorithm AuthnInstant DNSName Encoding Format FriendlyName ID Id InResponseTo IssueInstant Method MimeType Name
    NameFormat NameQualifier NotBefore NotOnOrAfter PrefixList Recipient SPNameQualifier SPProvidedID SessionIndex
    SessionNotOnOrAfter Type URI Version iD id lang nil noNamespaceSchemaLocation schemaLocation space type`),
]);

const NAMESPACES: ReadonlySet<string> = new Set(['', SAML, DSIG, XENC, XENC11, EXC_C14N]);

/** What follows the last `/` or `#` of an algorithm that somebody may use; those that are taken are among them. */
const ALGORITHMS: ReadonlySet<string> = new Set(
  words(`
    sha1 sha224 sha256 sha384 sha512 md5 ripemd160 sha3-256 sha3-384 sha3-512
    rsa-sha1 rsa-sha224 rsa-sha256 rsa-sha384 rsa-sha512 rsa-md5 dsa-sha1 dsa-sha256 sha256-rsa-MGF1 sha512-rsa-MGF1
    ecdsa-sha1 ecdsa-sha224 ecdsa-sha256 ecdsa-sha384 ecdsa-sha512 eddsa-ed25519
    hmac-sha1 hmac-sha256 hmac-sha384 hmac-sha512 hmac-md5
    REC-xml-c14n-20010315 WithComments xml-c14n11 xml-exc-c14n enveloped-signature base64 REC-xpath-19991116
    REC-xslt-19991116 xmldsig-filter2
    tripledes-cbc aes128-cbc aes192-cbc aes256-cbc aes128-gcm aes192-gcm aes256-gcm
    rsa-1_5 rsa-oaep-mgf1p rsa-oaep kw-aes128 kw-aes256 ECDH-ES`),
);

/**
 * The name of an element or attribute for the log, which holds no word of a document that nobody has verified (R40): one
 * of the standards' as it is, of any other its length.
 */
export function shownName(name: QName): string {
  const end = name.lastIndexOf('}');
  const local = name.slice(end + 1);
  if (!NAMES.has(local)) return `a name of ${local.length} characters`;
  return NAMESPACES.has(name.slice(1, Math.max(end, 0))) ? local : `${local} of another namespace`;
}

/** The same of an algorithm's URI. */
export function shownAlgorithm(uri: string): string {
  const whole = uri.endsWith('#') ? uri.slice(0, -1) : uri;
  const short = whole.slice(Math.max(whole.lastIndexOf('/'), whole.lastIndexOf('#')) + 1);
  return ALGORITHMS.has(short) ? short : `an algorithm of ${uri.length} characters`;
}
