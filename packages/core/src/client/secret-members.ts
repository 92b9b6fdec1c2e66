import { DEFAULT_LIMITS } from '../server/defaults.ts';
import type { Instant } from '../store/brands.ts';
import type { ClientSecret, SealedSecret } from './client.ts';
import { ClientMetadataError, listMember, type Members, membersOf, textMember } from './metadata-members.ts';
import { isSealedSecret } from './sealed-secret.ts';
import { hashMachineSecret, secretHashFault } from './secret-hash.ts';

/** Two overlap while one is rotated. */
const MOST_SECRETS = 2;

export function clientSecrets(members: Members): readonly ClientSecret[] {
  const secrets = (listMember(members, 'secrets') ?? []).map(clientSecret);
  const plain = textMember(members, 'secret', '');
  if (Buffer.byteLength(plain) > DEFAULT_LIMITS.clientSecret)
    throw new ClientMetadataError('secret', `is longer than ${DEFAULT_LIMITS.clientSecret} bytes`);
  const all = plain === '' ? secrets : [{ hash: hashMachineSecret(plain) }, ...secrets];
  if (all.length > MOST_SECRETS) throw new ClientMetadataError('secrets', `has more than ${MOST_SECRETS}`);
  return all;
}

function clientSecret(input: unknown, index: number): ClientSecret {
  const where = `secrets[${index}]`;
  const members = membersOf(input, where, new Set(['hash', 'expiresAt']));
  const hash = members.get('hash');
  const fault = typeof hash === 'string' ? secretHashFault(hash) : 'is not a text';
  if (typeof hash !== 'string' || fault !== null) throw new ClientMetadataError(`${where}.hash`, fault ?? '');
  return { hash, ...end(members, where) };
}

/** Secrets that are kept to be read back; only {@link sealClientSecret} makes them. */
export function sealedSecretsOf(members: Members): readonly SealedSecret[] {
  const list = listMember(members, 'sealedSecrets') ?? [];
  if (list.length > MOST_SECRETS) throw new ClientMetadataError('sealedSecrets', `has more than ${MOST_SECRETS}`);
  return list.map((input, index) => {
    const where = `sealedSecrets[${index}]`;
    const given = membersOf(input, where, new Set(['sealed', 'expiresAt']));
    const sealed = textMember(given, 'sealed', '');
    if (!isSealedSecret(sealed)) throw new ClientMetadataError(`${where}.sealed`, 'is not what this server seals');
    return { sealed, ...end(given, where) };
  });
}

function end(members: Members, where: string): { readonly expiresAt?: Instant } {
  const expiresAt = members.get('expiresAt');
  if (expiresAt === undefined) return {};
  const instant = typeof expiresAt === 'string' ? Date.parse(expiresAt) : expiresAt;
  if (typeof instant !== 'number' || !Number.isSafeInteger(instant))
    throw new ClientMetadataError(`${where}.expiresAt`, 'is neither epoch milliseconds nor an ISO date');
  return { expiresAt: instant };
}
