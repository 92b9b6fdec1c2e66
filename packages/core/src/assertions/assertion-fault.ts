import { type FailedCheck, OAuthError } from '../oauth/errors.ts';

/** Why an assertion is refused, before anybody has said whether it was a grant or proved a client. For the operator. */
export class AssertionFault extends Error {
  override readonly name = 'AssertionFault';
  /** Stable, kebab-case: `assertion-audience`. */
  readonly check: string;
  /** A description of what would have been right; never a text of the assertion. */
  readonly expected: string;
  /** What was found instead: a number, a word of ours, or a text that was verified; never a secret. */
  readonly got: string | undefined;

  constructor(check: string, expected: string, got?: string) {
    super(`${check}: expected ${expected}${got === undefined ? '' : `, got ${got}`}`);
    this.check = check;
    this.expected = expected;
    this.got = got;
  }
}

/** Told of each check that an assertion passes, in order: what `gatehouse check assertion` prints. */
export type AssertionWitness = (check: string, found: string) => void;

/** RFC 7521 4.1.1: one answer for every reason; the reason is the operator's. Anything but a fault stays what it is. */
export function asInvalidGrant(thrown: unknown): unknown {
  if (!(thrown instanceof AssertionFault)) return thrown;
  return new OAuthError(
    'invalid_grant',
    'The assertion is invalid, expired, used before or not for this server.',
    failedCheck(thrown),
  );
}

/** What the operator is told of it. */
export function failedCheck({ check, expected, got }: AssertionFault): FailedCheck {
  return { check, expected, ...(got === undefined ? {} : { got }) };
}
