import type { ClientDirectory } from '@gatehouse/core';

/** A sentence for each client in the store whose id has become a trusted issuer's name: nobody could say which of the two speaks. */
export async function namedAsIssuers(
  stored: ClientDirectory | null,
  issuers: Iterable<string>,
): Promise<readonly string[]> {
  const found: string[] = [];
  if (!stored) return found;
  for (const issuer of issuers)
    if (await stored.find(issuer))
      found.push(
        `The client ${JSON.stringify(issuer)} in the store has the name of a trusted issuer: name the issuer otherwise in trustedIssuers, or remove the client by \`gatehouse client remove\`.`,
      );
  return found;
}
