import type { Owner } from '../owner/owner.ts';

/** The claims that each scope asks for (OpenID Connect Core 5.4). */
export const CLAIMS_OF_SCOPE: ReadonlyMap<string, readonly string[]> = new Map([
  [
    'profile',
    [
      'name',
      'family_name',
      'given_name',
      'middle_name',
      'nickname',
      'preferred_username',
      'profile',
      'picture',
      'website',
      'gender',
      'birthdate',
      'zoneinfo',
      'locale',
      'updated_at',
    ],
  ],
  ['email', ['email', 'email_verified']],
  ['address', ['address']],
  ['phone', ['phone_number', 'phone_number_verified']],
]);

/** What is known of an owner, of what the granted scopes ask for; what is not known, or is none, is left out. */
export function standardClaims(owner: Owner, scope: readonly string[]): Record<string, unknown> {
  const known = claimsOf(owner);
  const claims = scope
    .flatMap((name) => CLAIMS_OF_SCOPE.get(name) ?? [])
    .map((name) => [name, (NOT_TEXT.get(name) ?? asText)(known.get(name))] as const)
    .filter(([, value]) => value !== undefined);
  return Object.fromEntries(claims);
}

/** OpenID Connect Core 5.1: a directory keeps text, and to a client the text "false" is true. */
const NOT_TEXT: ReadonlyMap<string, (value: unknown) => unknown> = new Map<string, (value: unknown) => unknown>([
  ['email_verified', asBoolean],
  ['phone_number_verified', asBoolean],
  ['updated_at', asSeconds],
  ['address', asAddress],
]);

/** A number is no text: a telephone number has lost its plus by then. */
function asText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** A list of one would be read as that one, and an object out of a file cannot be read at all. */
function wordOf(value: unknown): string {
  return typeof value === 'object' ? '' : String(value);
}

/** `TRUE` is LDAP's (RFC 4517 3.3.3), 1 a database's. */
function asBoolean(value: unknown): boolean | undefined {
  const text = wordOf(value).toLowerCase();
  if (text === 'true' || text === '1') return true;
  return text === 'false' || text === '0' ? false : undefined;
}

/** Since 1970 (5.1). */
function asSeconds(value: unknown): number | undefined {
  const text = wordOf(value);
  return /^\d{1,15}(\.\d+)?$/.test(text) ? Number(text) : undefined;
}

/** 5.1.1: text is the whole of it, as it is written on a letter. */
function asAddress(value: unknown): object | undefined {
  if (typeof value === 'string') return { formatted: value };
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
}

/** An owner's claims, with two that follow from the others where nobody has set them. */
export function claimsOf({ claims, username }: Owner): ReadonlyMap<string, unknown> {
  const given = Object.entries(claims).filter(([, value]) => value !== undefined && value !== null && value !== '');
  const known = new Map<string, unknown>(given);
  if (!known.has('preferred_username')) known.set('preferred_username', username);
  const name = [known.get('given_name'), known.get('family_name')].filter((part) => typeof part === 'string').join(' ');
  if (!known.has('name') && name !== '') known.set('name', name);
  return known;
}
