import * as crypto from 'node:crypto';
import type { Entropy } from '../runtime/entropy.ts';
import { inSlowHashQueue, type SlowHashLimits } from './slow-hash-queue.ts';

/**
 * Hashes of what a person chose, as text: `argon2id:m=19456,t=2,p=1:<salt>:<tag>` and `scrypt:N=32768,r=8,p=3:<salt>:<tag>`,
 * salt and tag in base64url.
 */
interface SlowHash {
  readonly algorithm: 'argon2id' | 'scrypt';
  readonly numbers: readonly [number, number, number];
  readonly salt: Buffer;
  readonly tag: Buffer;
}

type Derive = (secret: string, salt: Buffer, numbers: SlowHash['numbers'], length: number) => Promise<Buffer>;

interface Algorithm {
  readonly grammar: RegExp;
  /** The largest parameters that are computed: a stored hash must not be able to hold the server up. */
  readonly ceilings: readonly [number, number, number];
  readonly derive: Derive | null;
}

/** Argon2 came to `node:crypto` with Node 24.7; without it hashes are made with scrypt (R30). */
const argon2 = (crypto as { argon2?: typeof crypto.argon2 }).argon2;

const ENCODED = '([A-Za-z0-9_-]{11,86}):([A-Za-z0-9_-]{22,86})';

const ALGORITHMS: Record<SlowHash['algorithm'], Algorithm> = {
  argon2id: {
    grammar: new RegExp(`^argon2id:m=(\\d{1,7}),t=(\\d{1,3}),p=(\\d{1,3}):${ENCODED}$`),
    ceilings: [262_144, 16, 16],
    derive: argon2
      ? (message, nonce, [memory, passes, parallelism], tagLength) =>
          new Promise((resolve, reject) => {
            argon2('argon2id', { message, nonce, memory, passes, parallelism, tagLength }, (error, tag) =>
              error ? reject(error) : resolve(tag),
            );
          })
      : null,
  },
  scrypt: {
    grammar: new RegExp(`^scrypt:N=(\\d{1,7}),r=(\\d{1,3}),p=(\\d{1,3}):${ENCODED}$`),
    ceilings: [1_048_576, 32, 16],
    derive: (secret, salt, [N, r, p], length) =>
      new Promise((resolve, reject) => {
        crypto.scrypt(secret, salt, length, { N, r, p, maxmem: 128 * (N + p + 2) * r }, (error, tag) =>
          error ? reject(error) : resolve(tag),
        );
      }),
  },
};

/** OWASP's first choice (19 MiB, two passes), and its equal in scrypt. */
const CHOSEN: Record<SlowHash['algorithm'], SlowHash['numbers']> = {
  argon2id: [19_456, 2, 1],
  scrypt: [32_768, 8, 3],
};

const SALT_BYTES = 16;
const TAG_BYTES = 32;

/** @throws OAuthError `temporarily_unavailable` where too many hashes are waiting */
export async function hashSlowly(secret: string, entropy: Entropy, limits: SlowHashLimits): Promise<string> {
  const salt = Buffer.from(entropy.bytes(SALT_BYTES));
  const algorithm = ALGORITHMS.argon2id.derive ? 'argon2id' : 'scrypt';
  const numbers = CHOSEN[algorithm];
  const tag = await derive({ algorithm, numbers }, secret, salt, TAG_BYTES, limits);
  const [a, b, c] = numbers;
  const parameters = algorithm === 'argon2id' ? `m=${a},t=${b},p=${c}` : `N=${a},r=${b},p=${c}`;
  return `${algorithm}:${parameters}:${salt.toString('base64url')}:${tag.toString('base64url')}`;
}

/** @throws OAuthError `temporarily_unavailable` where too many hashes are waiting; Error where {@link slowHashFault} has one */
export async function verifySlowly(stored: string, secret: string, limits: SlowHashLimits): Promise<boolean> {
  const hash = parse(stored);
  const fault = slowHashFault(stored);
  if (!hash || fault !== null) throw new Error(`A stored hash ${fault}.`);
  return crypto.timingSafeEqual(await derive(hash, secret, hash.salt, hash.tag.length, limits), hash.tag);
}

/** Why a text cannot be verified against; null where it can. */
export function slowHashFault(stored: string): string | null {
  const hash = parse(stored);
  if (!hash) return 'is not a hash this server makes: argon2id:… or scrypt:…';
  const { ceilings, derive } = ALGORITHMS[hash.algorithm];
  if (!derive) return `needs ${hash.algorithm}, which this version of Node.js does not have`;
  if (hash.numbers.some((number, i) => number < 1 || number > (ceilings[i] ?? 0)))
    return 'has parameters out of bounds';
  return null;
}

function parse(stored: string): SlowHash | null {
  for (const algorithm of ['argon2id', 'scrypt'] as const) {
    const [, a, b, c, salt, tag] = ALGORITHMS[algorithm].grammar.exec(stored) ?? [];
    if (salt !== undefined && tag !== undefined)
      return {
        algorithm,
        numbers: [Number(a), Number(b), Number(c)],
        salt: Buffer.from(salt, 'base64url'),
        tag: Buffer.from(tag, 'base64url'),
      };
  }
  return null;
}

function derive(
  { algorithm, numbers }: Pick<SlowHash, 'algorithm' | 'numbers'>,
  secret: string,
  salt: Buffer,
  length: number,
  limits: SlowHashLimits,
): Promise<Buffer> {
  const run = ALGORITHMS[algorithm].derive;
  if (!run) throw new Error(`This version of Node.js has no ${algorithm}.`);
  return inSlowHashQueue(limits, () => run(secret, salt, numbers, length));
}
