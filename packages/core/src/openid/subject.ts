import { createHash } from 'node:crypto';
import { compileSelector } from '../selectors/selector.ts';
import type { SelectorSources } from '../selectors/sources.ts';
import type { Settings } from '../server/config.ts';

const HASHED = 'sha256:';
const ASCII = /^[\x20-\x7e]{1,255}$/;

/**
 * The `sub` of an owner: the same in the ID token and at UserInfo, which a client compares (OpenID Connect Core 5.3.2). It
 * has 255 ASCII characters at most (2), so a subject that is anything else is known to clients by its hash.
 * @throws Error where the setting leads to nothing
 */
export function subjectOf({ idToken }: Pick<Settings, 'idToken'>, sources: SelectorSources): string {
  const subject = compileSelector(idToken.subject).resolve(sources);
  if (subject === '') throw new Error('The setting idToken.subject leads to nothing.');
  if (ASCII.test(subject) && !subject.startsWith(HASHED)) return subject;
  return HASHED + createHash('sha256').update(subject).digest('base64url');
}

/** The `iss` of an ID token: the server's own, but where the setting says otherwise (AX-147). */
export function issuerOf({ idToken, issuer }: Pick<Settings, 'idToken' | 'issuer'>, sources: SelectorSources): string {
  return idToken.issuer === '' ? issuer : compileSelector(idToken.issuer).resolve(sources);
}
