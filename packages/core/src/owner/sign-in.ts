import { OAuthError } from '../oauth/errors.ts';
import type { ServerContext } from '../server/context.ts';
import type { ClientId, Instant } from '../store/brands.ts';
import { createLockout, type Lockout } from './lockout.ts';
import type { LockoutRule } from './lockout-rules.ts';
import type { Owner } from './owner.ts';

export interface SignInAttempt {
  readonly username: string;
  readonly password: string;
  readonly clientAddress: string;
  /** The client that brings the password (RFC 6749 4.3); absent at our own login page. */
  readonly clientId?: ClientId;
  readonly traceId: string;
  readonly now: Instant;
}

/**
 * Checks an owner's password, for the login page and the password grant alike. Unknown, wrong, disabled, locked and
 * locked out cost the same and are told the same (R32).
 * @throws OAuthError `invalid_grant` where it is not right, `temporarily_unavailable` (429) for a network with too
 * many failures, `invalid_request` for something over its limit, before any hashing
 */
export async function authenticateOwner(context: ServerContext, attempt: SignInAttempt): Promise<Owner> {
  requireLimits(context, attempt);
  const lockout = createLockout(context, attempt.username, attempt.clientAddress);
  const forbidden = await lockout.forbiddenBy(attempt.now);
  if (forbidden) return refuseForbidden(context, attempt, forbidden, lockout);

  const owner = await checkPassword(context, attempt);
  if (owner?.enabled && !owner.locked) return accept(context, attempt, owner, lockout);
  await lockout.failed(attempt.now);
  return refuse(context, attempt, wrong(failedCheck(owner)), false);
}

async function accept(context: ServerContext, attempt: SignInAttempt, owner: Owner, lockout: Lockout): Promise<Owner> {
  // Of many guesses at once the right one must not pass because it was begun before the wrong ones were counted.
  const overtaken = await lockout.lockedBy(context.runtime.clock.now());
  if (overtaken) return refuse(context, attempt, lockedOut(overtaken), true);
  await lockout.succeeded(attempt.now);
  context.runtime.events.emit('login.succeeded', { traceId: attempt.traceId, subject: owner.subject });
  return owner;
}

async function refuseForbidden(
  context: ServerContext,
  attempt: SignInAttempt,
  rule: LockoutRule,
  lockout: Lockout,
): Promise<never> {
  if (rule.answer === 'wrong') {
    // As slow as a wrong password, and blind to what was typed. A hook has counters of its own and is left alone.
    if (!context.hooks.authenticateOwner) await context.owners.authenticate('', attempt.password);
    // Or one locked account would let its network make the server hash for ever (R41).
    await lockout.refused(attempt.now);
  }
  return refuse(context, attempt, lockedOut(rule), true);
}

async function checkPassword({ hooks, owners }: ServerContext, attempt: SignInAttempt): Promise<Owner | null> {
  const { password, username } = attempt;
  return hooks.authenticateOwner
    ? hooks.authenticateOwner({ username, password })
    : owners.authenticate(username, password);
}

/** Why a password did not let its owner in: for the operator alone, whom one asks for help. */
function failedCheck(owner: Owner | null): string {
  if (!owner) return 'owner-password';
  return owner.enabled ? 'owner-not-locked' : 'owner-enabled';
}

function requireLimits({ settings }: ServerContext, { password, username }: SignInAttempt): void {
  const { limits } = settings;
  if (Buffer.byteLength(username) > limits.username) throw tooLong('username-size', limits.username);
  if (Buffer.byteLength(password) > limits.password) throw tooLong('password-size', limits.password);
}

function tooLong(check: string, limit: number): OAuthError {
  return new OAuthError('invalid_request', 'The user name or password is too long.', {
    check,
    expected: `at most ${limit} bytes`,
  });
}

function wrong(check: string): OAuthError {
  return new OAuthError('invalid_grant', 'The user name or password is not right.', { check });
}

function lockedOut({ answer, counter, limit }: LockoutRule): OAuthError {
  if (answer === 'wrong') return wrong(`${counter}-failures`);
  return new OAuthError('temporarily_unavailable', 'There were too many failed sign-ins; try again later.', {
    check: `${counter}-failures`,
    status: 429,
    retryAfter: limit.lockSeconds,
  });
}

function refuse({ runtime }: ServerContext, attempt: SignInAttempt, error: OAuthError, locked: boolean): never {
  const { clientId, traceId } = attempt;
  runtime.events.emit('login.failed', { traceId, locked });
  runtime.log.info({ traceId, clientId, check: error.failed.check }, 'A sign-in was refused.');
  throw error;
}
