import { takesAssertions } from '../server/offered-settings.ts';
import type { ClientId } from '../store/brands.ts';
import type { Client } from './client.ts';
import { ClientMetadataError } from './metadata-members.ts';
import { validateClient } from './validate-client.ts';

/** Whose word a registration is: an administrator's, a file's that another system wrote, or the client's own. */
export type RegisteredBy = 'administrator' | 'import' | 'itself';

interface RegistrationTerms {
  readonly by: RegisteredBy;
  /** Ids that no client may have: names of trusted issuers (SEC-126). */
  readonly reserved?: { has(id: ClientId): boolean } | undefined;
  readonly compat?: 'none' | 'axway' | undefined;
}

interface Term {
  readonly member: string;
  readonly fault: string;
  broken(client: Client, terms: RegistrationTerms): boolean;
}

/** What depends on who registers, beside what every client has to be. */
const TERMS: readonly Term[] = [
  {
    member: 'id',
    fault: 'is the name of a trusted issuer',
    broken: ({ id }, { reserved }) => reserved?.has(id) === true,
  },
  {
    // SEC-125: whoever may register would else make up the subjects of his tokens.
    member: 'grantTypes',
    fault: 'has a grant by assertion, which only an administrator gives',
    broken: ({ grantTypes }, { by }) => by === 'itself' && grantTypes.some(takesAssertions),
  },
  {
    member: 'mayAssertOwners',
    fault: 'is on, which only an administrator says',
    broken: ({ mayAssertOwners }, { by }) => by === 'itself' && mayAssertOwners,
  },
];

/**
 * The one way for a client into the store: new, changed or imported, it is judged as a whole and on the terms of whoever
 * registers it (R39).
 * @throws ClientMetadataError naming the member
 */
export function judgeRegistration(input: unknown, terms: RegistrationTerms): Client {
  const client = asImported(input, validateClient(input), terms);
  for (const term of TERMS) if (term.broken(client, terms)) throw new ClientMetadataError(term.member, term.fault);
  return client;
}

/** In the reference system a client's assertion names the owner: its clients come with that, where they say nothing else. */
function asImported(input: unknown, client: Client, { by, compat }: RegistrationTerms): Client {
  const silent = !Object.hasOwn(input as object, 'mayAssertOwners');
  return by === 'import' && compat === 'axway' && silent && client.type === 'confidential'
    ? { ...client, mayAssertOwners: true }
    : client;
}
