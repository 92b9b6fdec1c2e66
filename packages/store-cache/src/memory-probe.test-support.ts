import { anAttempt, aToken, START } from './fixtures.test-support.ts';
import { openStore } from './index.ts';

/** Prints the bytes of one token in a cache that is just full of them. Run with --expose-gc. */
const TOKENS = 200_000;
const used = (): number => {
  for (let round = 0; round < 3; round++) globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};
const fill = async (from: number, to: number): Promise<void> => {
  for (let n = from; n < to; n++) {
    const issuedAt = START + (n >> 4);
    const token = aToken({
      clientId: `client-${n % 20}`,
      scope: ['read', 'write'],
      issuedAt,
      data: `{"v":1,"of":${n % 20}}`,
    });
    await store.write({ attempt: anAttempt(), add: [token] });
  }
};
const store = await openStore({ maxElements: TOKENS, clock: { now: () => START } });
// What is compiled and set up along the way is not the tokens'.
await fill(0, 1_000);
const before = used();
await fill(1_000, TOKENS);
console.log((used() - before) / (TOKENS - 1_000), store.stats().tokens, store.stats().evictions);
await store.close();
