import { OAuthError } from '../oauth/errors.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';
import type { Limits } from '../server/config.ts';
import type { Instant } from '../store/brands.ts';
import type { FetchDocument } from './fetch-document.ts';
import type { KeyMaterial } from './key-material.ts';
import { readJwkSet } from './read-jwk-set.ts';
import { readCertificate, readJwk, type VerificationKey } from './verification-key.ts';

/** The keys of clients and trusted issuers, wherever they are. */
export interface KeySets {
  /**
   * @param kid what a header says; only an unknown one lets a cached set be fetched again before its time
   * @throws OAuthError `temporarily_unavailable` where they are to be fetched and cannot be
   */
  find(material: KeyMaterial, kid: string | null): Promise<readonly VerificationKey[]>;
}

export interface KeySetsOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: Pick<Limits, 'jwks' | 'jwksKeys'>;
  /** Absent: nothing is ever fetched. */
  readonly fetchDocument?: FetchDocument | undefined;
}

/** A set is asked for no more often than this, whoever sends how many unknown key ids (SEC-134). */
const SHORTEST_PAUSE_MS = 60_000;
/** A key that its owner took out of the set is good for this long at most, unless the set cannot be fetched. */
const FRESH_MS = 600_000;
/** Old keys go on while their place does not answer, and not for ever. */
const STALE_MS = 3_600_000;
/** Beyond these a set is forgotten, the one used longest ago first, but none within its pause: that would end it. */
const MOST_SETS = 1_000;
/** Of those that cannot be forgotten yet; then nothing more is asked. */
const MOST_WITHIN_PAUSE = 10_000;

interface CachedSet {
  keys: readonly VerificationKey[] | null;
  /** When the keys came. */
  fetchedAt: Instant;
  freshUntil: Instant;
  askedAt: Instant;
  running: Promise<void> | null;
}

export function createKeySets({ clock, fetchDocument, limits, log }: KeySetsOptions): KeySets {
  const registered = new WeakMap<KeyMaterial, readonly VerificationKey[]>();
  const fetched = new Map<string, CachedSet>();

  const inline = (material: KeyMaterial): readonly VerificationKey[] => {
    let keys = registered.get(material);
    if (!keys) {
      const certificates = material.certificates
        .map(readCertificate)
        .map((read) => (typeof read === 'string' ? read : read.key));
      // What is registered was judged then; what a store has spoilt since is no key.
      keys = [...(material.jwks?.keys ?? []).map(readJwk), ...certificates].filter((key) => typeof key !== 'string');
      registered.set(material, keys);
    }
    return keys;
  };

  const fetchInto = async (url: string, set: CachedSet): Promise<void> => {
    const at = clock.now();
    set.askedAt = at;
    try {
      if (!fetchDocument) throw new Error('This server fetches no documents.');
      const { maxAgeSeconds, text } = await fetchDocument(url, { bytes: limits.jwks });
      set.keys = readJwkSet(text, limits.jwksKeys);
      set.fetchedAt = at;
      set.freshUntil =
        at + Math.max(SHORTEST_PAUSE_MS, Math.min((maxAgeSeconds ?? Number.POSITIVE_INFINITY) * 1000, FRESH_MS));
    } catch (error) {
      log.warn(
        { url, error: error instanceof Error ? error.message : String(error) },
        'A key set could not be fetched.',
      );
    }
  };

  const makeRoom = (at: Instant): void => {
    for (const [url, { askedAt, running }] of fetched) {
      if (fetched.size < MOST_SETS || running || at < askedAt + SHORTEST_PAUSE_MS) return;
      fetched.delete(url);
    }
  };

  const remote = async (url: string, kid: string | null): Promise<readonly VerificationKey[]> => {
    const at = clock.now();
    const known = fetched.get(url);
    if (!known) {
      makeRoom(at);
      if (fetched.size >= MOST_WITHIN_PAUSE) throw unavailable();
    }
    const set: CachedSet = known ?? {
      keys: null,
      fetchedAt: 0,
      freshUntil: 0,
      askedAt: Number.NEGATIVE_INFINITY,
      running: null,
    };
    // Behind those that were used before it.
    fetched.delete(url);
    fetched.set(url, set);
    const unknown = kid !== null && !set.keys?.some((key) => key.kid === kid);
    if ((at >= set.freshUntil || unknown) && (set.running || at >= set.askedAt + SHORTEST_PAUSE_MS)) {
      set.running ??= fetchInto(url, set).finally(() => {
        set.running = null;
      });
      await set.running;
    }
    if (!set.keys || at >= set.fetchedAt + STALE_MS) throw unavailable();
    return set.keys;
  };

  return {
    async find(material, kid) {
      const keys = inline(material);
      if (material.jwksUri === null) return keys;
      return kid !== null && keys.some((key) => key.kid === kid)
        ? keys
        : [...keys, ...(await remote(material.jwksUri, kid))];
    },
  };
}

function unavailable(): OAuthError {
  return new OAuthError('temporarily_unavailable', 'The keys of the assertion’s issuer cannot be had now.', {
    check: 'assertion-keys-fetched',
    retryAfter: SHORTEST_PAUSE_MS / 1000,
  });
}
