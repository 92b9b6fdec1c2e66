import { ClientMetadataError, type Members, membersOf, textMember, textsMember } from '../client/metadata-members.ts';
import { isScopeToken } from '../oauth/scope.ts';
import { hasKeys, KEY_MEMBERS, keyMembers } from './key-members.ts';
import type { TrustedIssuer } from './trusted-issuer.ts';

const MEMBERS: ReadonlySet<string> = new Set(['issuer', 'clients', 'audience', 'scopes', ...KEY_MEMBERS]);
/** A space of replay entries is named after it (STORE_LIMITS.name). */
const LONGEST_NAME = 1_024;

/** What is wrong with the entry of a trusted issuer: the member, and what about it. */
export class TrustedIssuerError extends Error {
  override readonly name = 'TrustedIssuerError';
  readonly member: string;
  readonly fault: string;

  constructor(member: string, fault: string) {
    super(`The member ${member} of the trusted issuer ${fault}.`);
    this.member = member;
    this.fault = fault;
  }
}

/** The entry of a trusted issuer as the configuration says it. @throws TrustedIssuerError naming the member */
export function validateTrustedIssuer(input: unknown): TrustedIssuer {
  try {
    const members = membersOf(input, 'itself', MEMBERS);
    const issuer = textMember(members, 'issuer', '');
    if (issuer === '' || Buffer.byteLength(issuer) > LONGEST_NAME)
      throw new ClientMetadataError('issuer', `is not a text of 1 to ${LONGEST_NAME} bytes`);
    const keys = keyMembers(members);
    if (!hasKeys(keys)) throw new ClientMetadataError('jwks', 'is missing, and so are jwksUri and certificates');
    return {
      issuer,
      clients: listOrAll(members, 'clients', (id) => (id === '' ? 'is empty' : null)),
      audience: textsMember(members, 'audience', [], (text) => (text === '' ? 'is empty' : null)),
      scopes: listOrAll(members, 'scopes', (scope) => (isScopeToken(scope) ? null : 'is no scope')),
      ...keys,
    };
  } catch (error) {
    throw error instanceof ClientMetadataError ? new TrustedIssuerError(error.member, error.fault) : error;
  }
}

/** Null: not narrowed. An empty list narrows to nothing. */
function listOrAll(members: Members, name: string, fault: (text: string) => string | null): readonly string[] | null {
  return (members.get(name) ?? null) === null ? null : textsMember(members, name, [], fault);
}
