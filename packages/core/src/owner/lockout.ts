import { networkOf } from '../client/network.ts';
import type { ServerContext } from '../server/context.ts';
import type { Instant, Key } from '../store/brands.ts';
import { StoreError } from '../store/store-error.ts';
import { keyOf } from '../tokens/handle.ts';
import { type LockoutRule, lockoutRules } from './lockout-rules.ts';

/** Failed sign-ins, counted in the store (R42). It stops password checks only: no family ends by it. */
export interface Lockout {
  /** The rule that forbids a try; null where one may be made, and takes the turn where turns are taken. */
  forbiddenBy(at: Instant): Promise<LockoutRule | null>;
  /** The rule whose lock is closed at this moment. */
  lockedBy(at: Instant): Promise<LockoutRule | null>;
  failed(at: Instant): Promise<void>;
  /** A try that was forbidden and cost a check all the same: it counts where too much work is what is stopped. */
  refused(at: Instant): Promise<void>;
  /** A right password: what this network did wrong before is forgotten, and the network is known from now on. */
  succeeded(at: Instant): Promise<void>;
}

/** Milliseconds for which a network stays known to an account. */
const KNOWN_FOR = 30 * 86_400_000;
const KNOWN = 'login-known';

export function createLockout({ settings, store }: ServerContext, username: string, clientAddress: string): Lockout {
  const rules = lockoutRules(settings.login.lockout);
  const parts = { account: foldCase(username), network: networkOf(clientAddress) };
  const keyFor = (per: LockoutRule['per']): Key => keyOf('counter', JSON.stringify(per.map((part) => parts[part])));
  const pair = keyFor(['account', 'network']);
  const count = (counter: string, key: Key, at: Instant, seconds: number, add: 0 | 1): Promise<number> =>
    store.count(counter, key, at, seconds * 1000, add);

  async function isLocked({ counter, limit, per }: LockoutRule, at: Instant): Promise<boolean> {
    return (await count(`${counter}-lock`, keyFor(per), at, limit.lockSeconds, 0)) > 0;
  }

  async function mustWait({ counter, limit, per }: LockoutRule, at: Instant): Promise<boolean> {
    const key = keyFor(per);
    if ((await count(counter, key, at, limit.windowSeconds, 0)) < limit.failures) return false;
    if ((await store.count(KNOWN, pair, at, KNOWN_FOR, 0)) > 0) return false;
    // Only a try that is made takes the turn: one that is refused must not put the next one off.
    const turn = `${counter}-turn`;
    if ((await count(turn, key, at, limit.lockSeconds, 0)) > 0) return true;
    return (await count(turn, key, at, limit.lockSeconds, 1)) > 1;
  }

  const first = async (
    effect: LockoutRule['effect'],
    stops: (rule: LockoutRule) => Promise<boolean>,
  ): Promise<LockoutRule | null> => {
    const candidates = rules.filter((rule) => rule.effect === effect);
    const stopped = await Promise.all(candidates.map(stops));
    return candidates.find((_, index) => stopped[index]) ?? null;
  };
  const lockedBy = (at: Instant): Promise<LockoutRule | null> => first('lock', (rule) => isLocked(rule, at));

  async function tally(counted: readonly LockoutRule[], at: Instant): Promise<void> {
    await Promise.all(
      counted.map(async ({ counter, effect, limit, per }) => {
        const key = keyFor(per);
        const place = await count(counter, key, at, limit.windowSeconds, 1);
        if (effect === 'lock' && place >= limit.failures) await count(`${counter}-lock`, key, at, limit.lockSeconds, 1);
      }),
    );
  }

  return {
    lockedBy,

    async forbiddenBy(at) {
      return (await lockedBy(at)) ?? (await first('slow', (rule) => mustWait(rule, at)));
    },

    failed: (at) => tally(rules, at),

    refused: (at) =>
      tally(
        rules.filter(({ answer }) => answer === 'too-many'),
        at,
      ),

    async succeeded(at) {
      const own = rules.filter(({ effect, per }) => effect === 'lock' && per.includes('account'));
      await Promise.all(own.map(({ counter, per }) => store.clear(counter, keyFor(per))));
      if (rules.some(({ effect }) => effect === 'slow') && (await store.count(KNOWN, pair, at, KNOWN_FOR, 0)) === 0)
        // A store that takes no more counters must not keep owners out; this network is only not spared then.
        await store.count(KNOWN, pair, at, KNOWN_FOR, 1).catch((error: unknown) => {
          if (!(error instanceof StoreError)) throw error;
        });
    },
  };
}

/** For counting only: a directory that does not look at the case of letters must not multiply the tries. */
function foldCase(username: string): string {
  return username.normalize('NFKC').toLowerCase();
}
