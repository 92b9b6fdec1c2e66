/** What a Bearer challenge says beside its realm (RFC 6750 3), each a text of ours or of the configuration. */
export interface BearerChallenge {
  readonly realm: string;
  readonly error?: string;
  readonly description?: string;
  readonly scope?: string;
}

/** A `WWW-Authenticate` value in the reference system's form: members in this order, a comma and a space between. */
export function bearerChallenge({ realm, error, description, scope }: BearerChallenge): string {
  const members = [
    ['realm', realm],
    ['error', error],
    ['error_description', description],
    ['scope', scope],
  ] as const;
  return `Bearer ${members
    .filter((member): member is [(typeof member)[0], string] => member[1] !== undefined)
    .map(([name, value]) => `${name}=${quoted(value)}`)
    .join(', ')}`;
}

/** RFC 7617 2, 2.1. */
export function basicChallenge(realm: string): string {
  return `Basic realm=${quoted(realm)}, charset="UTF-8"`;
}

/** RFC 9110 5.6.4. What a header cannot carry becomes a question mark, so no text can end the line or the string. */
function quoted(text: string): string {
  return `"${text.replace(/[^\x20-\x7e]/g, '?').replace(/["\\]/g, '\\$&')}"`;
}
