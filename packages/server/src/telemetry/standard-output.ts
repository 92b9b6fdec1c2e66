import { once } from 'node:events';
import type { DestinationStream } from 'pino';

/** Where lines go. */
export interface LineOutput {
  write(line: string): void;
  /** Resolves when every line so far is out, or nobody takes them. */
  flush(): Promise<void>;
}

/** Milliseconds in which a reader of the log may take its last lines. */
const PATIENCE_MS = 1_000;

/**
 * Standard output, written without anybody waiting for it. At the end it is waited for: a synchronous write then would
 * overtake the one that is under way.
 */
export async function openStandardOutput(): Promise<LineOutput> {
  const { pino } = await import('pino');
  const stream: DestinationStream & NodeJS.EventEmitter = pino.destination({ dest: 1, sync: false });
  let underWay = false;
  stream.on('drain', () => {
    underWay = false;
  });
  return {
    write(line) {
      underWay = true;
      stream.write(line);
    },
    async flush() {
      if (!underWay) return;
      // Without a reader there is neither an event nor an error.
      const given = new AbortController();
      const late = setTimeout(() => given.abort(), PATIENCE_MS);
      await once(stream, 'drain', { signal: given.signal }).catch(() => undefined);
      clearTimeout(late);
    },
  };
}
