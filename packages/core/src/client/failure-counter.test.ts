import { describe, expect, it } from 'vitest';
import { createMemoryStore } from '../store/memory-store.test-support.ts';
import { keyOf } from '../tokens/handle.ts';
import { createFailureCounter } from './failure-counter.ts';

const LIMIT = { failures: 3, windowSeconds: 60, lockSeconds: 30 };
const KEY = keyOf('counter', 'somebody');
const OTHER = keyOf('counter', 'somebody else');

describe('failures', () => {
  it('up to the limit lock nobody; the one that fills the window does, for its time', async () => {
    const failures = createFailureCounter(createMemoryStore(), 'test', LIMIT);
    expect(await failures.failed(KEY, 0)).toBe(false);
    expect(await failures.failed(KEY, 1)).toBe(false);
    expect(await failures.locked(KEY, 2)).toBe(false);
    expect(await failures.failed(KEY, 2)).toBe(false);
    expect(await failures.locked(KEY, 3)).toBe(true);
    expect(await failures.locked(KEY, 30_001)).toBe(true);
    expect(await failures.locked(KEY, 30_002)).toBe(false);
  });

  it('outside the window are forgotten', async () => {
    const failures = createFailureCounter(createMemoryStore(), 'test', LIMIT);
    await failures.failed(KEY, 0);
    await failures.failed(KEY, 1);
    await failures.failed(KEY, 60_001);
    expect(await failures.locked(KEY, 60_002)).toBe(false);
  });

  it('of one lock nobody else', async () => {
    const failures = createFailureCounter(createMemoryStore(), 'test', LIMIT);
    for (let i = 0; i < 3; i++) await failures.failed(KEY, i);
    await failures.failed(OTHER, 4);
    expect(await failures.locked(OTHER, 5)).toBe(false);
  });

  it('at one moment are each told when others had filled the window', async () => {
    const failures = createFailureCounter(createMemoryStore(), 'test', LIMIT);
    const over = await Promise.all(Array.from({ length: 10 }, () => failures.failed(KEY, 0)));
    expect(over.filter((tooMany) => !tooMany)).toHaveLength(LIMIT.failures);
  });

  it('cost nothing to whoever has none: no store call without a failure', async () => {
    const store = createMemoryStore();
    const failures = createFailureCounter(store, 'test', LIMIT);
    expect(await failures.locked(KEY, 0)).toBe(false);
    expect(store.calls).toEqual([]);
  });

  it('long past cost nothing again', async () => {
    const store = createMemoryStore();
    const failures = createFailureCounter(store, 'test', LIMIT);
    await failures.failed(KEY, 0);
    const before = store.calls.length;
    expect(await failures.locked(KEY, 59_999)).toBe(false);
    expect(store.calls).toHaveLength(before + 1);
    expect(await failures.locked(KEY, 60_000)).toBe(false);
    expect(store.calls).toHaveLength(before + 1);
  });

  it('are watched for while one of them counts, and only then', async () => {
    const failures = createFailureCounter(createMemoryStore(), 'test', LIMIT);
    expect(failures.watching(0)).toBe(false);
    await failures.failed(KEY, 0);
    await failures.failed(OTHER, 10);
    expect(failures.watching(59_999)).toBe(true);
    expect(failures.watching(60_000)).toBe(true);
    expect(failures.watching(60_010)).toBe(false);
  });

  it('counted by another process are met at the first failure here', async () => {
    const store = createMemoryStore();
    const elsewhere = createFailureCounter(store, 'test', LIMIT);
    for (let i = 0; i < 3; i++) await elsewhere.failed(KEY, i);
    // Another view of the same store, as another process has it: what failed elsewhere is in no memory here.
    const here = createFailureCounter({ ...store }, 'test', LIMIT);
    expect(await here.locked(KEY, 4)).toBe(false);
    expect(await here.failed(KEY, 4)).toBe(true);
    expect(await here.locked(KEY, 5)).toBe(true);
  });
});
