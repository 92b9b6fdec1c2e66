import type { Client } from '../client/client.ts';
import type { TrustedIssuer } from './trusted-issuer.ts';
import type { AssertedSubject } from './verified-assertion.ts';

export interface SpeakerQuestion {
  readonly issuer: string;
  readonly subject: AssertedSubject | null;
  /** Who asks for the token: authenticated, or the public client that was named. */
  readonly client: Pick<Client, 'id' | 'type' | 'mayAssertOwners'>;
  /** The entry of that issuer, if it has one. */
  readonly trusted: Pick<TrustedIssuer, 'clients'> | null;
}

/** In whose name a token may be issued for an assertion. */
export type Speaker =
  /** The client's own. */
  | { readonly for: 'client' }
  /** An owner of this server, by the subject. */
  | { readonly for: 'owner'; readonly subject: string }
  /** Whomever the deployment's mapping makes of a foreign subject. */
  | { readonly for: 'mapped'; readonly subject: AssertedSubject }
  | { readonly for: 'nobody'; readonly check: string; readonly expected: string };

/**
 * Who may speak for whom, for every kind of assertion. A client speaks for itself, and for owners only where its
 * registration says so (SEC-125); a trusted issuer speaks for its own subjects, through a client that may bring them.
 */
export function whoSpeaks({ client, issuer, subject, trusted }: SpeakerQuestion): Speaker {
  if (trusted) {
    const listed = trusted.clients?.includes(client.id) ?? client.type === 'confidential';
    if (!listed) return nobody('assertion-client-of-issuer', 'a client that may bring assertions of this issuer');
    return subject === null ? nobody('assertion-subject-present', 'a subject') : { for: 'mapped', subject };
  }
  // RFC 7523 3, RFC 7522 3: the issuer is who signed it; another client's assertion proves nothing about this one.
  if (issuer !== client.id) return nobody('assertion-issuer-is-client', 'the client’s own id, or a trusted issuer');
  if (client.type === 'public') return nobody('assertion-client-confidential', 'a confidential client');
  if (subject === null || subject.value === client.id) return { for: 'client' };
  return client.mayAssertOwners
    ? { for: 'owner', subject: subject.value }
    : nobody('assertion-may-assert-owners', 'the client itself as the subject, or mayAssertOwners');
}

function nobody(check: string, expected: string): Speaker {
  return { for: 'nobody', check, expected };
}
