import type { SamlLimits } from '@gatehouse/core';
import { decodeBase64 } from './base64.ts';
import { fault, type SamlCheck } from './fault.ts';
import { shownAlgorithm } from './known-names.ts';
import {
  attributeOf,
  childOf,
  childrenOf,
  DSIG,
  dsig,
  EXC_C14N,
  INCLUSIVE_NAMESPACES,
  theChild,
  XENC,
  type XmlElement,
} from './xml-tree.ts';

const MORE = 'http://www.w3.org/2001/04/xmldsig-more#';

export interface SignatureAlgorithm {
  readonly name: string;
  readonly hash: 'sha256' | 'sha384' | 'sha512';
  readonly keyType: 'rsa' | 'ec';
}

/** RFC 9231 2.3: SHA-2 with RSA (PKCS #1 v1.5) or ECDSA. SHA-1, MD5 and HMAC are not among them (R28). */
const SIGNATURE_ALGORITHMS: ReadonlyMap<string, SignatureAlgorithm> = new Map(
  (['sha256', 'sha384', 'sha512'] as const).flatMap((hash): [string, SignatureAlgorithm][] => [
    [`${MORE}rsa-${hash}`, { name: `rsa-${hash}`, hash, keyType: 'rsa' }],
    [`${MORE}ecdsa-${hash}`, { name: `ecdsa-${hash}`, hash, keyType: 'ec' }],
  ]),
);

const DIGESTS: ReadonlyMap<string, string> = new Map([
  [`${XENC}sha256`, 'sha256'],
  [`${MORE}sha384`, 'sha384'],
  [`${XENC}sha512`, 'sha512'],
]);

const PREFIX = /^(?:#default|[A-Za-z_][\w.-]{0,63})$/;

/** What a `SignedInfo` says, all of it accepted. */
export interface SignedInfo {
  readonly algorithm: SignatureAlgorithm;
  /** Prefixes of its own canonical form. */
  readonly prefixes: readonly string[];
  readonly digest: { readonly hash: string; readonly value: Buffer; readonly prefixes: readonly string[] };
}

/**
 * R28: one reference to the assertion's own id, the two transforms in their order, SHA-256 or stronger.
 * @throws AssertionFault
 */
export function readSignedInfo(info: XmlElement, id: string, limits: SamlLimits): SignedInfo {
  const canonicalization = theChild(info, dsig('CanonicalizationMethod'));
  requireAlgorithm('canonicalization-method', canonicalization, EXC_C14N);
  const method = attributeOf(theChild(info, dsig('SignatureMethod')), 'Algorithm') ?? '';
  const algorithm = SIGNATURE_ALGORITHMS.get(method);
  if (!algorithm) throw fault('signature-method', shownAlgorithm(method));

  const reference = theChild(info, dsig('Reference'));
  if (attributeOf(reference, 'URI') !== `#${id}`) throw fault('reference');
  const [enveloped, exclusive] = childrenOf(theChild(reference, dsig('Transforms')), dsig('Transform'));
  if (!enveloped || !exclusive) throw fault('transforms');
  requireAlgorithm('transforms', enveloped, `${DSIG}enveloped-signature`);
  requireAlgorithm('transforms', exclusive, EXC_C14N);
  if (enveloped.children.length > 0) throw fault('transforms');

  const digest = attributeOf(theChild(reference, dsig('DigestMethod')), 'Algorithm') ?? '';
  const hash = DIGESTS.get(digest);
  if (hash === undefined) throw fault('digest-method', shownAlgorithm(digest));
  const value = decodeBase64(theChild(reference, dsig('DigestValue')).text);
  if (!value) throw fault('digest-value');
  return {
    algorithm,
    prefixes: prefixesOf(canonicalization, limits),
    digest: { hash, value, prefixes: prefixesOf(exclusive, limits) },
  };
}

function requireAlgorithm(check: SamlCheck, element: XmlElement, expected: string): void {
  const got = attributeOf(element, 'Algorithm') ?? '';
  if (got !== expected) throw fault(check, shownAlgorithm(got));
}

/** Exclusive XML Canonicalization 3: names of prefixes that are treated as inclusive canonicalization would. */
function prefixesOf(element: XmlElement, limits: SamlLimits): readonly string[] {
  const list = childOf(element, INCLUSIVE_NAMESPACES);
  if (!list) return [];
  const prefixes = (attributeOf(list, 'PrefixList') ?? '').split(' ').filter((prefix) => prefix !== '');
  if (prefixes.length > limits.xmlPrefixes || !prefixes.every((prefix) => PREFIX.test(prefix)))
    throw fault('inclusive-prefixes', String(prefixes.length));
  return prefixes;
}
