import type { Settings } from '../server/config.ts';
import type { Instant } from '../store/brands.ts';
import { AssertionFault } from './assertion-fault.ts';
import type { KeyMaterial } from './key-material.ts';

/** Milliseconds; what an assertion says about its own life. */
export interface AssertedTimes {
  /** `exp`, or the earliest NotOnOrAfter that counts. */
  readonly notOnOrAfter: Instant;
  /** `nbf`, or the latest NotBefore. */
  readonly notBefore?: Instant | undefined;
  /** `iat`, or IssueInstant. */
  readonly issuedAt?: Instant | undefined;
}

/** How far clocks may differ and how long an assertion may go on, in milliseconds. */
export interface TimeRules {
  readonly skew: number;
  readonly cap: number;
}

/** Seconds by which clocks of issuers may differ, where no setting says otherwise: none under `compat: axway` (AX-99). */
const DEFAULT_SKEW: Readonly<Record<Settings['compat'], number>> = { none: 5, axway: 0 };

/** `skewSeconds`: a setting of its own kind (`assertion.clockSkewSeconds`, `assertion.driftSeconds`); null: the default. */
export function timeRules(
  settings: Pick<Settings, 'assertion' | 'compat'>,
  skewSeconds: number | null,
  { assertionMaxSeconds }: Pick<KeyMaterial, 'assertionMaxSeconds'>,
): TimeRules {
  const cap = assertionMaxSeconds ?? settings.assertion.maxSeconds;
  return { skew: (skewSeconds ?? DEFAULT_SKEW[settings.compat]) * 1000, cap: cap * 1000 };
}

/**
 * RFC 7523 3 (4 to 6), RFC 7522 3 (5, 6): begun, not over, and over soon, so that its use can be remembered (R26).
 * @throws AssertionFault saying by how much, for clocks that differ are the commonest reason
 */
export function requireTimes(
  { issuedAt, notBefore, notOnOrAfter }: AssertedTimes,
  now: Instant,
  rules: TimeRules,
): void {
  const { cap, skew } = rules;
  const within = withinSkew(skew);
  requireNotOver(notOnOrAfter, now, skew);
  if (notOnOrAfter > now + cap + skew)
    throw new AssertionFault(
      'assertion-life',
      `over within ${cap / 1000} s, by assertionMaxSeconds of who made it or else assertion.maxSeconds`,
      `over in ${Math.min(notOnOrAfter - now, Number.MAX_SAFE_INTEGER)} ms`,
    );
  if (notBefore !== undefined && notBefore > now + skew)
    throw new AssertionFault('assertion-begun', within, `${notBefore - now} ms early`);
  if (issuedAt !== undefined && issuedAt > now + skew)
    throw new AssertionFault('assertion-issued', within, `${issuedAt - now} ms early`);
}

/** @throws AssertionFault */
export function requireNotOver(notOnOrAfter: Instant, now: Instant, skew: number): void {
  if (now >= notOnOrAfter + skew)
    throw new AssertionFault('assertion-not-over', withinSkew(skew), `over for ${now - notOnOrAfter} ms`);
}

function withinSkew(skew: number): string {
  return `a clock at most ${skew} ms off`;
}
