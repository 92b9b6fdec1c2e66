import type { Log } from '@gatehouse/core';

export interface SecretsWatchOptions {
  /** Answers false where another server seals with what we cannot open. */
  readonly shared: () => Promise<boolean>;
  readonly log: Log;
  readonly intervalMs: number;
}

export interface SecretsWatch {
  stop(): Promise<void>;
}

const SENTENCE =
  'Another server of this issuer, on this store, seals with a secret that is not among `secrets` here, or this one did before it was restarted: what one gives, the other refuses. Give the same `secrets` to all; while one is exchanged, the new and the old.';

/** Looks at the start and again and again; what it finds is only said, since servers are restarted one by one. */
export function watchSecrets({ shared, log, intervalMs }: SecretsWatchOptions): SecretsWatch {
  const look = async (): Promise<void> => {
    // A store that does not answer is told by whoever needs it.
    if (!(await shared().catch(() => true))) log.warn({ setting: 'secrets' }, SENTENCE);
  };
  let running = look();
  const timer = setInterval(() => {
    running = look();
  }, intervalMs);
  // Nothing but requests keeps the process alive.
  timer.unref();
  return {
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}
