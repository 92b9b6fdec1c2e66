import { hash, scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import type { Instant, Key } from '../store/brands.ts';
import type { ServerContext } from './context.ts';
import type { ServerSecrets } from './secrets.ts';

/** Milliseconds in which the first server to come leaves a mark that the others compare theirs with. */
export const MARK_MS = 600_000;
const SPACE = 'server-secrets';
/**
 * Two servers with unlike secrets pass for alike once in 65 536 times. More would tell whoever reads the database more
 * about a secret that somebody thought up.
 */
const MARK_BYTES = 2;

const slowly = promisify<string | Buffer, string, number, Buffer>(scrypt);

/**
 * Asks, once in each {@link MARK_MS}, whether the secret that another server on this store seals with is among ours.
 * The mark is the same for a secret and an issuer whenever it is made, so that many of them say no more than one.
 * @returns a function that answers false where it is not. @throws what the store throws
 */
export function secretsAreShared({
  runtime,
  secrets,
  settings,
  store,
}: Pick<ServerContext, 'runtime' | 'secrets' | 'settings' | 'store'>): () => Promise<boolean> {
  let marks: Promise<readonly string[]> | null = null;
  return async () => {
    marks ??= marksOf(secrets, settings.issuer);
    const now = runtime.clock.now();
    const turn = Math.floor(now / MARK_MS);
    // The one before, too: a turn that has just begun has nobody's mark yet.
    let shared = true;
    for (const one of [turn - 1, turn]) shared = (await isOurs(one, await marks, now)) && shared;
    return shared;
  };

  async function isOurs(turn: number, marks: readonly string[], now: Instant): Promise<boolean> {
    const nonce = hash('sha256', `${SPACE}:${turn}`, 'base64url') as Key;
    // First the one with which we seal: where nobody was before us, it is the mark. Another's is compared with all.
    for (const mark of marks) if (await store.once(SPACE, nonce, now, (turn + 3) * MARK_MS, mark)) return true;
    return false;
  }
}

function marksOf(secrets: ServerSecrets, issuer: string): Promise<readonly string[]> {
  const indexes = Array.from({ length: secrets.count }, (_, index) => index);
  return Promise.all(
    indexes.map(async (index) => {
      const mark = await slowly(secrets.key('recognition', index), issuer, MARK_BYTES);
      return mark.toString('base64url');
    }),
  );
}
