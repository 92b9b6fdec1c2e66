import {
  ClientMetadataError,
  listMember,
  type Members,
  membersOf,
  textMember,
  textsMember,
} from '../client/metadata-members.ts';
import { DEFAULT_LIMITS } from '../server/defaults.ts';
import type { JwkSet, KeyMaterial } from './key-material.ts';
import { jwkFault, readCertificate, SIGNATURE_ALGORITHMS } from './verification-key.ts';

/** The members that a client and a trusted issuer have in common: whose signature counts. */
export const KEY_MEMBERS: readonly string[] = [
  'jwks',
  'jwksUri',
  'certificates',
  'assertionAlgorithms',
  'assertionMaxSeconds',
];

const JWKS_MEMBERS: ReadonlySet<string> = new Set(['keys']);
const MOST_CERTIFICATES = 10;
const LONGEST_URL = 2_048;

/** Judges them. @throws ClientMetadataError naming the member */
export function keyMembers(members: Members): KeyMaterial {
  const jwks = jwkSet(members);
  const jwksUri = jwksUrl(members);
  // RFC 7591 2: the two MUST NOT be there together, for nobody could say which counts.
  if (jwks && jwksUri !== null) throw new ClientMetadataError('jwksUri', 'is there beside jwks; keep one of them');
  const certificates = textsMember(members, 'certificates', [], (text) => {
    const read = readCertificate(text);
    return typeof read === 'string' ? read : null;
  }).flatMap((text) => {
    const read = readCertificate(text);
    return typeof read === 'string' ? [] : [read.der];
  });
  if (certificates.length > MOST_CERTIFICATES)
    throw new ClientMetadataError('certificates', `has more than ${MOST_CERTIFICATES} entries`);
  return {
    jwks,
    jwksUri,
    certificates: [...new Set(certificates)],
    assertionAlgorithms: textsMember(members, 'assertionAlgorithms', [], (name) =>
      SIGNATURE_ALGORITHMS.includes(name) ? null : `is none of ${SIGNATURE_ALGORITHMS.join(', ')}`,
    ),
    assertionMaxSeconds: maxSeconds(members),
  };
}

/** Whether there is any key at all. */
export function hasKeys({ certificates, jwks, jwksUri }: KeyMaterial): boolean {
  return certificates.length > 0 || jwks !== null || jwksUri !== null;
}

function jwkSet(members: Members): JwkSet | null {
  const given = members.get('jwks');
  if (given === undefined || given === null) return null;
  const keys = listMember(membersOf(given, 'jwks', JWKS_MEMBERS), 'keys') ?? [];
  if (keys.length === 0 || keys.length > DEFAULT_LIMITS.jwksKeys)
    throw new ClientMetadataError('jwks.keys', `has not 1 to ${DEFAULT_LIMITS.jwksKeys} keys`);
  return {
    keys: keys.map((key, i) => {
      const fault = jwkFault(key);
      if (fault !== null) throw new ClientMetadataError(`jwks.keys[${i}]`, fault);
      return { ...(key as object) };
    }),
  };
}

function jwksUrl(members: Members): string | null {
  const given = members.get('jwksUri');
  if (given === undefined || given === null) return null;
  const text = textMember(members, 'jwksUri', '');
  // SEC-51: judged on the text as it is, before a parser makes something nicer of it.
  if (!/^https:\/\/[!-~]+$/.test(text) || /[@#\\]/.test(text) || text.length > LONGEST_URL || !URL.canParse(text))
    throw new ClientMetadataError('jwksUri', 'is no https URL without user, fragment and backslash');
  return text;
}

function maxSeconds(members: Members): number | null {
  const value = members.get('assertionMaxSeconds') ?? null;
  if (value !== null && !(Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 3_600))
    throw new ClientMetadataError('assertionMaxSeconds', 'is no whole number of seconds from 1 to 3600');
  return value as number | null;
}
