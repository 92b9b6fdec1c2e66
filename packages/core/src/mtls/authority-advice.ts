import type { Instant } from '../store/brands.ts';
import { type Certificate, readableX509 } from './certificate.ts';
import { authorityFault } from './chain.ts';
import { writtenName } from './distinguished-name.ts';

/**
 * What is wrong with each of `mtls.authorities`, for whoever configures them: nobody hears of it otherwise but clients,
 * each of which is refused.
 * @param authorities base64 of the DER of each
 */
export function authorityAdvice(authorities: readonly string[], now: Instant): readonly string[] {
  return authorities.flatMap((der) => {
    const certificate = readableX509(Buffer.from(der, 'base64'));
    if (!certificate) return [`${KEY}: one of them cannot be read to its end.`];
    const fault = authorityFault(certificate, now);
    return fault === null ? [] : [`${KEY}: ${nameOf(certificate)} vouches for no client, since it ${fault}.`];
  });
}

const KEY = 'mtls.authorities';

const nameOf = ({ subject }: Certificate): string => writtenName(subject).slice(0, 256);
