import { AssertionFault, type AssertionWitness } from '../assertions/assertion-fault.ts';
import { requireTimes, type TimeRules } from '../assertions/assertion-times.ts';
import type { Instant } from '../store/brands.ts';
import type { SamlAssertion, SamlConditions, SamlConfirmation } from './saml-assertion.ts';

const BEARER = 'urn:oasis:names:tc:SAML:2.0:cm:bearer';

/** What an assertion has to name, and with which clock it is judged. */
export interface SamlExpectations {
  /** Names of this server; each audience restriction has one of them. */
  readonly audiences: readonly string[];
  /** URLs of which a bearer confirmation names one. */
  readonly recipients: readonly string[];
  readonly times: TimeRules;
}

/**
 * RFC 7522 3, on what was signed. Texts are equal or they are not (AX-101).
 * @returns the last instant at which it could be taken, skew not counted
 * @throws AssertionFault
 */
export function judgeSaml(
  assertion: SamlAssertion,
  { audiences, recipients, times }: SamlExpectations,
  now: Instant,
  passed: AssertionWitness,
): Instant {
  const { confirmations, issueInstant, sessionEnds } = assertion;
  const conditions = requireAudience(assertion.conditions, audiences);
  passed('saml-audience', 'named by every restriction');

  // It answers a question that this server did not ask: RFC 7522 knows no such exchange.
  if (confirmations.some(({ inResponseTo }) => inResponseTo !== null))
    throw new AssertionFault('saml-in-response-to', 'a confirmation without InResponseTo');
  const usable = requireRecipient(confirmations, recipients);
  passed('saml-recipient', usable[0]?.recipient ?? '');

  const endOf = ({ notOnOrAfter }: SamlConfirmation): Instant => {
    const ends = [notOnOrAfter, conditions.notOnOrAfter].filter((end) => end !== null);
    // RFC 7522 3 (4): somewhere it says when it ends.
    if (ends.length === 0) throw new AssertionFault('saml-end', 'NotOnOrAfter in the conditions or the confirmation');
    return Math.min(...ends, ...sessionEnds);
  };
  const notOnOrAfter = Math.max(...usable.map(endOf));
  requireTimes({ notOnOrAfter, notBefore: conditions.notBefore ?? undefined, issuedAt: issueInstant }, now, times);
  passed('saml-conditions', `good for another ${Math.ceil((notOnOrAfter - now) / 1000)} s`);
  requireOne(usable, (one) =>
    requireTimes({ notOnOrAfter: endOf(one), notBefore: one.notBefore ?? undefined }, now, times),
  );
  passed('saml-confirmation', 'a bearer may bring it now');
  return notOnOrAfter;
}

/** RFC 7522 3 (2), SAML core 2.5.1.4: each restriction counts, and within one restriction any of its audiences. */
function requireAudience(conditions: SamlConditions | null, audiences: readonly string[]): SamlConditions {
  const expected = `one of ${audiences.join(', ')}, in every restriction`;
  if (!conditions || conditions.audienceRestrictions.length === 0)
    throw new AssertionFault('saml-audience', expected, 'no restriction');
  const strange = conditions.audienceRestrictions.find((names) => !names.some((name) => audiences.includes(name)));
  if (strange) throw new AssertionFault('saml-audience', expected, strange.join(', ').slice(0, 256));
  return conditions;
}

/** RFC 7522 3 (4): of several confirmations one is enough. */
function requireRecipient(
  confirmations: readonly SamlConfirmation[],
  recipients: readonly string[],
): readonly SamlConfirmation[] {
  const bearers = confirmations.filter(({ method }) => method === BEARER);
  if (bearers.length === 0) throw new AssertionFault('saml-bearer', 'a confirmation of the method bearer', 'none');
  const usable = bearers.filter(({ recipient }) => recipient !== null && recipients.includes(recipient));
  if (usable.length > 0) return usable;
  const named = bearers.map(({ recipient }) => recipient ?? 'no recipient').join(', ');
  throw new AssertionFault('saml-recipient', `one of ${recipients.join(', ')}`, named.slice(0, 256));
}

/** @throws what the last of them threw, where each threw */
function requireOne<T>(items: readonly T[], holds: (item: T) => void): void {
  let thrown: unknown;
  for (const item of items) {
    try {
      holds(item);
      return;
    } catch (error) {
      thrown = error;
    }
  }
  throw thrown;
}
