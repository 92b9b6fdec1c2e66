import type { Instant } from '../store/brands.ts';
import type { Certificate } from './certificate.ts';

/** What was wrong, and what would have been right: for the operator. */
export interface ChainFault {
  readonly check: string;
  readonly expected: string;
}

const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
const ANY_USAGE = '2.5.29.37.0';
const LONGEST = 6;
/** Certificates that are brought along and looked at; more are left out. */
const MOST_BROUGHT = 10;
/** Signatures that one request may have checked (R41): certificates of one key and name make paths without end. */
const MOST_SIGNATURES = 24;

/**
 * RFC 5280 6, as far as it decides here: from the client's certificate, over those that it brought, to an anchor that is
 * configured. Built by ourselves, so that it is the same behind a proxy. Null: it holds.
 */
export function chainFault(
  leaf: Certificate,
  brought: readonly Certificate[],
  anchors: readonly Certificate[],
  now: Instant,
): ChainFault | null {
  const own = leafFault(leaf, now);
  if (own) return own;
  const candidates = brought.slice(0, MOST_BROUGHT);
  return reaches(leaf, candidates, { anchors, now, left: MOST_SIGNATURES }, 0)
    ? null
    : { check: 'certificate-chain', expected: 'a chain to one of mtls.authorities, each link in force' };
}

function leafFault(leaf: Certificate, now: Instant): ChainFault | null {
  if (!inForce(leaf, now)) return { check: 'certificate-in-force', expected: 'a certificate that is in force now' };
  if (leaf.unknownCritical !== null)
    return {
      check: 'certificate-critical',
      expected: `no extension that is not understood here; it has ${leaf.unknownCritical}`,
    };
  if (!leaf.soundKey) return { check: 'certificate-key', expected: 'an RSA key of 2048 bits or more, or another kind' };
  const { extendedUsage, keyUsage } = leaf;
  if (extendedUsage && !extendedUsage.includes(CLIENT_AUTH) && !extendedUsage.includes(ANY_USAGE))
    return { check: 'certificate-usage', expected: 'clientAuth among its extended key usages' };
  if (keyUsage && !keyUsage.digitalSignature)
    return { check: 'certificate-usage', expected: 'digitalSignature among its key usages' };
  return null;
}

interface Search {
  readonly anchors: readonly Certificate[];
  readonly now: Instant;
  /** Signatures that may still be checked. */
  left: number;
}

function reaches(certificate: Certificate, brought: readonly Certificate[], search: Search, below: number): boolean {
  if (search.anchors.some((anchor) => same(anchor, certificate) || issued(anchor, certificate, search, below)))
    return true;
  if (below >= LONGEST) return false;
  return brought.some(
    (next) =>
      next !== certificate &&
      issued(next, certificate, search, below) &&
      reaches(
        next,
        brought.filter((one) => one !== next),
        search,
        below + 1,
      ),
  );
}

/** @param below certificates of authorities between it and the client's */
function issued(issuer: Certificate, subject: Certificate, search: Search, below: number): boolean {
  if (authorityFault(issuer, search.now) !== null) return false;
  if (!issuer.authority || issuer.authority.pathLength < below || !subject.signedSoundly) return false;
  try {
    if (!subject.x509.checkIssued(issuer.x509)) return false;
    search.left -= 1;
    return search.left >= 0 && subject.x509.verify(issuer.x509.publicKey);
  } catch {
    return false;
  }
}

/** Why an authority can vouch for nobody, as the end of a sentence; null: it can. */
export function authorityFault(certificate: Certificate, now: Instant): string | null {
  const { authority, keyUsage, extendedUsage, soundKey, unknownCritical } = certificate;
  if (!authority) return 'is no authority: it lacks CA:TRUE';
  if (unknownCritical !== null) return `has the extension ${unknownCritical}, which is not understood here`;
  if (keyUsage && !keyUsage.signsCertificates) return 'may not sign certificates: it lacks keyCertSign';
  // RFC 5280 4.2.1.12 of an authority: what it may issue for, where it says so at all.
  if (extendedUsage && ![CLIENT_AUTH, ANY_USAGE].some((usage) => extendedUsage.includes(usage)))
    return 'may not issue for clients: it lacks clientAuth';
  if (!inForce(certificate, now)) return 'is not in force now';
  return soundKey ? null : 'has an RSA key below 2048 bits';
}

/** An anchor may be the client's certificate itself: then somebody configured just that. */
function same(anchor: Certificate, certificate: Certificate): boolean {
  return anchor.thumbprint === certificate.thumbprint;
}

function inForce({ notAfter, notBefore }: Certificate, now: Instant): boolean {
  return notBefore <= now && now <= notAfter;
}
