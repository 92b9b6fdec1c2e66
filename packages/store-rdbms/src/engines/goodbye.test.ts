import { expect, it, vi } from 'vitest';
import { sayGoodbye } from './goodbye.ts';

it('takes the socket away once the driver has said what it has to say, or cannot', async () => {
  const cut = vi.fn();
  const { promise, resolve } = Promise.withResolvers<void>();
  const said = sayGoodbye(promise, cut);
  await Promise.resolve();
  expect(cut).not.toHaveBeenCalled();
  resolve();
  await said;
  expect(cut).toHaveBeenCalledTimes(1);
  await expect(sayGoodbye(Promise.reject(new Error('gone')), cut)).rejects.toThrow('gone');
  expect(cut).toHaveBeenCalledTimes(2);
});

it('does not wait for a server that is silent', async () => {
  vi.useFakeTimers();
  try {
    const cut = vi.fn();
    const said = sayGoodbye(new Promise(() => undefined), cut);
    await vi.advanceTimersByTimeAsync(999);
    expect(cut).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    await said;
    expect(cut).toHaveBeenCalledOnce();
  } finally {
    vi.useRealTimers();
  }
});
