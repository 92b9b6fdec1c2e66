import type { TlsClientAuth } from '../client/client.ts';
import { ClientMetadataError, type Members, membersOf, textMember } from '../client/metadata-members.ts';
import { addressBytes } from './client-certificate.ts';
import { parseName } from './distinguished-name.ts';

/** What each member has to be. */
const FAULTS: Readonly<Record<keyof TlsClientAuth, (text: string) => string | null>> = {
  subjectDn: (text) => (parseName(text) ? null : 'is no distinguished name (RFC 4514)'),
  sanDns: (text) =>
    /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/.test(text) ? null : 'is no name of a host; there is no wildcard',
  sanUri: (text) => (URL.canParse(text) ? null : 'is no URI'),
  sanIp: (text) => (addressBytes(text) === null ? 'is no address' : null),
  sanEmail: (text) => (/^[^@\s]+@[^@\s]+$/.test(text) ? null : 'is no mail address'),
};
const NAMES = Object.keys(FAULTS) as (keyof TlsClientAuth)[];

/** RFC 8705 2.1.2: exactly one of the five. @throws ClientMetadataError */
export function tlsClientAuthOf(members: Members): TlsClientAuth | null {
  const given = members.get('tlsClientAuth');
  if (given === undefined || given === null) return null;
  const own = membersOf(given, 'tlsClientAuth', new Set(NAMES));
  const [name, ...more] = NAMES.filter((one) => own.has(one));
  if (!name || more.length > 0)
    throw new ClientMetadataError('tlsClientAuth', `has not exactly one of ${NAMES.join(', ')}`);
  const text = textMember(own, name, '');
  const fault = FAULTS[name](text);
  if (fault !== null) throw new ClientMetadataError(`tlsClientAuth.${name}`, fault);
  return { [name]: text };
}
